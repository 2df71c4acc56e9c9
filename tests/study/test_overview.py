"""Arithmetic of the overview."""

import pytest

from oversight_app.study.overview import Latency, Pace, Wanted, funnel, high, middle


def test_the_95th_percentile_is_a_value_that_was_measured() -> None:
    assert high(range(1, 101)) == 95
    assert high([3.0]) == 3.0
    assert high([]) is None
    assert middle([]) is None


def test_pay_for_an_hour_needs_a_reward_and_somebody_who_finished() -> None:
    assert Pace.of([600, 1200, 1800]).hourly(10) == 30.0
    assert Pace.of([]).hourly(10) is None
    assert Pace.of([600]).hourly(None) is None


def test_no_reply_has_no_latency() -> None:
    assert Latency.of([], []) == Latency(0, None, None, None, None)


def test_a_page_before_the_first_is_the_first() -> None:
    assert (Wanted(page=-3).offset, Wanted(page=2).offset) == (0, 25)


def test_the_funnel_has_a_count_for_each_step() -> None:
    with pytest.raises(ValueError, match="shorter"):
        funnel([1, 2])
