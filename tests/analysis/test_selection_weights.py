"""Questions that were likelier to be drawn count less, so that the numbers speak of all that could have been drawn."""

from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest

from analysis.entries import prepare
from analysis.export import Export
from analysis.findings import analyse
from analysis.results import Rows
from analysis.selection_weights import WEIGHTED, weighted_by_selection
from analysis.sensitivity import ALL_ELIGIBLE, PREFIX
from analysis.simulate import simulate
from tests.analysis.builders import make_export


def study(chances: dict[int, float], items: int = 12) -> Export:
    """20 people's answers; question k was drawn with `chances[k % 2]`."""
    answers = simulate(3, 20, items)
    names = sorted(answers["question_id"].unique())
    questions = pd.DataFrame(
        {
            "task": "mmlu",
            "question_id": names,
            "difficult": float("nan"),
            "key_flag": None,
            "selection_prob": [chances[int(name.split("-")[1]) % 2] for name in names],
        }
    )
    return replace(make_export(answers), questions=questions)


def weight(question_id: object) -> Fraction:
    return 1 / Fraction(4, 5) if int(str(question_id).split("-")[1]) % 2 else 1 / Fraction(1, 5)


def test_a_weighted_accuracy_is_the_one_by_hand_in_fractions() -> None:
    export = study({0: 0.2, 1: 0.8})
    answers, _ = prepare(export)

    estimates, contrasts = weighted_by_selection(export, answers.assign(excluded=False), Rows.ALL)

    by_hand = {}
    for condition in ("human_alone", "human_with_model"):
        own = export.answers[export.answers["condition"] == condition]
        weights = [weight(name) for name in own["question_id"]]
        right = sum(w * int(c) for w, c in zip(weights, own["correct"], strict=True))
        by_hand[condition] = right / sum(weights)
    assert {row.condition: row.estimate for row in estimates} == pytest.approx(
        {name: float(value) for name, value in by_hand.items()}
    )
    (row,) = contrasts
    assert row.estimate == pytest.approx(float(by_hand["human_with_model"] - by_hand["human_alone"]))
    assert row.ci_low is not None
    assert row.ci_low < (row.estimate or 0) < (row.ci_high or 0)
    assert "all questions that were eligible" in (row.note or "")


@pytest.mark.parametrize("chances", [{0: 0.5, 1: 0.5}, {0: float("nan"), 1: float("nan")}])
def test_where_all_draws_were_alike_or_unknown_nothing_is_weighted(chances: dict[int, float]) -> None:
    export = study(chances)

    assert weighted_by_selection(export, prepare(export)[0], Rows.ALL) == ([], [])


def test_the_rows_stand_beside_the_headline_and_leave_it_alone() -> None:
    plain, weighted = (analyse(study(chances)) for chances in ({0: 0.5, 1: 0.5}, {0: 0.2, 1: 0.8}))

    assert weighted.verdicts == plain.verdicts
    assert {row.key for row in weighted.estimates} > {row.key for row in plain.estimates}
    assert {row.subgroup for row in weighted.estimates} - {row.subgroup for row in plain.estimates} == {
        WEIGHTED
    }
    assert any(row.subgroup == PREFIX + ALL_ELIGIBLE for row in weighted.contrasts)
