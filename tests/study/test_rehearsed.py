"""What a rehearsal says of a study is counted from its rows, and held against the truth that the people were given."""

from typing import Any

import pytest

from oversight_app.study.rehearsed import (
    CONTRAST,
    Balance,
    Duration,
    Recovered,
    Recovery,
    mean_bonus,
    recovered,
)
from tests.builders import make_design

CELLS = ("one", "two")


def person(name: str, cell: str = "one", outcome: str = "completed", minutes: int = 10) -> dict[str, Any]:
    return {
        "participant_id": name,
        "cell": cell,
        "outcome": outcome,
        "started_at": "2026-01-05T09:00:00.000000Z",
        "ended_at": f"2026-01-05T09:{minutes:02d}:00.000000Z" if outcome == "completed" else None,
    }


def answer(name: str, condition: str, shown: int, **changes: Any) -> dict[str, Any]:
    return {
        "participant_id": name,
        "condition": condition,
        "shown_at": f"2026-01-05T09:{shown:02d}:00.000000Z",
        "is_practice": 0,
        "is_attention_check": 0,
        "status": "answered",
        "correct": 1,
    } | changes


def row(
    condition: str, estimate: float, low: float | None, high: float | None, **changes: Any
) -> dict[str, Any]:
    return {
        "task": "mmlu",
        "condition": condition,
        "metric": "accuracy",
        "rows": "all",
        "subgroup": None,
        "estimate": estimate,
        "ci_low": low,
        "ci_high": high,
    } | changes


# -- duration ---------------------------------------------------------------------------------------


def test_the_duration_is_that_of_people_who_completed() -> None:
    people = [person(str(i), minutes=i) for i in range(1, 11)] + [person("gone", outcome="left")]

    duration = Duration.of(people)

    assert duration == Duration(10, 5.0, 9.0)
    assert duration.lines()[0].startswith("Half of the 10 people who completed took at most 5 minutes")
    assert "simulated times" in duration.lines()[1]


def test_where_nobody_completed_no_duration_is_made_up() -> None:
    assert Duration.of([person("gone", outcome="left")]).lines() == [
        "Nobody completed the study, so its duration cannot be said."
    ]


# -- balance ----------------------------------------------------------------------------------------


def test_cells_are_counted_as_planned_and_as_reached_and_the_empty_one_counts_too() -> None:
    people = [person("a"), person("b"), person("c", outcome="left"), person("d", "", "no_consent")]

    balance = Balance.of(people, [], CELLS)

    assert (balance.began, balance.completed) == ({"one": 3, "two": 0}, {"one": 2, "two": 0})
    assert (balance.n_left, balance.apart) == (1, 2)
    said = " ".join(balance.lines(40))
    assert "3 people were placed in 2 cells, 1.5 in each if evenly; 2 completed, 0 to 2 in a cell." in said
    assert "kept the cells within 2 people of each other" in said
    assert "For 40 to complete, about 60 have to begin." in said


def test_where_people_left_is_the_condition_they_saw_last() -> None:
    people = [person("a", outcome="withdrew"), person("b")]
    answers = [
        answer("a", "human_with_model", 9),
        answer("a", "human_alone", 2),
        answer("b", "human_alone", 30),
    ]

    assert Balance.of(people, answers, CELLS).left_in == {"human_with_model": 1}


def test_places_by_lot_are_further_apart_the_more_people_there_are() -> None:
    few, many = (Balance.of([person(str(i), CELLS[i % 2]) for i in range(n)], [], CELLS) for n in (10, 1000))

    assert few.apart == many.apart == 0
    assert few.apart_by_lot < many.apart_by_lot
    assert many.apart_by_lot == pytest.approx(0.8 * 1000**0.5, rel=0.15)  # E|2B - n| = sqrt(2 n / pi)


# -- recovery ---------------------------------------------------------------------------------------

TRUTH = {"mmlu": {"human_alone": 0.5, "human_with_model": 0.7}}


def test_each_number_stands_beside_its_truth_and_says_whether_the_interval_holds_it() -> None:
    estimates = [
        row("human_alone", 0.52, 0.45, 0.59),
        row("human_with_model", 0.80, 0.75, 0.85),
        row("human_alone", 0.1, 0.0, 0.2, subgroup="half=1"),
        row("human_alone", 0.1, 0.0, 0.2, metric="brier"),
    ]
    contrasts = [row("", 0.28, 0.19, 0.37, contrast=CONTRAST), row("", 0.0, 0.0, 0.0, contrast="other")]

    found = recovered(TRUTH, estimates, contrasts)

    assert [(it.what, it.estimate, it.holds) for it in found] == [
        ("accuracy of human_alone", 0.52, True),
        ("accuracy of human_with_model", 0.80, False),
        (CONTRAST, 0.28, True),
    ]
    assert found[2].truth == pytest.approx(0.2)
    assert found[1].line().endswith("truth 70.0, estimate 80.0 [75.0, 85.0]; the interval holds it: no")


def test_a_number_without_an_interval_neither_holds_nor_misses() -> None:
    (first, *_) = recovered(TRUTH, [row("human_alone", 0.5, None, None)], [])

    assert first.holds is None
    assert first.line().endswith("no interval")
    assert "0 of 0 intervals" in " ".join(Recovery((first,)).lines())


def test_an_interval_that_holds_everything_is_not_praised() -> None:
    assert (
        Recovered("mmlu", "x", 0.1, 0.2, -1.0, 1.0)
        .line()
        .endswith("yes, but so wide an interval says nothing")
    )


def test_one_rehearsal_says_that_one_in_twenty_misses_and_several_give_shares() -> None:
    held, missed = (Recovered("mmlu", "x", truth, 0.5, 0.4, 0.6) for truth in (0.5, 0.7))

    once = " ".join(Recovery((held,)).lines())
    often = Recovery((held,), runs=((held,), (missed,), (held,), (held,)))

    assert "misses it 1 time in 20" in once
    assert "--repeat 20" in once
    assert often.shares() == {("mmlu", "x"): (3, 4)}
    assert "- mmlu, x: 3 of 4 intervals held it (75%)" in often.lines()


# -- pay --------------------------------------------------------------------------------------------


def test_the_mean_bonus_is_by_the_designs_rule_and_of_those_who_completed() -> None:
    design = make_design(bonus={"flat": 1, "per_correct": 0.5}, answer={"currency": "USD"})
    people = [person("a"), person("b"), person("gone", outcome="left")]
    answers = [answer("a", "human_alone", 1), answer("b", "human_alone", 1, correct=0)]

    assert mean_bonus(people, answers, design) == pytest.approx(1.25)
    assert mean_bonus([], [], design) == 0.0
