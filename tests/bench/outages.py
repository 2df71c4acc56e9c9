"""A kill series under load: 30 participants at work, and the server dies 20 times at random moments.

After each SIGKILL the file is read before another server touches it: everything that a participant was shown to be
saved must be there, answers, drafts, messages and timings, and the record may only have grown. Then the server starts
again, everybody comes back by themselves, and in the end everybody has finished.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from random import Random

import uvloop

from oversight_app.load.ledger import missing
from oversight_app.store import Store
from oversight_app.study.design import Outcome
from oversight_app.study.events import Happened
from tests.bench import Figure
from tests.bench.participants import Manner, Participant
from tests.bench.processes import percentile
from tests.bench.sessions import Session, Traffic
from tests.bench.studies import built_in_questions, last_words, served, sittings
from tests.browser.served import Served
from tests.browser.studies import Study

_PEOPLE = 30
_KILLS = 20
_PER_CONDITION = 15
_BETWEEN_S = (0.5, 4.0)
_FINISH_WITHIN_S = 240
_MANNER = Manner(thinks_s=3.0, asks=0.5, hears_out=0.5, comes_back=True)


def run() -> list[Figure]:
    """How many acknowledged things were lost, and how soon everybody was back; raises AssertionError on any loss."""
    with tempfile.TemporaryDirectory() as room:
        study = built_in_questions(Path(room) / "study", _PEOPLE, per_condition=_PER_CONDITION)
        with served(study) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_Series(study, server).go())


class _Series:
    """One series over one study."""

    def __init__(self, study: Study, server: Served) -> None:
        self._study = study
        self._server = server
        self._traffic = Traffic()
        self._dice = Random(3)
        self._people = [
            Participant(Session(server.url, self._traffic), study.check, _MANNER, Random(token))
            for token in study.tokens
        ]
        self._before: dict[str, list[Happened]] = {}
        self._lost: list[str] = []
        self._down: list[float] = []

    async def go(self) -> list[Figure]:
        """Work, kills, and work to the end."""
        links = zip(self._people, self._study.tokens, strict=True)
        await asyncio.gather(*(person.session.enter(token) for person, token in links))
        sitting = [asyncio.create_task(self._sit(person)) for person in self._people]
        for _ in range(_KILLS):
            await asyncio.sleep(self._dice.uniform(*_BETWEEN_S))
            self._server.kill()
            down = time.perf_counter()
            self._compare()
            await asyncio.to_thread(self._server.start)
            self._down.append(time.perf_counter() - down)
        n_at_work = sum(not task.done() for task in sitting)
        errors = [repr(error) for error in await self._finish(sitting) if error is not None]
        self._compare()
        unfinished = [who for who, s in sittings(self._study).items() if s.outcome != Outcome.COMPLETED]
        if self._lost or errors or unfinished:
            raise AssertionError(
                f"{len(self._lost)} lost: {self._lost[:5]}; {len(errors)} errors: {errors[:3]}; "
                f"{len(unfinished)} did not finish\n{last_words(self._server)}"
            )
        return self._figures(n_at_work)

    async def _sit(self, person: Participant) -> None:
        await person.sit()
        await person.session.leave()

    async def _finish(self, sitting: list[asyncio.Task[None]]) -> list[BaseException | None]:
        async with asyncio.timeout(_FINISH_WITHIN_S):
            return await asyncio.gather(*sitting, return_exceptions=True)

    def _compare(self) -> None:
        """Hold the file against what people were shown to be saved, and against itself at the kill before."""
        recorded = sittings(self._study)
        for who, person in zip(self._study.participants, self._people, strict=True):
            self._lost += [f"{who}: {sentence}" for sentence in missing(person.ledger, recorded[who])]
        with Store.open(self._study.folder / "study.db") as store:
            for who in self._study.participants:
                now, before = store.events_of(who), self._before.get(who, [])
                if now[: len(before)] != before:
                    self._lost.append(f"{who}: the record no longer begins as it did")
                self._before[who] = now

    def _figures(self, n_at_work: int) -> list[Figure]:
        ledgers = [person.ledger for person in self._people]
        back = self._traffic.durations.get("come back", [])
        note = f"{_KILLS} kills among {_PEOPLE} people at work, {n_at_work} of them still after the last"
        counts = (
            f"{sum(len(ledger.answers) for ledger in ledgers)} answers and their timings, "
            f"{sum(len(ledger.drafts) for ledger in ledgers)} drafts, {sum(len(ledger.said) for ledger in ledgers)} "
            f"messages and {sum(sum(ledger.n_replies.values()) for ledger in ledgers)} replies"
        )
        times = f"{len(back)} times"
        return [
            Figure("lost of what was acknowledged", len(self._lost), "", f"of {counts}"),
            Figure("participants who came back and finished", _PEOPLE, "", note),
            Figure(
                "killed to answering again, median", percentile(self._down, 0.5), "s", "the checking included"
            ),
            Figure("same page again in a tab left open, p50", percentile(back, 0.5), "s", times),
            Figure("same page again in a tab left open, p95", percentile(back, 0.95), "s", times),
        ]
