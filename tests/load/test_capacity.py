"""From what was measured to one sentence, which says no more than that."""

import math
from typing import Any

import pytest

from oversight_app.load.capacity import Capacity, Step, quantile


def step(n: int, p95_s: float, n_answers: int = 30) -> Step:
    return Step(n, n_answers, p95_s / 2, p95_s)


def capacity(*steps: Step, why_ended: str = "bound") -> Capacity:
    return Capacity(steps, bound_s=0.5, pace_s=15.0, seconds=58.2, n_cores=2, why_ended=why_ended)


def test_between_the_last_step_that_was_served_and_the_first_that_was_not_lies_the_answer() -> None:
    found = capacity(step(40, 0.1), step(100, 0.2), step(200, 1.4))

    assert found.n_people == 120  # 100 + 100 x (0.5 - 0.2) / (1.4 - 0.2), rounded down to two digits
    assert found.describe() == (
        "This machine serves about 120 participants at once: each handing in an answer about every 15 s, 95 of 100 "
        "people wait less than 0.5 s for the next question (measured in 58 s on 2 cores, which the simulated people "
        "used as well)."
    )


@pytest.mark.parametrize(
    ("why_ended", "says"), [("time", "--seconds finds more"), ("places", "no more were tried")]
)
def test_where_no_limit_was_met_it_says_at_least_and_why(why_ended: str, says: str) -> None:
    found = capacity(step(40, 0.1), step(130, 0.2), why_ended=why_ended)

    assert (found.n_people, found.is_limit) == (130, False)
    assert "serves at least 130 participants" in found.describe()
    assert says in found.describe()


def test_where_the_first_step_was_too_many_no_number_is_made_up() -> None:
    found = capacity(step(40, 2.5))

    assert found.n_people is None
    assert "serves fewer than 40 participants at once" in found.describe()
    assert "already with 40 it took 2.50 s" in found.describe()


def test_a_step_in_which_no_answer_came_through_was_not_served() -> None:
    stuck = Step.of(200, [])
    found = capacity(step(100, 0.2), stuck)

    assert not stuck.is_served(0.5)
    assert math.isnan(stuck.p95_s)
    assert found.n_people == 100
    steps: Any = found.to_json()["steps"]
    assert steps[1] == {"participants": 200, "answers": 0, "p50_s": None, "p95_s": None}


def test_a_wait_of_one_in_twenty_does_not_count_and_of_two_does() -> None:
    assert Step.of(20, [0.1] * 19 + [9.0]).is_served(0.5)
    assert not Step.of(20, [0.1] * 18 + [9.0] * 2).is_served(0.5)
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
