"""A soak: 200 tabs at work for ten minutes, with a chat on 70 % of the questions. Nothing may fail, nothing may grow.

People come and go: whoever is through with the questions that have an assistant gives the place to the next, so that
new sessions are made, closed and forgotten all the time. Memory is looked at after a warm-up, in which caches fill.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import uvloop

from oversight_app.load.ledger import missing
from tests.bench import Figure
from tests.bench.participants import Manner, Participant
from tests.bench.processes import Watch, cost, percentile, slope
from tests.bench.sessions import Session, Traffic
from tests.bench.studies import built_in_questions, last_words, served, sittings
from tests.browser.served import Served
from tests.browser.studies import Study

MINUTES = 10.0
_TABS = 200
_ARRIVALS_PER_S = 10
_PER_CONDITION = 8
_WARM_UP = 0.4
_LOOK_EVERY_S = 2.0
_MANNER = Manner(thinks_s=10.0, asks=0.7, hears_out=0.7)


def run(minutes: float = MINUTES) -> list[Figure]:
    """Errors, losses, and how memory moved; raises AssertionError where something failed or was lost."""
    with tempfile.TemporaryDirectory() as room:
        # Nobody takes less than 40 s, so there are always links left.
        people = round(_TABS * (1 + minutes * 60 / 40))
        study = built_in_questions(Path(room) / "study", people, per_condition=_PER_CONDITION)
        with served(study) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_Soak(study, server, minutes * 60).go())


class _Soak:
    """One soak over one study."""

    def __init__(self, study: Study, server: Served, seconds: float) -> None:
        self._study = study
        self._server = server
        self._seconds = seconds
        self._traffic = Traffic()
        self._people: dict[str, Participant] = {}
        self._errors: list[str] = []
        self._memory: list[tuple[float, float]] = []

    async def go(self) -> list[Figure]:
        """Everybody works until the time is over; then the record is held against what they were shown."""
        assert self._server.process is not None
        pid, links = self._server.process.pid, iter(range(len(self._study.tokens)))
        self._ends_at = time.perf_counter() + self._seconds
        watch = Watch([pid])
        looking = asyncio.create_task(self._look(pid))
        await asyncio.gather(*(self._tab(i, links) for i in range(_TABS)))
        await looking
        span = watch.so_far()
        recorded = sittings(self._study)
        lost = [
            f"{who}: {sentence}"
            for who, person in self._people.items()
            for sentence in missing(person.ledger, recorded[who])
        ]
        if lost or self._errors:
            raise AssertionError(
                f"{len(self._errors)} errors: {self._errors[:3]}; {len(lost)} lost: {lost[:3]}\n"
                f"{last_words(self._server)}"
            )
        ledgers = [person.ledger for person in self._people.values()]
        n_answers = sum(len(ledger.answers) for ledger in ledgers)
        n_said = sum(len(ledger.said) for ledger in ledgers)
        warm = [(at / 60, mib) for at, mib in self._memory if at >= self._seconds * _WARM_UP]
        note = (
            f"{_TABS} tabs, {len(self._people)} people, {span.wall_s / 60:.1f} minutes; others used "
            f"{span.others_cores:.2f} cores"
        )
        return [
            Figure("errors", len(self._errors), "", note),
            Figure("lost of what was acknowledged", len(lost), "", f"{n_answers} answers, {n_said} messages"),
            Figure("memory at the start", self._memory[0][1], "MiB"),
            Figure("memory after the warm-up", warm[0][1], "MiB", f"after {_WARM_UP:.0%} of the time"),
            Figure("memory at the end", warm[-1][1], "MiB"),
            Figure("memory's slope after the warm-up", slope(warm), "MiB/min", "least squares"),
            Figure(
                "server's processor", span.server_cpu_s / span.wall_s, "cores", f"{self._traffic.n_runs} runs"
            ),
            *(
                Figure(f"{name}, p95", 1000 * percentile(self._traffic.durations[name], 0.95), "ms")
                for name in ("mark", "ask", "turn")
                if name in self._traffic.durations
            ),
        ]

    async def _tab(self, i: int, links: Iterator[int]) -> None:
        await asyncio.sleep(i / _ARRIVALS_PER_S)
        while not self._is_over():
            await self._sit(next(links))

    async def _sit(self, link: int) -> None:
        token = self._study.tokens[link]
        person = Participant(
            Session(self._server.url, self._traffic),
            self._study.check,
            _MANNER,
            Random(token),
            on_turn=lambda n, seconds: self._traffic.note("turn", seconds),
        )
        self._people[self._study.participants[link]] = person
        try:
            await person.session.enter(token)
            await person.sit(until=lambda: self._is_over() or len(person.ledger.answers) >= _PER_CONDITION)
        except Exception as error:
            self._errors.append(f"{type(error).__name__}: {error}")
        finally:
            await person.session.leave()

    def _is_over(self) -> bool:
        return time.perf_counter() >= self._ends_at

    async def _look(self, pid: int) -> None:
        started = time.perf_counter()
        while not self._is_over():
            self._memory.append((time.perf_counter() - started, cost(pid).rss_mib))
            await asyncio.sleep(_LOOK_EVERY_S)
