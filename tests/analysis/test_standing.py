"""The one sentence about both baselines comes from the fixed table, and from nothing else."""

import re
from dataclasses import replace

import pytest

from analysis.complementarity import complementarities
from analysis.contrasts import OVER_HUMAN, OVER_MODEL
from analysis.entries import prepare
from analysis.results import Contrast, Verdict
from analysis.standing import TABLE, standings
from analysis.verdicts import HIGHER, LOWER, NOT_SHOWN
from tests.analysis.builders import make_answers, make_export, make_row
from tests.analysis.test_complementarity import make_contrast

SIZES = {"up": 0.2, "unclear": 0.02, "down": -0.2}


def stand(human: str, model: str, **changes: float) -> Verdict:
    rows = [
        make_contrast(name, SIZES[size], ci_low=-1.0, ci_high=1.0, p=0.3 if size == "unclear" else 0.001)
        for name, size in ((OVER_HUMAN, human), (OVER_MODEL, model))
    ]
    joint = complementarities(rows, lambda _: OVER_MODEL)
    compared: list[Contrast] = [replace(row, **changes) for row in rows]  # type: ignore[arg-type]
    answers, _ = prepare(make_export(make_answers([make_row()])))
    (verdict,) = standings(compared, joint, lambda _: OVER_MODEL, answers)
    return verdict


@pytest.mark.parametrize(
    ("human", "model", "word", "said"),
    [
        (
            "up",
            "up",
            "beats_both",
            "right more often than the better of people alone and the model alone: +20.0",
        ),
        (
            "up",
            "unclear",
            "beats_human_only",
            "against the model alone the study does not settle the question",
        ),
        ("up", "down", "beats_human_only", "less often than the model alone"),
        ("unclear", "up", "beats_model_only", "against people alone the study does not settle the question"),
        ("down", "up", "beats_model_only", "less often than people alone"),
        (
            "down",
            "down",
            "worse_than_both",
            "less often than people alone and less often than the model alone",
        ),
        ("down", "unclear", "worse_than_human", "less often than people alone"),
        ("unclear", "down", "worse_than_model", "less often than the model alone"),
        ("unclear", "unclear", "not_settled", "does not settle either question"),
    ],
)
def test_each_pair_of_findings_has_its_word_and_its_sentence(
    human: str, model: str, word: str, said: str
) -> None:
    verdict = stand(human, model)

    assert verdict.finding == word
    assert said in verdict.sentence


def test_the_table_is_complete_and_never_says_that_there_is_no_difference() -> None:
    kinds = (HIGHER, LOWER, NOT_SHOWN)

    assert set(TABLE) == {(human, model) for human in kinds for model in kinds}
    for _, said in TABLE.values():
        assert not re.search(r"no difference|equal|as often as|the same", said)


def test_what_holm_alone_does_not_confirm_is_said_beside_the_joint_claim() -> None:
    verdict = stand("up", "up", p_adjusted=0.06)

    assert verdict.finding == "beats_both"
    assert "not settled by that stricter measure" in verdict.sentence


def test_a_missing_comparison_leaves_the_question_open_with_its_reason() -> None:
    rows = [make_contrast(OVER_HUMAN, 0.2, p=0.001), make_contrast(OVER_MODEL, None, None, note="No model.")]
    answers, _ = prepare(make_export(make_answers([make_row()])))

    (verdict,) = standings(rows, complementarities(rows, lambda _: OVER_MODEL), lambda _: OVER_MODEL, answers)

    assert verdict.finding == "undefined"
    assert "cannot be set against people alone and the model alone together: " in verdict.sentence
    assert "No model." in verdict.sentence
