"""Many participants at once: how long from submit to the next question, and what a server has to be for it.

At 100 people the same driver measures oTree and this tool, one after the other on the same machine, with the same ten
four-option questions; then this tool alone with more people, at that pace and at the slower one of people who read an
MMLU question, and with 200 who submit in the same instant. Every answer is read back from the record.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

import uvloop

from oversight_app.study.sitting import Stage
from tests.bench import Figure, otree
from tests.bench.participants import Manner, Participant, question_on
from tests.bench.processes import Span, Watch, cost, percentile, quiet_port
from tests.bench.sessions import Session, Traffic
from tests.bench.studies import last_words, sittings, ten_questions, timed_start, with_new_links
from tests.browser.served import Served
from tests.browser.studies import Study

PEOPLE = 100
THINK_S = 5.0
ALONE = ((200, 5.0), (500, 5.0), (200, 15.0), (500, 15.0))
"""How many people, and how many seconds they think about a question."""
BURST = 200
_BURSTS = 4
_ARRIVALS_PER_S = 20
_US = "tests.bench.load:Oversight"
_OTREE = "tests.bench.otree:submits_only"

Record = Callable[[str, float], None]


class Oversight:
    """This tool, as a load driver sees any app: start and stop, and participants who play."""

    def __init__(self, arguments: argparse.Namespace | None = None) -> None:
        self.version = version("oversight")
        self.traffic = Traffic()
        self._room = tempfile.TemporaryDirectory()
        self._study = ten_questions(Path(self._room.name) / "study", 1)
        self._server = Served(self._study.folder, port=quiet_port())

    def start(self) -> float:
        """Seconds until the server answered."""
        return timed_start(self._server)

    def pids(self) -> list[int]:
        """The processes that serve."""
        return [self._server.process.pid] if self._server.process else []

    def stop(self) -> None:
        """End the server."""
        self._server.stop()

    def cleanup(self) -> None:
        """Remove the study."""
        self._room.cleanup()

    def create(self, people: int) -> Study:
        """New participants, who have read everything and stand before their first question."""
        study = with_new_links(self._study, people)
        for who in range(people):
            study.seat(who, to=Stage.REST)
        return study

    async def play(
        self,
        run: Study,
        i: int,
        rec: Record,
        think: float,
        sent: dict[tuple[int, int], int],
        answers: list[int],
    ) -> None:
        """One participant from the link to the end; `sent` collects what was acknowledged."""

        def turned(n: int, seconds: float) -> None:
            rec("turn", seconds)
            sent[i, n] = choice(i, n)
            answers.append(1)

        person = self.person(run, i, think, turned)
        try:
            await person.session.enter(run.tokens[i])
            await person.sit()
        finally:
            await person.session.leave()

    def person(
        self, run: Study, i: int, think_s: float, on_turn: Callable[[int, float], None] | None = None
    ) -> Participant:
        """Participant `i`, who has not opened the link yet."""
        return Participant(
            Session(self._server.url, self.traffic),
            run.check,
            Manner(thinks_s=think_s),
            Random(f"{run.tokens[i]}"),
            choose=lambda n: choice(i, n),
            on_turn=on_turn,
        )

    def check(self, run: Study, sent: dict[tuple[int, int], int]) -> dict[str, int]:
        """Compare what was acknowledged with the record."""
        recorded: dict[tuple[int, int], int] = {}
        numbers = {participant_id: i for i, participant_id in enumerate(run.participants)}
        for participant_id, sitting in sittings(run).items():
            for trial in sitting.trials:
                if trial.closed is not None and trial.closed.choice:
                    shown = trial.plan.option_order.index(trial.closed.choice)
                    recorded[numbers[participant_id], trial.plan.n] = shown
        missing = sum(key not in recorded for key in sent)
        wrong = sum(key in recorded and recorded[key] != choice for key, choice in sent.items())
        return {"expected": len(sent), "stored": len(recorded), "wrong": wrong, "missing": missing}

    def log(self) -> str:
        """The end of the server's log."""
        return last_words(self._server)


def choice(i: int, n: int) -> int:
    """What participant `i` answers to question `n`."""
    return Random(f"{i}/{n}").randrange(4)


@dataclass
class Outcome:
    """What a run of this tool alone came to."""

    turns: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sent: dict[tuple[int, int], int] = field(default_factory=dict)
    span: Span | None = None
    peak_mib: float = 0.0
    start_s: float = 0.0
    n_runs: int = 0


def run() -> list[Figure]:
    """All of it; raises AssertionError where an answer was lost or an error occurred."""
    figures = _beside_otree() if otree.DRIVER.exists() else _alone(PEOPLE, THINK_S)
    for people, think_s in ALONE:
        figures += _alone(people, think_s)
    return figures + _burst()


# -- beside oTree ------------------------------------------------------------------------------------------


def _beside_otree() -> list[Figure]:
    command = otree.installed()
    ramp_s = PEOPLE / _ARRIVALS_PER_S
    figures: list[Figure] = []
    if command is not None:
        said = otree.measured(_OTREE, people=PEOPLE, think_s=THINK_S, ramp_s=ramp_s, command=command)
        figures += _told(f"oTree {said['version'].split()[-1]}", said)
    return figures + _told("oversight", otree.measured(_US, people=PEOPLE, think_s=THINK_S, ramp_s=ramp_s))


def _told(name: str, said: dict[str, Any]) -> list[Figure]:
    (run,) = said["runs"]
    turns = run["turn_ms"]
    note = f"{PEOPLE} people thinking {THINK_S:g} s; {turns['n']} answers, all read back; others used "
    note += f"{run['other_processes_cores']} cores"
    return [
        Figure(f"{name}: submit to the next question, p50", turns["p50"], "ms", note),
        Figure(f"{name}: submit to the next question, p95", turns["p95"], "ms", note),
        Figure(f"{name}: processor time for a question", run["cpu_ms_per_page"], "ms", "all its requests"),
        Figure(f"{name}: peak memory", sum(run["peak_rss_mib"]), "MiB", "all its processes"),
        Figure(f"{name}: start to first answer", statistics.median(said["start_s"]), "s", "median of three"),
    ]


# -- this tool alone ------------------------------------------------------------------------------------------


def _alone(people: int, think_s: float) -> list[Figure]:
    async def play(app: Oversight, study: Study, outcome: Outcome) -> None:
        def rec(kind: str, seconds: float) -> None:
            outcome.turns.append(seconds)

        async def one(i: int) -> None:
            await asyncio.sleep(i / _ARRIVALS_PER_S)
            try:
                await app.play(study, i, rec, think_s, outcome.sent, [])
            except Exception as error:
                outcome.errors.append(f"{type(error).__name__}: {error}")

        await asyncio.gather(*(one(i) for i in range(people)))

    return _figures(f"{people} people, {think_s:g} s", f"thinking {think_s:g} s", _measured(people, play))


def _burst() -> list[Figure]:
    async def play(app: Oversight, study: Study, outcome: Outcome) -> None:
        people = [app.person(study, i, 0.0) for i in range(BURST)]
        try:
            await asyncio.gather(*(_arrive(person, study.tokens[i], i) for i, person in enumerate(people)))
            for n in range(1, _BURSTS + 1):
                await asyncio.gather(*(person.mark(n) for person in people))
                await asyncio.sleep(1.0)  # later than a double click, and after the last of the marks
                await asyncio.gather(*(_submit(person, i, n, outcome) for i, person in enumerate(people)))
        finally:
            await asyncio.gather(*(person.session.leave() for person in people))

    measured = _measured(BURST, play)
    return _figures(f"{BURST} people", f"submitting in the same instant, {_BURSTS} times", measured)


async def _arrive(person: Participant, token: str, i: int) -> None:
    await asyncio.sleep(i / _ARRIVALS_PER_S)
    await person.session.enter(token)
    await person.sit(until=lambda: question_on(person.session.page.keys) == 1)


async def _submit(person: Participant, i: int, n: int, outcome: Outcome) -> None:
    pressed = time.perf_counter()
    await person.session.press(f"submit_{n}")
    outcome.turns.append(time.perf_counter() - pressed)
    if f"submit_{n + 1}" in person.session.page.keys:
        outcome.sent[i, n] = choice(i, n)
    else:
        outcome.errors.append(f"submit {n} did not lead to question {n + 1}")


def _measured(people: int, play: Callable[[Oversight, Study, Outcome], Any]) -> Outcome:
    app = Oversight()
    try:
        outcome = Outcome(start_s=app.start())
        study = app.create(people)
        watch = Watch(app.pids())
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(play(app, study, outcome))
        outcome.span, outcome.n_runs = watch.so_far(), app.traffic.n_runs
        outcome.peak_mib = sum(cost(pid).peak_mib for pid in app.pids())
        stored = app.check(study, outcome.sent)
        if outcome.errors or stored["wrong"] or stored["missing"]:
            raise AssertionError(
                f"{len(outcome.errors)} errors, first {outcome.errors[:3]}; answers {stored}\n{app.log()}"
            )
        return outcome
    finally:
        app.stop()
        app.cleanup()


def _figures(who: str, what: str, outcome: Outcome) -> list[Figure]:
    assert outcome.span is not None
    note = f"{what}; {len(outcome.turns)} answers, all read back; others used {outcome.span.others_cores:.2f} cores"
    milliseconds = [1000 * seconds for seconds in outcome.turns]
    return [
        Figure(f"{who}: submit to the next question, p50", percentile(milliseconds, 0.5), "ms", note),
        Figure(f"{who}: submit to the next question, p95", percentile(milliseconds, 0.95), "ms", note),
        Figure(
            f"{who}: processor time for a run", 1000 * outcome.span.server_cpu_s / outcome.n_runs, "ms", what
        ),
        Figure(f"{who}: peak memory", outcome.peak_mib, "MiB", what),
    ]
