"""The waiting line before a model service: so many replies at the same time, the others first come, first served.

Whoever waits can go at any moment, because somebody stopped the reply or its time is over, and then has no place in the
line any more: a reply that nobody wants holds up nobody. The line is one process's; several processes have one each.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_UP_S = 0.05
"""How often somebody who waits looks whether there is still something to wait for."""


class WaitingLine:
    """`n_places` at the service. Places are given in the order in which they were asked for."""

    def __init__(self, n_places: int) -> None:
        """Every place is free."""
        self._lock = threading.Lock()
        self._n_free = n_places
        self._waiting: deque[threading.Event] = deque()

    @property
    def n_waiting(self) -> int:
        """How many wait for a place."""
        with self._lock:
            return len(self._waiting)

    @contextmanager
    def place(self, is_over: Callable[[], bool]) -> Iterator[bool]:
        """A place for the block, once it is this one's turn; False, and no place, when `is_over` came first."""
        is_ours = self._wait(is_over)
        try:
            yield is_ours
        finally:
            if is_ours:
                self._give_on()

    def _wait(self, is_over: Callable[[], bool]) -> bool:
        turn = threading.Event()
        with self._lock:
            if self._n_free:
                self._n_free -= 1
                return True
            self._waiting.append(turn)
        try:
            while not turn.wait(LOOK_UP_S):
                if is_over():
                    break
        except BaseException:
            self._leave(turn)
            raise
        if turn.is_set() and not is_over():
            return True
        self._leave(turn)
        return False

    def _leave(self, turn: threading.Event) -> None:
        """Out of the line; a place that was given meanwhile goes to the next."""
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return
        self._give_on()

    def _give_on(self) -> None:
        with self._lock:
            # Nobody can come between a place that is free and the first who waits for it: it is never free then.
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._n_free += 1
