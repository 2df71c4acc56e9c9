"""Providers that say what they are told to, and the rows that come of it."""

import threading
from collections.abc import Iterator

from oversight_app.clock import Clock
from oversight_app.providers.base import Piece, Reply, Request, Text, Usage
from oversight_app.store import Store

N_TRIALS = 2 * 2 + 2 * 3
"""Of the builders' plan: two forms of two MMLU questions, and of one passage of three."""


class Parrot:
    """A provider that says what it is told to, each call the next thing; a remembered error is raised."""

    name = "parrot"

    def __init__(self, *says: str | Exception, name: str = "parrot") -> None:
        self.name = name
        self.says = list(says)
        self.asked: list[Request] = []
        self._lock = threading.Lock()

    def reply(self, request: Request) -> Iterator[Piece]:
        with self._lock:
            self.asked.append(request)
            said = self.says.pop(0) if self.says else "B"
        if isinstance(said, Exception):
            raise said
        yield Text(said)
        yield Reply(said, "length", Usage(40, 30, 1), "req-1", "parrot-2")


class Slow(Parrot):
    """Takes two seconds for each reply."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def reply(self, request: Request) -> Iterator[Piece]:
        self.clock.sleep(2)
        yield from super().reply(request)


def rows(store: Store) -> list[dict[str, object]]:
    """The models' answers, open ones included."""
    return [row for row in store.rows("trials") if row["participant_kind"] == "model"]
