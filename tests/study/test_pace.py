"""The pace of requests, held against services that count for themselves."""

from dataclasses import dataclass, field
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_app.study.pace import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    REQUESTS,
    TOKENS,
    TOKENS_IN,
    Allowance,
    Load,
    Pace,
    told,
)

ONE = Load(100, 10)


def paced(*limits: tuple[str, int]) -> Pace:
    return Pace(told=tuple(told(kind, limit, 0.0) for kind, limit in limits))


def starts(pace: Pace, loads: list[Load]) -> list[float]:
    """When requests start that all come at once, and are answered with what they were thought to weigh."""
    found = []
    for load in loads:
        pace, wait_s = pace.reserved(0.0, load)
        found.append(wait_s)
    return found


def test_without_any_limit_nobody_waits() -> None:
    assert starts(Pace(), [ONE] * 50) == [0.0] * 50


def test_requests_follow_one_another_as_evenly_as_the_limit_says() -> None:
    assert starts(paced((REQUESTS, 60)), [ONE] * 4) == pytest.approx([0, 1, 2, 3])


def test_a_request_waits_for_the_limit_that_takes_longest() -> None:
    found = starts(paced((REQUESTS, 6_000), (TOKENS, 6_000)), [Load(990, 10)] * 3)

    assert found[1] > 5
    assert found[2] == pytest.approx(2 * found[1], rel=0.2)


def test_a_request_larger_than_the_limit_of_a_second_goes_and_those_behind_it_wait() -> None:
    first, second = starts(paced((TOKENS, 60)), [Load(600, 0), Load(1, 0)])

    assert first == 0
    assert second == pytest.approx(600, rel=0.01)


@given(
    limit=st.integers(1, 20_000),
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=40),
)
def test_in_no_minute_more_requests_start_than_were_told(limit: int, gaps: list[float]) -> None:
    pace, now, started = paced((REQUESTS, limit)), 0.0, []
    for gap in gaps:
        now += gap
        for _ in range(5):
            pace, wait_s = pace.reserved(now, ONE)
            started.append(now + wait_s)

    for begin in started:
        within = [moment for moment in started if begin <= moment < begin + 60 - 1e-6]
        assert len(within) <= limit


@given(limit=st.integers(100, 100_000), sizes=st.lists(st.integers(1, 5_000), min_size=1, max_size=80))
def test_in_no_minute_more_tokens_start_than_were_told_and_one_request(limit: int, sizes: list[int]) -> None:
    loads = [Load(size, 0) for size in sizes]
    started = starts(paced((TOKENS, limit)), loads)

    for begin in started:
        within = [
            size for moment, size in zip(started, sizes, strict=True) if begin <= moment < begin + 60 - 1e-6
        ]
        assert sum(within) <= limit + max(sizes) + 1


@given(limit=st.integers(1, 20_000), n=st.integers(1, 300))
def test_a_limit_is_used_up_and_not_only_kept(limit: int, n: int) -> None:
    last = starts(paced((REQUESTS, limit)), [ONE] * n)[-1]

    assert last <= n / limit * 60 * 1.03 + 1e-6


# -- refusals -------------------------------------------------------------------------------------------


def test_a_refusal_holds_everybody_until_the_moment_that_the_service_names() -> None:
    pace = Pace().begun().begun().refused(10.0, 7.0)

    assert [pace.ended().held_s(now) for now in (10.0, 16.9, 17.0)] == pytest.approx([7.0, 0.1, 0.0])


def test_after_a_refusal_one_goes_first_and_one_more_at_once_for_each_that_is_answered() -> None:
    pace = Pace().begun().refused(0.0, 1.0)
    at_once = []
    for _ in range(4):
        n = 0
        while pace.held_s(2.0) == 0:
            pace, n = pace.begun(), n + 1
        assert pace.held_s(2.0) == inf
        at_once.append(n)
        for _ in range(n):
            pace = pace.answered(2.0, ONE, ONE, (), 0.0)

    assert at_once == [1, 2, 4, 8]


def test_pauses_double_where_the_service_does_not_say_how_long_and_have_an_end() -> None:
    pace, now, pauses = Pace(), 0.0, []
    for _ in range(10):
        pace = pace.begun().refused(now, None)
        pauses.append(pace.held_s(now))
        now += pauses[-1]

    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert pauses[-1] == LONGEST_PAUSE_S


def test_refusals_of_one_instant_are_one() -> None:
    pace = Pace()
    for _ in range(16):
        pace = pace.begun()
    for _ in range(16):
        pace = pace.refused(0.0, None)

    assert pace.held_s(0.0) == FIRST_PAUSE_S


def test_an_answer_that_was_on_its_way_before_a_refusal_does_not_end_the_pause() -> None:
    pace = Pace().begun().begun().refused(0.0, 5.0).answered(0.1, ONE, ONE, (), 0.0)

    assert pace.held_s(0.1) == pytest.approx(4.9)
    assert pace.at_once == 1


# -- what services tell --------------------------------------------------------------------------------


def test_what_the_service_says_is_left_is_used_and_then_its_pace() -> None:
    pace = Pace().begun().answered(0.0, ONE, ONE, [Allowance(REQUESTS, 60, 3)], 0.0)

    found = starts(pace, [ONE] * 6)

    assert found[:4] == [0.0] * 4
    assert found[5] == pytest.approx(2.0)


def test_what_was_weighed_wrong_is_set_right_by_the_answer() -> None:
    pace = Pace().begun().answered(0.0, ONE, ONE, [Allowance(TOKENS_IN, 6_000, None)], 0.0)
    heavy, light = Load(6_000, 0), Load(10, 0)
    pace, _ = pace.reserved(0.0, heavy)
    _, wait_s = pace.reserved(0.0, heavy)

    pace = pace.begun().answered(0.0, heavy, light, (), 0.0)

    assert pace.reserved(0.0, Load(5_000, 0))[1] < wait_s


def test_what_was_in_the_cache_counts_for_the_limit_of_both_and_not_for_that_of_what_is_sent() -> None:
    used = Load(6_000, 10, tokens_cached=5_500)

    assert [used.of(kind) for kind in (TOKENS, TOKENS_IN)] == [6_010, 500]


def test_a_limit_that_was_raised_is_used() -> None:
    pace = Pace().begun().answered(0.0, ONE, ONE, [Allowance(REQUESTS, 60, 0)], 0.0)

    pace = pace.begun().answered(1.0, ONE, ONE, [Allowance(REQUESTS, 6_000, 5_999)], 0.0)

    assert starts_from(pace, 2.0, 50) < 1.0


def starts_from(pace: Pace, now: float, n: int) -> float:
    wait_s = 0.0
    for _ in range(n):
        pace, wait_s = pace.reserved(now, ONE)
    return wait_s


@dataclass
class Counting:
    """A service with a bucket of its own, which it tells in its headers as services do: rounded down."""

    per_minute: float
    level: float
    at: float = 0.0
    refused: list[float] = field(default_factory=list)

    def ask(self, now: float) -> Allowance | None:
        self.level = min(self.per_minute, self.level + (now - self.at) * self.per_minute / 60)
        self.at = now
        if self.level < 1:
            self.refused.append(now)
            return None
        self.level -= 1
        return Allowance(REQUESTS, self.per_minute, int(self.level))


@settings(max_examples=30)
@given(
    per_minute=st.integers(30, 1_000),
    spent=st.floats(0, 1),
    latency_s=st.floats(0.01, 3),
    threads=st.integers(1, 32),
)
def test_a_service_that_tells_its_limit_is_used_up_and_hardly_ever_has_to_refuse(
    per_minute: int, spent: float, latency_s: float, threads: int
) -> None:
    service, pace, now = Counting(per_minute, per_minute * (1 - spent)), Pace(), 0.0
    n_answered = 0
    flying: list[tuple[float, Allowance | None]] = []
    turns: list[float] = []
    while now < 60:
        while len(turns) + len(flying) < threads:
            pace, wait_s = pace.reserved(now, ONE)
            turns.append(now + wait_s)
        for turn in sorted(turns):
            if turn <= now and pace.held_s(now) == 0:
                turns.remove(turn)
                pace = pace.begun()
                allowance = service.ask(now)
                flying.append((now + latency_s, allowance))
        for back in sorted(flying, key=lambda each: each[0]):
            if back[0] <= now:
                flying.remove(back)
                if back[1] is not None:
                    n_answered += 1
                    pace = pace.answered(now, ONE, ONE, [back[1]], latency_s)
                else:
                    pace = pace.refused(now, 1.0)
        now += 0.05

    possible = min(threads / (latency_s + 0.1) * 60, per_minute + per_minute * (1 - spent))
    assert n_answered >= 0.7 * possible - threads
    # Only those can be refused who left before the first answer had told the limit, or in the same instant.
    assert len(service.refused) <= 2 * threads + 0.02 * n_answered
