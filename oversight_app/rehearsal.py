"""A rehearsal: simulated people take part in a copy of a study, and leave data whose truth is known.

They walk the whole road through the proctor, as a browser would: what they see is the page, what they do are its
actions, and deadlines close by the clock. Only two things are not as in a study: the clock is simulated and jumps from
one action to the next, whoever's it is; and the assistant is always the scripted one, so that no rehearsal costs money.
The copy is a study folder like any other and says in its own record that it is a rehearsal.
"""

import heapq
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from oversight_app.clock import Clock, SimulatedClock, SystemClock, stamp
from oversight_app.errors import BadInput, NoPlan
from oversight_app.proctor import Proctor
from oversight_app.providers.base import Piece, Provider, Request
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.replies import Replies
from oversight_app.store import Store
from oversight_app.store.copying import copy_without_people
from oversight_app.study.design import HUMAN_CONDITIONS
from oversight_app.study.events import STUDY_STREAM, RehearsalBegun
from oversight_app.study.people import MANNERS, Item, Manner, Person, draw_item, draw_person, with_dropout
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question, folded
from oversight_app.study.truth import STAND_IN_ERROR_SHARE, Accuracies, true_accuracies
from oversight_app.visitor import Visitor
from oversight_app.whole_folder import new_folder

ARRIVALS_EVERY_S = 120.0
"""Mean time between two arrivals; people come by chance and are in the study at the same time."""
SWEEP_EVERY_S = 60.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal left: its study folder, how many people of each kind there were, how their sittings ended.

    `truth` is {"accuracy": {task: {condition: p}}}: what the answers should come out as.
    """

    folder: Path
    seed: int
    kinds: Mapping[str, int]
    outcomes: Mapping[str, int]
    truth: Mapping[str, Accuracies]
    shares: Mapping[str, float]
    """How likely a simulated person was of each kind."""


def rehearse(
    study: Path,
    n_participants: int,
    seed: int,
    into: Path | None = None,
    *,
    clock: Clock | None = None,
    dropout: float | None = None,
    on_progress: Progress | None = None,
) -> Rehearsal:
    """Let simulated people take part in a copy of the study in this folder; the study itself is only read.

    The copy goes to `into`, by default rehearsals/<utc>. `clock` says when it was made; the simulated time begins when
    the plan was frozen, so that the same study and seed give the same answers. `dropout` is the share of people who
    leave half-way, from 0 to below 1; left out, that of `study/people.py`. `on_progress` is told how many sittings are
    over, of how many; people are in the study at the same time, so two halves count as one. Raises NoPlan without
    a plan and BadInput where `into` is not empty.
    """
    at = (clock or SystemClock()).now()
    into = into or study / "rehearsals" / stamp(at)
    if not (study / "study.db").is_file():
        raise BadInput(f"{study} holds no study.db, so there is nothing to rehearse.")
    with new_folder(into) as folder:
        n_left_out = copy_without_people(study / "study.db", folder / "study.db")
        _copy_what_people_read(study, folder)
        with Store.open(folder / "study.db", synchronous="NORMAL") as store:
            plan = store.plan()
            if plan is None:
                raise NoPlan(study)
            start = SimulatedClock(datetime.fromisoformat(plan.frozen_at))
            proctor = Proctor(store, start, kind="simulated")
            manners = MANNERS if dropout is None else with_dropout(dropout)
            truth = {"accuracy": true_accuracies(plan, proctor.questions, manners)}
            with store.write() as record:
                record.append(STUDY_STREAM, [RehearsalBegun(n_participants, seed, n_left_out, truth)], at)
            kinds = _Cast(proctor, start, n_participants, seed, manners, on_progress or _in_silence).play()
            outcomes = Counter(str(row["outcome"] or row["stage"]) for row in store.rows("sittings"))
        made = Rehearsal(
            into,
            seed,
            dict(sorted(kinds.items())),
            dict(sorted(outcomes.items())),
            truth,
            {manner.name: round(manner.share, 6) for manner in manners},
        )
        (folder / "rehearsal.json").write_text(
            json.dumps(_described(made, plan), indent=2) + "\n", encoding="utf-8"
        )
    return made


class _Cast:
    """Everybody in a rehearsal, and the time that passes for all of them."""

    def __init__(
        self,
        proctor: Proctor,
        clock: SimulatedClock,
        n_participants: int,
        seed: int,
        manners: tuple[Manner, ...],
        on_progress: Progress,
    ) -> None:
        self._proctor = proctor
        self._clock = clock
        self._n = n_participants
        self._seed = seed
        self._manners = manners
        self._on_progress = on_progress

    def play(self) -> Counter[str]:
        """Walk everybody to their end, the next action first; how many there were of each kind."""
        replies = Replies(
            self._proctor,
            _StandIn(ScriptedProvider(self._clock), self._proctor.questions),
            inline=True,
            paced=False,
        )
        dice = Random(f"{self._seed}/arrivals")
        arrival = self._clock.now()
        visitors: list[Visitor] = []
        walks: list[Iterator[float]] = []
        due: list[tuple[datetime, int]] = []
        kinds: Counter[str] = Counter()
        for number in range(self._n):
            person = draw_person(Random(f"{self._seed}/person/{number}"), self._manners)
            kinds[person.manner.name] += 1
            visitors.append(self._visitor(number, person, replies))
            walks.append(visitors[-1].walk())
            arrival += timedelta(seconds=dice.expovariate(1 / ARRIVALS_EVERY_S))
            heapq.heappush(due, (arrival, number))
        sweep_at = self._clock.now()
        done = 0.0
        while due:
            at, number = heapq.heappop(due)
            while sweep_at <= at:
                self._clock.set(sweep_at)
                self._proctor.sweep()
                sweep_at += timedelta(seconds=SWEEP_EVERY_S)
            self._clock.set(at)
            before = visitors[number].share_done
            wait = next(walks[number], None)
            n_told, done = round(done), done + visitors[number].share_done - before
            if round(done) > n_told:
                self._on_progress(round(done), self._n)
            if wait is not None:
                heapq.heappush(due, (at + timedelta(seconds=wait), number))
        self._wait_for_those_who_left()
        replies.close()
        return kinds

    def _visitor(self, number: int, person: Person, replies: Replies) -> Visitor:
        dice = Random(f"{self._seed}/visitor/{number}")
        participant_id = "".join(dice.choices("abcdefghijkmnpqrstuvwxyz23456789", k=8))
        return Visitor(self._proctor, replies, participant_id, person, self._item_of, dice)

    def _item_of(self, question_id: str) -> Item:
        """How hard a question is: the same for everybody here, another draw in a rehearsal with another seed."""
        return draw_item(Random(f"{self._seed}/item/{question_id}"))

    def _wait_for_those_who_left(self) -> None:
        """Who closed the tab counts as gone only when every limit has passed."""
        design = self._proctor.plan.design
        limits = [
            task.limit_s(question.n_words, condition) or 0.0
            for task in design.tasks.values()
            for question in self._proctor.questions.values()
            for condition in HUMAN_CONDITIONS
        ]
        limits.append(design.sitting.limit_s or 0.0)
        reading_s = max(task.reading_s for task in design.tasks.values())
        self._clock.sleep(max(limits) + reading_s + design.sitting.idle_limit_s)
        self._proctor.sweep()


class _StandIn:
    """The scripted assistant in the place of a model that says what it thinks: it thinks by the dice."""

    def __init__(self, scripted: Provider, questions: Mapping[str, Question]) -> None:
        self.name = scripted.name
        self._scripted = scripted
        self._keys = {folded(q.text): {folded(q.options[q.correct])} for q in questions.values()}

    def reply(self, request: Request) -> Iterator[Piece]:
        """As the scripted assistant, with a stance where the plan drew none."""
        scene = request.scene
        if scene is None or scene.stance or scene.part == "critique":
            return self._scripted.reply(request)
        keys = self._keys[scene.question]
        right = [
            letter for letter, option in zip(LETTERS, scene.options, strict=True) if folded(option) in keys
        ]
        wrong = [letter for letter in LETTERS if letter not in right]
        dice = Random(f"{scene.dice}/stand-in")
        stance = dice.choice(wrong if dice.random() < STAND_IN_ERROR_SHARE else right)
        return self._scripted.reply(replace(request, scene=replace(scene, stance=stance)))


def _copy_what_people_read(study: Path, folder: Path) -> None:
    """The design and the files beside it, for whoever looks into the copy; what is shown comes from the frozen plan."""
    for name in ("study.toml", "selection.csv", "selection.json"):
        if (study / name).is_file():
            shutil.copyfile(study / name, folder / name)
    if (study / "texts").is_dir():
        shutil.copytree(study / "texts", folder / "texts")


def _described(made: Rehearsal, plan: Plan) -> dict[str, Any]:
    return {
        "study_id": plan.study_id,
        "plan_hash": plan.plan_hash,
        "seed": made.seed,
        "n_participants": sum(made.kinds.values()),
        "kinds": made.kinds,
        "shares": made.shares,
        "outcomes": made.outcomes,
        "truth": made.truth,
    }


def _in_silence(done: int, total: int) -> None:
    """Tell nobody."""
