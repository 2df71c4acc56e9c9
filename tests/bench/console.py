"""The console: how fast its page is over a large record, and what it costs the people who take part meanwhile.

The large record is written straight into a study, a thousand people with forty questions each, because what is measured
is reading it. Then a hundred people take part beside a console whose page is open every other while.
"""

import asyncio
import statistics
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx2
import uvloop

from oversight_app.clock import SystemClock
from oversight_app.commands.console import PASSWORD
from oversight_app.projections import keep_all, planned_questions
from oversight_app.store import Store
from oversight_app.study.assignment import trials_for
from oversight_app.study.events import (
    ComprehensionAnswered,
    ConsentGiven,
    DraftSaved,
    Event,
    InstructionsRead,
    MessageSent,
    ParticipantAssigned,
    ParticipantEnrolled,
    ReplyBegun,
    ReplyClosed,
    SittingEnded,
    SurveyAnswered,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial_plan import TrialPlan
from tests.bench import Figure
from tests.bench.load import Oversight
from tests.bench.processes import Watch, percentile, quiet_port
from tests.bench.sessions import PATIENCE_S, Astray, Session, Traffic
from tests.browser.served import Served
from tests.browser.studies import make_study

PEOPLE, QUESTIONS = 1000, 40
BESIDE, THINK_S = 100, 5.0
_SECRET = "correct-horse-battery"
_PAGES = 40
_AT_A_TIME = 50
_WHILE_S = 5.0


class ResearchersTab(Session):
    """A tab of the console."""

    async def enter(self, token: str = _SECRET) -> None:
        """Sign in as the form does, up to the first whole page."""
        async with httpx2.AsyncClient(base_url=self._url, timeout=PATIENCE_S, trust_env=False) as http:
            form = {"password": token, "name": "bench"}
            if (await http.post("/login", data=form, headers={"origin": self._url})).status_code != 303:
                raise Astray("the console did not take its own password")
            self._cookies = dict(http.cookies)
        await self._connect()

    async def look_again(self) -> None:
        """Ask for the whole page."""
        await self._request(name="page")


def run() -> list[Figure]:
    """All of it."""
    with tempfile.TemporaryDirectory() as room:
        return [*_page(Path(room) / "large"), *_beside()]


# -- a large record -----------------------------------------------------------------------------------


def fill(folder: Path, people: int = PEOPLE) -> None:
    """A study in this folder in which so many people have taken part since yesterday; four in five have finished."""
    make_study(folder, task="mmlu", per_condition=8, sitting={"max_participants": 2 * people, "reward": 9.0})
    rng = Random(1)
    with Store.open(folder / "study.db", synchronous="OFF") as store:
        plan = store.plan()
        assert plan is not None
        questions = planned_questions(plan, store.questions())
        began = SystemClock().now() - timedelta(days=1)
        for first in range(0, people, _AT_A_TIME):
            with store.write() as record:
                for i in range(first, min(people, first + _AT_A_TIME)):
                    who, cell = f"p{i:07d}", plan.cells[i % len(plan.cells)]
                    drawn = trials_for(plan, questions, cell, who, arrival=i, turn=i)
                    trials = tuple(_again(drawn[n % len(drawn)], who, n) for n in range(QUESTIONS))
                    stop = QUESTIONS if rng.random() < 0.8 else rng.randrange(QUESTIONS)
                    events = _sitting(cell.name, i, trials, stop, rng)
                    start = began + timedelta(seconds=30 * i)
                    at = [start + timedelta(seconds=4 * n) for n in range(len(events))]
                    record.append(who, events, at)
                    happened = list(zip(events, at, strict=True))
                    keep_all(record, Sitting(who), happened, plan=plan, questions=questions)


def _again(trial: TrialPlan, who: str, n: int) -> TrialPlan:
    """The built-in bank has too few questions; some come more than once."""
    return replace(trial, n=n + 1, trial_id=f"{who}-{n + 1:03d}", position=n + 1, sample=n + 1)


def _sitting(cell: str, turn: int, trials: tuple[TrialPlan, ...], stop: int, rng: Random) -> list[Event]:
    closed_at = SystemClock().now()
    events: list[Event] = [
        ParticipantEnrolled("human"),
        ConsentGiven("hash"),
        InstructionsRead(),
        ComprehensionAnswered((1,), True),
        ParticipantAssigned(cell, turn, False, trials),
    ]
    for trial in trials[:stop]:
        asked, reply = f"{trial.trial_id}.1", f"{trial.trial_id}.2"
        events += [TrialShown(trial.n, None), DraftSaved(trial.n, "A", 0.6)]
        if trial.protocol == "chat":
            said, seconds = "Because of what the text says. " * 20, 2 + rng.random()
            events += [
                MessageSent(trial.n, asked, "Which one is right, and why?", 1),
                ReplyBegun(trial.n, reply, 1, "scripted", "demo", "hash", (asked,)),
                ReplyClosed(
                    trial.n,
                    reply,
                    said,
                    "complete",
                    tokens_in=900,
                    tokens_out=120,
                    first_text_s=0.8,
                    total_s=seconds,
                ),
            ]
        events.append(TrialClosed(trial.n, "answered", rng.choice("ABCD"), 0.6, closed_at))
    if stop == QUESTIONS:
        events += [SurveyAnswered({}, False), SittingEnded("completed")]
    return events


def _page(folder: Path) -> list[Figure]:
    fill(folder)
    traffic = Traffic()
    console = _console(folder)
    console.start()

    async def look() -> None:
        tab = ResearchersTab(console.url, traffic)
        await tab.enter()
        for _ in range(_PAGES):
            await tab.look_again()
        assert console.process is not None
        watch = Watch([console.process.pid])
        started = time.perf_counter()
        await asyncio.sleep(30)
        share = watch.so_far().server_cpu_s / (time.perf_counter() - started)
        await tab.leave()
        figures.append(Figure("console: processor time with its page open", 100 * share, "% of a core", what))

    what = f"{PEOPLE:,} people with {QUESTIONS} questions each, {(folder / 'study.db').stat().st_size / 1e6:.0f} MB"
    figures: list[Figure] = []
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(look())
    finally:
        console.stop()
    milliseconds = [1000 * seconds for seconds in traffic.durations["page"]]
    return [
        Figure("console: whole page, p50", statistics.median(milliseconds), "ms", what),
        Figure("console: whole page, p95", percentile(milliseconds, 0.95), "ms", what),
        *figures,
    ]


# -- beside people ------------------------------------------------------------------------------------


def _beside() -> list[Figure]:
    turns = _turns_beside()
    what = f"{BESIDE} people thinking {THINK_S:g} s, submit to the next question, p95"
    return [
        Figure(
            f"{what}: {name}", 1000 * percentile(seconds, 0.95), "ms", f"{len(seconds):,} questions, by turns"
        )
        for name, seconds in turns.items()
    ]


def _turns_beside() -> dict[str, list[float]]:
    """Seconds from submit to the next question, by whether the console's page was open; it is so every other while.

    By turns, because the machine's own speed may change by more, within minutes, than what is measured.
    """
    turns: dict[str, list[float]] = {"console closed": [], "console open": []}
    with ExitStack() as stack:
        app = Oversight()
        stack.callback(app.cleanup)
        stack.callback(app.stop)
        app.start()
        study = app.create(BESIDE)
        console = _console(study.folder)
        console.start()
        stack.callback(console.stop)

        async def play() -> None:
            now = "console closed"

            async def look() -> None:
                nonlocal now
                tab = ResearchersTab(console.url, Traffic())
                try:
                    while True:
                        now = "console closed"
                        await asyncio.sleep(_WHILE_S)
                        await tab.enter()
                        now = "console open"
                        await asyncio.sleep(_WHILE_S)
                        await tab.leave()
                finally:
                    await tab.leave()

            sent: dict[tuple[int, int], int] = {}

            async def one(i: int) -> None:
                await asyncio.sleep(i / 20)
                await app.play(study, i, lambda _, seconds: turns[now].append(seconds), THINK_S, sent, [])

            looking = asyncio.create_task(look())
            await asyncio.gather(*(one(i) for i in range(BESIDE)))
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            stored = app.check(study, sent)
            assert not stored["wrong"], stored
            assert not stored["missing"], stored

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(play())
    return turns


def _console(folder: Path) -> Served:
    return Served(folder, port=quiet_port(), door="console", also={PASSWORD: _SECRET})
