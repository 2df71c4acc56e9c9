"""The measurement: more and more people at one server, until 95 of 100 wait longer than the bound, or time is up.

Everybody who has come stays and goes on answering at the pace asked for, so that each step is a steady state and not an
onrush; a new step's people are let in a few at a time, and only when all are there is measured. Who has finished is
followed by the next. At the end each answer that a client was told was taken is looked for in the record.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput
from oversight_app.load.capacity import Capacity, Step
from oversight_app.load.copied import seat
from oversight_app.load.ledger import missing
from oversight_app.load.participants import Manner, Participant
from oversight_app.load.sessions import Astray, Gone, Session, Traffic
from oversight_app.proctor import Proctor
from oversight_app.store import Store

FIRST_STEP = 40
GROWTH = 1.8
_AT_A_TIME = 8
"""So many open their links at the same moment."""
_STEP_S = 4.0
_LONGEST_STEP_S = 12.0
_ENOUGH_ANSWERS = 20
_FAILED_SHARE = 0.02
"""Of the people in a step: with more of them in trouble the step counts as not served."""

Progress = Callable[[float, float, str], None]
"""Told the seconds that are over, of how many, and what is going on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured: the bound on the wait, the pace of answers, the time there is, and the most people."""

    bound_s: float = 0.5
    pace_s: float = 15.0
    seconds: float = 60.0
    most: int = 2_000
    asks: float = 0.3
    """How often somebody asks the assistant, where it can be asked."""


@dataclass
class _Crowd:
    """Everybody who is there, and what they have waited."""

    url: str
    folder: Path
    asked: Asked
    traffic: Traffic = field(default_factory=Traffic)
    people: dict[str, Participant] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _seats: list[tuple[str, str]] = field(default_factory=list)

    @property
    def n_here(self) -> int:
        """How many go on answering."""
        return sum(not task.done() for task in self._tasks)

    async def grow(self, n: int, until: float) -> bool:
        """Let people in until there are `n`; False where the time was up before."""
        clock = SystemClock()
        while (lacking := n - self.n_here) > 0:
            if clock.monotonic() > until or len(self.troubles) > max(2, _FAILED_SHARE * n):
                return False
            if len(self._seats) < lacking:
                # In a thread: those who are there go on meanwhile.
                new = await asyncio.to_thread(seat, self.folder, lacking + n // 4 - len(self._seats))
                self._seats += new.items()
            group = [self._seats.pop() for _ in range(min(_AT_A_TIME, lacking))]
            await asyncio.gather(*(self._let_in(token, who) for token, who in group))
        return True

    async def _let_in(self, token: str, participant_id: str) -> None:
        person = Participant(
            Session(self.url, self.traffic),
            (),
            Manner(thinks_s=self.asked.pace_s, asks=self.asked.asks, is_under_way=True),
            Random(token),
            on_turn=lambda n, seconds: self.waits.append(seconds),
        )
        self.people[participant_id] = person
        try:
            await person.session.enter(token)
        except (Astray, Gone, OSError) as error:
            self.troubles.append(f"a link could not be opened: {error}")
            await person.session.leave()
            return
        self._tasks.add(asyncio.create_task(self._sit(person)))

    async def _sit(self, person: Participant) -> None:
        try:
            await person.sit()
        except (Astray, Gone, OSError) as error:
            self.troubles.append(str(error))
        finally:
            await person.session.leave()

    async def disperse(self) -> None:
        """Everybody closes the tab."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def measure(
    folder: Path, url: str, asked: Asked, *, n_cores: int, started: float, on_progress: Progress
) -> Capacity:
    """Measure the server at `url`, which serves the copy in `folder`; `started` is when the time began to run.

    Raises BadInput where the study's pages could not be gone through at all, or an answer was lost.
    """
    clock = SystemClock()
    until = started + asked.seconds
    crowd = _Crowd(url, folder, asked)
    steps: list[Step] = []
    why_ended = "places"
    try:
        for n in sizes(asked.most):
            on_progress(clock.monotonic() - started, asked.seconds, f"{n} people")
            if not await crowd.grow(n, until - _STEP_S):
                why_ended = "failed" if crowd.troubles else "time"
                break
            step = await _step(n, crowd, until)
            steps.append(step)
            if len(crowd.troubles) > max(2, _FAILED_SHARE * n):
                why_ended = "failed"
                break
            if not step.is_served(asked.bound_s):
                why_ended = "bound"
                break
            if clock.monotonic() + _STEP_S > until:
                why_ended = "time"
                break
    finally:
        await crowd.disperse()
    if why_ended == "failed" and not any(step.is_served(asked.bound_s) for step in steps):
        raise BadInput(
            f"The pages of this study could not be gone through ({crowd.troubles[0]}), so nothing was measured."
        )
    n_kept = await asyncio.to_thread(_all_on_record, folder, crowd.people)
    return Capacity(
        tuple(steps), asked.bound_s, asked.pace_s, clock.monotonic() - started, n_cores, why_ended, n_kept
    )


def sizes(most: int) -> Sequence[int]:
    """How many people each step has.

    >>> sizes(200)
    [40, 72, 130, 200]
    """
    found, n = [], float(min(FIRST_STEP, most))
    while round(n) < most:
        found.append(int(n + 0.5))
        n *= GROWTH
    return [*found, most]


async def _step(n: int, crowd: _Crowd, until: float) -> Step:
    """Measure with everybody there; longer where few answers come."""
    clock = SystemClock()
    begun = clock.monotonic()
    crowd.waits.clear()
    while (now := clock.monotonic()) < until and now - begun < _LONGEST_STEP_S:
        if now - begun >= _STEP_S and len(crowd.waits) >= _ENOUGH_ANSWERS:
            break
        await asyncio.sleep(0.1)
    return Step.of(n, list(crowd.waits))


def _all_on_record(folder: Path, people: Mapping[str, Participant]) -> int:
    """How many answers the clients were told were taken; raises BadInput where one of them is not in the record."""
    n_kept = 0
    with Store.open(folder / "study.db") as store:
        proctor = Proctor(store, SystemClock())
        for participant_id, person in people.items():
            if lost := missing(person.ledger, proctor.sitting(participant_id)):
                raise BadInput(
                    f"Participant {participant_id}: {lost[0]}. No study may lose anything: please report this."
                )
            n_kept += len(person.ledger.answers)
    return n_kept
