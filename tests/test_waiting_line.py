"""First come, first served; and who goes away holds up nobody."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from random import Random

import pytest

from oversight_app.clock import SystemClock
from oversight_app.waiting_line import WaitingLine

WAIT_S = 20.0


def never() -> bool:
    return False


class Crowd:
    """Threads that come to a line one after another; `served` says in which order they had their turn."""

    def __init__(self, line: WaitingLine) -> None:
        self.line = line
        self.served: list[str] = []
        self.sent_away: list[str] = []
        self._threads: list[threading.Thread] = []

    def comes(self, name: str, is_over: Callable[[], bool] = never) -> None:
        """Somebody comes, and waits: the place is taken."""
        n = self.line.n_waiting
        thread = threading.Thread(target=self._visit, args=(name, is_over), daemon=True)
        self._threads.append(thread)
        thread.start()
        until(lambda: self.line.n_waiting > n)

    def goes(self) -> None:
        for thread in self._threads:
            thread.join(WAIT_S)
            assert not thread.is_alive()

    def _visit(self, name: str, is_over: Callable[[], bool]) -> None:
        with self.line.place(is_over) as is_our_turn:
            (self.served if is_our_turn else self.sent_away).append(name)


def until(condition: Callable[[], object]) -> None:
    clock = SystemClock()
    end = clock.now() + timedelta(seconds=WAIT_S)
    while not condition():
        assert clock.now() < end, "it never came to that"
        clock.sleep(0.005)


def n_free(line: WaitingLine, at_most: int) -> int:
    """How many places can be had at once."""
    with ExitStack() as held:
        got = [held.enter_context(line.place(lambda: True)) for _ in range(at_most + 1)]
    return sum(got)


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    made = Crowd(WaitingLine(1))
    yield made
    made.goes()


def test_there_are_so_many_places_and_no_more() -> None:
    assert n_free(WaitingLine(3), at_most=5) == 3


def test_who_comes_first_is_served_first(crowd: Crowd) -> None:
    names = [f"{n}" for n in range(8)]
    with crowd.line.place(never):
        for name in names:
            crowd.comes(name)

    crowd.goes()
    assert crowd.served == names


def test_who_stops_waiting_leaves_at_once_and_the_others_keep_their_order(crowd: Crowd) -> None:
    stopped = threading.Event()
    with crowd.line.place(never):
        crowd.comes("first")
        crowd.comes("stopped", stopped.is_set)
        crowd.comes("last")
        stopped.set()
        until(lambda: crowd.sent_away == ["stopped"])
        assert crowd.line.n_waiting == 2

    crowd.goes()
    assert crowd.served == ["first", "last"]


def test_an_error_while_waiting_or_at_the_service_gives_the_place_back(crowd: Crowd) -> None:
    def breaks() -> bool:
        raise RuntimeError("no clock")

    with crowd.line.place(never), pytest.raises(RuntimeError), crowd.line.place(breaks):
        raise AssertionError("there was no place")
    with pytest.raises(KeyError), crowd.line.place(never):
        raise KeyError("the provider broke")

    assert crowd.line.n_waiting == 0
    assert n_free(crowd.line, at_most=3) == 1


def test_no_place_is_lost_however_people_come_and_go() -> None:
    line, dice = WaitingLine(3), Random(1)
    most, at_once, lock = [0], [0], threading.Lock()

    def visit(waits: float, stays: float) -> None:
        clock = SystemClock()
        end = clock.monotonic() + waits
        with line.place(lambda: clock.monotonic() > end) as is_our_turn:
            if is_our_turn:
                with lock:
                    at_once[0] += 1
                    most[0] = max(most[0], at_once[0])
                clock.sleep(stays)
                with lock:
                    at_once[0] -= 1

    threads = [
        threading.Thread(target=visit, args=(dice.uniform(0, 0.2), dice.uniform(0, 0.02)), daemon=True)
        for _ in range(60)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)

    assert most[0] == 3
    assert line.n_waiting == 0
    assert n_free(line, at_most=5) == 3
