"""Halves and range of single participants, by hand and against scipy."""

import pytest
from scipy import stats

from analysis.individuals import halves, individuals
from analysis.results import Estimate, Rows
from tests.analysis.builders import make_row, prepared


def taking(person: str, right: str, **cells: object) -> list[dict[str, str]]:
    """One participant's assisted trials in the order of `right`: "1" is right, "0" is wrong."""
    return [
        make_row(
            **{
                "participant_id": person,
                "question_id": f"q{n}",
                "condition": "human_with_model",
                "position": n,
                "right": mark == "1",
                **cells,
            }
        )
        for n, mark in enumerate(right, start=1)
    ]


def found(rows: list[dict[str, str]]) -> dict[tuple[str, str | None], Estimate]:
    return {(row.metric, row.subgroup): row for row in individuals(prepared(rows), Rows.ALL)}


def test_the_middle_trial_of_an_odd_number_is_in_neither_half() -> None:
    table = halves(prepared(taking("p1", "00111")[::-1]))

    assert table[["first", "second", "n"]].to_numpy().tolist() == [[0.0, 1.0, 5.0]]


def test_the_mean_change_is_over_participants_with_the_interval_of_t() -> None:
    rows = found(taking("p1", "0011") + taking("p2", "0101") + taking("p3", "10010000"))
    changes = [1.0, 0.0, -0.5]

    mean = rows["second_half_minus_first_half", None]
    expected = stats.ttest_1samp(changes, 0).confidence_interval(0.95)
    assert mean.estimate == pytest.approx(sum(changes) / 3)
    assert mean.ci_low == pytest.approx(max(-1, expected.low))
    assert mean.ci_high == pytest.approx(min(1, expected.high))
    assert mean.ci_method == "t over participants, questions held fixed"
    each = [rows["second_half_minus_first_half", f"participant=p{n}"].estimate for n in (1, 2, 3)]
    assert each == pytest.approx(changes)
    assert rows["second_half_minus_first_half", "participant=p3"].n_answers == 8
    assert rows["n_participants_improved", None].estimate == 1


def test_the_range_is_of_the_assisted_participants_accuracies() -> None:
    rows = found(taking("p1", "0011") + taking("p2", "0111") + taking("p3", "10010000"))

    assert rows["accuracy_lowest_participant", None].estimate == pytest.approx(2 / 8)
    assert rows["accuracy_highest_participant", None].estimate == pytest.approx(3 / 4)
    assert "3 participants with 4 to 8 trials" in rows["accuracy_lowest_participant", None].note


def test_without_positions_the_halves_are_null_and_say_why() -> None:
    rows = found(taking("p1", "0011", position=""))

    assert rows["second_half_minus_first_half", None].estimate is None
    assert "with a position" in rows["second_half_minus_first_half", None].note
    assert rows["accuracy_lowest_participant", None].estimate == 0.5


def test_one_participant_gives_a_change_without_an_interval() -> None:
    mean = found(taking("p1", "0011"))["second_half_minus_first_half", None]

    assert (mean.estimate, mean.ci_low) == (1.0, None)
    assert "No interval: one participant" in mean.note


def test_two_studies_may_call_their_participants_alike() -> None:
    rows = found(taking("p1", "0011", study_id="a") + taking("p1", "1100", study_id="b"))

    assert rows["second_half_minus_first_half", "participant=a/p1"].estimate == 1.0
    assert rows["second_half_minus_first_half", "participant=b/p1"].estimate == -1.0
