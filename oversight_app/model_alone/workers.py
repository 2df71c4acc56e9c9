"""Threads that ask, and the one line over which what they hear comes back to whoever writes.

Threads take tasks themselves, when they are free and the agenda has one. What they have heard waits in a line with an
end, so a disk that cannot keep up slows the asking down. `heard` gives it out in small groups: one transaction each
costs less than one for every answer, and nobody waits long for being recorded. Whoever writes is not woken for each
result either, since every change between threads costs as much as a good part of a short call.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from oversight_app.clock import SystemClock
from oversight_app.model_alone.agenda import Agenda, Task
from oversight_app.providers.alarm import Lines

GROUP = 64
GROUP_S = 0.05
_MOST_WAITING = 4 * GROUP
_LAST_WORDS_S = 5.0
"""For threads that were hung up: one that is just connecting to a server which does not answer needs that long."""

Result = TypeVar("Result")


class Workers(Generic[Result]):
    """So many threads over one agenda, which is only touched through here."""

    def __init__(
        self, n: int, agenda: Agenda, ask: Callable[[Task], Result], is_last: Callable[[Result], bool]
    ) -> None:
        """`ask` runs on the threads; when `is_last` says so of what it returned, no further task is taken."""
        self._agenda, self._ask, self._is_last = agenda, ask, is_last
        lock = threading.Lock()
        self._change = threading.Condition(lock)
        """The agenda, or whether to go on with it, has changed."""
        self._arrived = threading.Condition(lock)
        self._room = threading.Condition(lock)
        self._results: deque[Result] = deque()
        self._lines = Lines()
        self._n_out = 0
        """Tasks that were taken and whose results nobody has finished with."""
        self._clock = SystemClock()
        self._stopped_at: float | None = None
        self._crash: BaseException | None = None
        self._threads = [
            threading.Thread(target=self._work, name=f"asking-{i}", daemon=True) for i in range(n)
        ]

    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    @property
    def is_stopping(self) -> bool:
        """Whether no further task is taken."""
        return self._stopped_at is not None

    @property
    def is_done(self) -> bool:
        """Whether nothing more will come."""
        with self._change:
            if self._stopped_at is not None and self._n_out and self._lines.is_down:
                return self._clock.monotonic() > self._stopped_at + _LAST_WORDS_S
            return self._n_out == 0 and (self.is_stopping or self._agenda.is_empty)

    def heard(self) -> list[Result]:
        """What has come, 64 results at most, not older than 50 ms; nothing when nothing came for so long."""
        with self._arrived:
            self._arrived.wait_for(self._is_group, timeout=GROUP_S)
            group = [self._results.popleft() for _ in range(min(GROUP, len(self._results)))]
            self._room.notify_all()
            return group

    def _is_group(self) -> bool:
        """Whether there is nothing to wait for: enough has come, or all that was asked."""
        return 0 < min(GROUP, self._n_out) <= len(self._results)

    def finished(self, n: int, change: Callable[[Agenda], None]) -> None:
        """So many results are dealt with, and this is what follows for the agenda."""
        with self._change:
            change(self._agenda)
            self._n_out -= n
            self._change.notify_all()

    def stop(self, *, hang_up: bool = False) -> None:
        """Take no further task; what was asked is waited for, or hung up."""
        with self._change:
            if self._stopped_at is None or hang_up:
                self._stopped_at = self._clock.monotonic()
            self._change.notify_all()
        if hang_up:
            self._lines.hang_up()

    def end(self) -> None:
        """Let the threads go when all is done; raises what one of them raised."""
        self.stop()
        for thread in self._threads:
            # One that was hung up may still be connecting; it ends with the process.
            thread.join(timeout=None if not self._lines.is_down else GROUP_S)
        if self._crash is not None:
            raise self._crash

    def _work(self) -> None:
        task: Task | None = None
        try:
            with self._lines.attended():
                while (task := self._next()) is not None:
                    result = self._ask(task)
                    if self._is_last(result):
                        self.stop()
                    with self._room:
                        self._room.wait_for(lambda: len(self._results) < _MOST_WAITING)
                        self._results.append(result)
                        if self._is_group():
                            self._arrived.notify()
        except BaseException as error:  # it is raised again where the run ends
            with self._change:
                self._crash = self._crash or error
                self._n_out -= task is not None
            self.stop()

    def _next(self) -> Task | None:
        with self._change:
            while not self.is_stopping:
                if (task := self._agenda.next()) is not None:
                    self._n_out += 1
                    return task
                self._change.wait()
        return None
