"""What is to be asked next: a trial that was begun goes on before another begins.

So a run that is interrupted leaves few trials half done. A trial is worked out only when its turn comes, so that tens
of thousands of them wait for nothing but their number.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from oversight_app.study.methods import Call


@dataclass(frozen=True, slots=True)
class Task:
    """One call of one trial, by the trial's number."""

    n: int
    call: Call


class Agenda:
    """The calls of a run, by one thread at a time. `calls_of` says what a trial can be asked when its turn comes."""

    def __init__(self, trials: Iterable[int], calls_of: Callable[[int], tuple[Call, ...]]) -> None:
        """Begin these trials in their order."""
        self._waiting = deque(trials)
        self._calls_of = calls_of
        self._ready: deque[Task] = deque()
        self._known: dict[int, set[str]] = {}
        self._over: set[int] = set()

    def next(self) -> Task | None:
        """The next call; None when there is none that waits for nothing."""
        while not self._ready and self._waiting:
            n = self._waiting.popleft()
            self.go_on(n, self._calls_of(n))
        return self._ready.popleft() if self._ready else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be asked, unless something that was asked comes back."""
        return not self._ready and not self._waiting

    def go_on(self, n: int, calls: Iterable[Call]) -> None:
        """These calls of a trial can be made now; what was asked for before is not asked twice."""
        if n in self._over:
            return
        known = self._known.setdefault(n, set())
        for call in calls:
            if call.part not in known:
                known.add(call.part)
                self._ready.append(Task(n, call))

    def leave(self, n: int) -> None:
        """Ask nothing more about a trial: it is closed, or a call of it failed."""
        self._over.add(n)
        self._known.pop(n, None)
        if self._ready:
            self._ready = deque(task for task in self._ready if task.n != n)
