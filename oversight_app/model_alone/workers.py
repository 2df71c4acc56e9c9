"""Threads that ask, and the one line over which what they hear comes back to whoever writes.

Threads take tasks themselves, when they are free and the agenda has one. What they have heard waits in a queue with an
end, so a disk that cannot keep up slows the asking down. `heard` gives it out in small groups: one transaction each
costs less than one for every answer, and nobody waits long for being recorded.
"""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from oversight_app.clock import SystemClock
from oversight_app.model_alone.agenda import Agenda, Task
from oversight_app.providers.alarm import Lines

GROUP = 64
GROUP_S = 0.05
_POLL_S = 0.1
"""So long at most nobody looks whether the run was stopped."""
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
        self._change = threading.Condition()
        self._results: queue.Queue[Result] = queue.Queue(maxsize=4 * GROUP)
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
        """What has come, 64 results at most and within 50 ms of one another; nothing when nothing came for a while."""
        try:
            group = [self._results.get(timeout=_POLL_S)]
        except queue.Empty:
            return []
        until = self._clock.monotonic() + GROUP_S
        while len(group) < min(GROUP, self._n_out):
            left_s = until - self._clock.monotonic()
            try:
                group.append(self._results.get(timeout=left_s) if left_s > 0 else self._results.get_nowait())
            except queue.Empty:
                break
        return group

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
            thread.join(timeout=None if not self._lines.is_down else _POLL_S)
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
                    self._results.put(result)
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
