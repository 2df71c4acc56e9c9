"""The paper's outlier rule as we read it: one person, above the best model and apart from everybody else."""

import pytest

from analysis.outliers import outliers, removal, without_outliers
from tests.analysis.builders import make_row, prepared


def alone(**right: int) -> list[dict[str, str]]:
    """Participants with so many of ten unassisted questions right."""
    return [
        make_row(participant_id=person, question_id=f"q{n}", right=n < k)
        for person, k in right.items()
        for n in range(10)
    ]


def model(k: int, **cells: object) -> list[dict[str, str]]:
    return [make_row(condition="model_alone", question_id=f"q{n}", right=n < k, **cells) for n in range(10)]


PAPER = {"best": 9, "a": 6, "b": 5, "c": 5, "d": 6}


def test_who_is_far_above_the_others_and_above_the_model_fits() -> None:
    answers = prepared(
        alone(**PAPER) + model(6) + [make_row(participant_id="best", condition="human_with_model")]
    )

    (one,) = outliers(answers)
    marked = without_outliers(answers, [one])

    assert one.best_model == pytest.approx(0.6)
    assert set(marked.loc[marked["excluded"], "participant_id"]) == {"best"}
    assert set(marked.loc[marked["excluded"], "condition"]) == {"human_alone", "human_with_model"}
    (row,) = removal(answers, [one])
    assert (row.rule, row.declared, row.n_participants, row.n_answers) == ("paper_outliers", False, 1, 11)
    assert "conditions on the outcome" in row.note


@pytest.mark.parametrize(
    ("people", "right"),
    [
        (PAPER, 9),  # the model is as good
        ({**PAPER, "best": 7}, 6),  # less than 20 points above the mean of the others
        ({**PAPER, "a": 9}, 6),  # somebody else is as good
    ],
)
def test_who_is_not_apart_stays(people: dict[str, int], right: int) -> None:
    (one,) = outliers(prepared(alone(**people) + model(right)))

    assert (one.persons, one.why_not) == ((), "")


def test_a_gap_of_exactly_twenty_and_ten_points_is_one() -> None:
    (one,) = outliers(prepared(alone(best=8, a=6, b=6, c=7, d=5) + model(6)))

    assert len(one.persons) == 1


def test_the_best_of_several_models_is_the_one_to_beat() -> None:
    other = model(10, participant_id="m2", method="best_of_n")

    assert outliers(prepared(alone(**PAPER) + model(3) + other))[0].persons == ()


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (alone(**PAPER), "there are no answers of a model alone"),
        (alone(a=1, b=9) + model(3), "fewer than three participants answered alone"),
        ([make_row(condition="human_with_model"), *model(3)], "nobody answered alone"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rows: list[dict[str, str]], why: str) -> None:
    answers = prepared(rows)
    found = outliers(answers)

    assert [one.why_not for one in found] == [why]
    (row,) = removal(answers, found)
    assert row.n_participants is None
    assert why in row.note
