"""A planned study, a batch service on this machine, and runs of a model that answers alone in batches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from oversight_app.clock import SimulatedClock
from oversight_app.model_alone.batch_summary import BatchSummary
from oversight_app.model_alone.batches import BatchRun, answer_in_batches
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Reply, Request
from oversight_app.providers.batches import Batches, Failure, Look, Parcel, Sighting
from oversight_app.store import Store
from oversight_app.study.events import STUDY_STREAM
from oversight_app.study.plan import Plan
from tests.builders import make_clock, make_plan, make_store
from tests.providers.batch_server import BatchServer, Became, batch_server

N_TRIALS = 2 * 2 + 2 * 3
"""Of the builders' plan: two forms of two MMLU questions, and of one passage of three."""


class Killed(BaseException):
    """The process is gone: nothing of the tool catches this, and nothing after it happens."""


@dataclass
class Frail:
    """A batch service over which a process dies: before or after it sends, or when it has read so many results."""

    inner: Batches
    dies: str = ""
    after: int = 0

    def __post_init__(self) -> None:
        self.name, self.model = self.inner.name, self.inner.model
        self.where, self.limits = self.inner.where, self.inner.limits

    def size(self, custom_id: str, request: Request) -> int:
        return self.inner.size(custom_id, request)

    def pack(self, key: str, requests: Any) -> Parcel:
        return self.inner.pack(key, requests)

    def send(self, parcel: Parcel) -> str:
        if self.dies == "before sending":
            raise Killed
        batch_id = self.inner.send(parcel)
        if self.dies == "after sending":
            raise Killed
        return batch_id

    def find(self, key: str, n_requests: int, since: datetime, known: Any) -> Sighting:
        return self.inner.find(key, n_requests, since, known)

    def look(self, batch_id: str) -> Look:
        return self.inner.look(batch_id)

    def results(self, batch_id: str) -> Iterator[tuple[str, Reply | Failure]]:
        for n, result in enumerate(self.inner.results(batch_id)):
            if self.dies == "while reading" and n == self.after:
                raise Killed
            yield result
        if self.dies == "after reading":
            raise Killed


@dataclass
class Lab:
    """One study and one service."""

    store: Store
    server: BatchServer
    clock: SimulatedClock
    lines: list[str] = field(default_factory=list)
    """What the last run said on its way."""

    @property
    def model(self) -> str:
        return f"{self.server.api}:m"

    def service(self, model: str) -> Batches:
        """The real adapter."""
        return self.server.batches(model.partition(":")[2])

    def run(self, *, dies: str = "", after: int = 0, **options: Any) -> BatchSummary:
        """A whole run of the command, in a process that may die; it raises Killed then."""
        self.lines = []
        services: Callable[[str], Batches] = lambda model: Frail(self.service(model), dies, after)  # noqa: E731
        given: dict[str, Any] = {"clock": self.clock, "services": services, "tell": self.lines.append}
        return answer_in_batches(self.store, self.model, **(given | options))

    def batch_run(self, method: str = "zero_shot") -> BatchRun:
        """A run before it goes."""
        return BatchRun(self.store, self.model, method, self.clock, self.service)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The model's rows of the table of answers."""
        return [row for row in self.store.rows("answers") if row["participant_kind"] == "model"]

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The rows of model_calls.csv."""
        return list(self.store.rows("model_calls"))

    @property
    def kinds(self) -> list[str]:
        """What is on record in the study's stream of batches."""
        return [type(item.event).__name__ for item in self.store.events_of(STUDY_STREAM)]

    @property
    def texts_paid(self) -> list[str]:
        """What was asked in all batches together."""
        return [str(body.get("input") or body["messages"]) for body in self.server.paid]


@contextmanager
def lab(folder: Path, api: str, plan: Plan | None = None, **settings: Any) -> Iterator[Lab]:
    """A study and a service; `settings` are of the server."""
    clock = make_clock()
    with (
        make_store(folder, plan or make_plan(prompts=load_prompts())) as store,
        batch_server(api, clock, **settings) as server,
    ):
        yield Lab(store, server, clock)


def first(n: int, end: Any) -> Callable[[str, dict[str, Any]], Became]:
    """The first n requests of each batch end so, the others with a reply."""
    return lambda custom_id, body: Became(end if int(custom_id.partition("-")[2]) <= n else "reply")
