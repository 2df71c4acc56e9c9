"""Every other way of counting against a hand count on a small study."""

from typing import Any

import pandas as pd
import pytest

from analysis.entries import prepare
from analysis.findings import analyse
from analysis.results import Contrast, Rows
from analysis.sensitivity import ALL_ELIGIBLE, PREFIX, SAID, sensitivities
from analysis.simulate import simulate
from tests.analysis.builders import make_answers, make_export, make_row


def checks(
    rows: list[dict[str, str]], questions: list[dict[str, Any]] | None = None, **people: list[Any]
) -> dict[str, Contrast]:
    export = make_export(make_answers(rows), pd.DataFrame(people) if people else None)
    if questions is not None:
        columns = ["task", "question_id", "difficult", "key_flag"]
        object.__setattr__(export, "questions", pd.DataFrame(questions, columns=columns))
    answers, _ = prepare(export)
    found = sensitivities(export, answers, Rows.ALL)
    return {str(row.subgroup).removeprefix(PREFIX): row for row in found if row.task == "mmlu"}


def pair(question: int, assisted: bool, alone: bool, **cells: object) -> list[dict[str, str]]:
    """Two people on one question: p1 with the assistant, p2 without."""
    same: dict[str, object] = {"question_id": f"q{question}", "block": 1} | cells
    return [
        make_row(condition="human_with_model", participant_id="p1", right=assisted, **same),
        make_row(condition="human_alone", participant_id="p2", right=alone, **same),
    ]


def test_hard_and_easy_questions_and_doubtful_keys_are_told_apart() -> None:
    rows = [*pair(1, True, False), *pair(2, True, True), *pair(3, False, True)]
    marks = [(1, 1, None), (2, 0, None), (3, 0, "wrong key")]
    questions = [
        {"task": "mmlu", "question_id": f"q{q}", "difficult": float(hard), "key_flag": flag}
        for q, hard, flag in marks
    ]

    found = checks(rows, questions)

    assert found["hard_questions"].estimate == 1
    assert found["easy_questions"].estimate == pytest.approx(-0.5)
    assert found["sound_keys"].estimate == pytest.approx(0.5)
    assert found["sound_keys"].n_questions == 2


def test_abandoned_trials_can_count_as_wrong_and_missing_choices_as_a_guess() -> None:
    rows = [*pair(1, True, False), *pair(2, True, True)]
    rows.append(
        make_row(condition="human_with_model", participant_id="p1", question_id="q3", status="abandoned")
    )
    rows.append(make_row(participant_id="p2", question_id="q3", status="skipped"))

    found = checks(rows)

    assert found["abandoned_as_wrong"].estimate == pytest.approx(2 / 3 - 1 / 3)
    assert found["abandoned_as_wrong"].n_answers == 6
    assert found["no_choice_as_guess"].estimate == pytest.approx(1 - 1.25 / 3)


def test_who_reported_outside_help_can_be_left_out() -> None:
    rows = [*pair(1, True, False), *pair(2, True, True)]
    rows.append(make_row(condition="human_with_model", participant_id="p3", question_id="q1", right=False))

    found = checks(rows, participant_id=["p1", "p2", "p3"], external_help_reported=[0.0, float("nan"), 1.0])

    assert found["no_outside_help"].estimate == pytest.approx(1 - 1 / 2)
    assert found["no_outside_help"].n_participants == 2


def test_only_the_first_block_and_the_first_question_of_a_passage_can_be_counted() -> None:
    rows = [
        *pair(1, True, False, block=2, passage_id="a", passage_exposure=1),
        *pair(2, True, True, block=3, passage_id="a", passage_exposure=2),
        *pair(3, False, True, block=3, passage_id="b", passage_exposure=1),
    ]

    found = checks(rows)

    assert found["first_block"].estimate == 1
    assert found["first_of_passage"].estimate == pytest.approx(1 / 2 - 1 / 2)
    assert found["first_of_passage"].n_answers == 4


def test_the_orders_are_compared_by_their_differences() -> None:
    """By hand: with the assistant first 1 - 0, with it second 1/2 - 1/2."""
    rows = []
    for person, first, assisted, alone in (("p1", True, (1, 1), (0, 0)), ("p2", False, (1, 0), (0, 1))):
        for place, (condition, rights) in enumerate(
            (("human_with_model", assisted), ("human_alone", alone))[:: 1 if first else -1], start=1
        ):
            for q, right in enumerate(rights):
                cells = {"participant_id": person, "question_id": f"{condition}{q}", "block": place}
                rows.append(make_row(condition=condition, right=bool(right), **cells))

    row = checks(rows)["condition_x_order"]

    assert row.estimate == 1
    assert "difference of differences" in row.note


def test_what_the_export_lacks_is_named_and_gives_no_number() -> None:
    found = checks([make_row(condition="human_with_model"), make_row(participant_id="p2")])

    assert set(found) == set(SAID) - {"first_of_passage", ALL_ELIGIBLE}
    for name, why in (
        ("first_block", "the export has no blocks"),
        ("sound_keys", "the export has no questions.csv with key_flag"),
        ("hard_questions", "no questions.csv that marks difficult ones"),
        ("no_outside_help", "no participants.csv with external_help_reported"),
        ("condition_x_order", "not both orders are known"),
    ):
        assert found[name].estimate is None
        assert why in found[name].note


def test_on_all_answers_the_unchanged_counts_give_the_headline_difference() -> None:
    results = analyse(make_export(simulate(3, 8, 10, tasks=("mmlu", "quality"))))
    plain = {
        row.task: row
        for row in results.contrasts
        if row.contrast == "human_with_model - human_alone"
        and row.subgroup is None
        and row.metric == "accuracy"
    }

    rows = [row for row in results.contrasts if row.subgroup == f"{PREFIX}abandoned_as_wrong"]

    assert [row.task for row in rows] == ["mmlu", "quality", "all"]
    for row in rows:
        assert row.estimate == pytest.approx(plain[row.task].estimate)
        assert row.se == pytest.approx(plain[row.task].se)
        assert row.role == "exploratory"
    within = [row for row in results.contrasts if row.subgroup == f"{PREFIX}question_fixed_effects"]
    assert within
    assert all(str(row.ci_method).endswith("not validated for this statistic") for row in within)


def test_an_answer_that_moves_within_questions_is_a_reason_for_care() -> None:
    """Assisted on the easy questions mostly: over all answers a gain, within questions none."""
    rows = []
    for q in range(12):
        for p in range(12):
            is_easy = q % 2 == 0
            helped = (p % 6 != 0) if is_easy else (p % 6 == 0)
            condition = "human_with_model" if helped else "human_alone"
            right = (p + q) % 12 < (10 if is_easy else 2)
            rows.append(
                make_row(condition=condition, participant_id=f"p{p}", question_id=f"q{q}", right=right)
            )

    codes = {row.code for row in analyse(make_export(make_answers(rows))).warnings}
    balanced = {row.code for row in analyse(make_export(simulate(3, 12, 20))).warnings}

    assert "fixed_effects_move" in codes
    assert "fixed_effects_move" not in balanced
