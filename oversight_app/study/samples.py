"""Samples: every page of a study as its participants will meet it, without a participant.

A sitting is folded from made-up events, by the same rules as a real one, and its pages are made by the same `page_of`.
Nothing is written anywhere. What an assistant says in a sample is marked as such.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oversight_app.study.assignment import trials_for
from oversight_app.study.design import ENDINGS, Condition
from oversight_app.study.events import (
    ConsentGiven,
    Event,
    InitialAnswered,
    MessageSent,
    ParticipantAssigned,
    ParticipantEnrolled,
    ReplyBegun,
    ReplyClosed,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.feedback import is_feedback_due
from oversight_app.study.page import Page
from oversight_app.study.plan import Plan
from oversight_app.study.protocols import due, may_write
from oversight_app.study.questions import Question
from oversight_app.study.showing import page_of
from oversight_app.study.sitting import Sitting, Stage, apply

SOMEBODY = "sample00"
ASKED = "What does the text say about this?"
SAID = (
    "This is where the assistant's reply stands. In the study it comes from the model that the design names."
)
_MOST_SPEECHES = 20
"""More than any design asks for, so that a sample ends."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One page. `condition` and `task` are empty where it is the same for all."""

    key: str
    name: str
    condition: str
    task: str
    page: Page


def samples(plan: Plan, questions: Mapping[str, Question], now: datetime) -> tuple[Sample, ...]:
    """Every page of the study in the order in which people meet them, those of a question by condition and task."""
    return tuple(_samples(plan, questions, now))


def _samples(plan: Plan, questions: Mapping[str, Question], now: datetime) -> Iterator[Sample]:
    def shown(sitting: Sitting, name: str, trial: int | None = None) -> Sample:
        about = sitting.trials[trial].plan if trial is not None else None
        condition, task = (about.condition, about.task) if about else ("", "")
        key = "-".join(filter(None, (name.replace(" ", "_"), condition, task)))
        return Sample(key, name, condition, task, page_of(sitting, plan, questions, now))

    new = Sitting(SOMEBODY)
    yield shown(new, "consent")
    agreed = _after(new, plan, now, ParticipantEnrolled("human"), ConsentGiven("", bool(plan.screening)))
    if plan.screening:
        yield shown(agreed, "screening")
    for stage in (Stage.INSTRUCTIONS, Stage.COMPREHENSION, Stage.READY):
        if stage is not Stage.COMPREHENSION or plan.comprehension:
            yield shown(replace(agreed, stage=stage), "begin" if stage is Stage.READY else stage.value)
    ready = replace(agreed, stage=Stage.READY)
    last = ready
    for sitting, index in _first_of_each(plan, questions, ready, now):
        yield from _of_question(shown, sitting, index, plan, now)
        last = sitting
    yield shown(replace(last, stage=Stage.SURVEY), "questionnaire")
    yield shown(replace(last, stage=Stage.DEBRIEF), "debrief")
    for outcome in ENDINGS:
        yield shown(replace(last, stage=Stage.ENDED, outcome=outcome.value), f"end {outcome.value}")


def _first_of_each(
    plan: Plan, questions: Mapping[str, Question], ready: Sitting, now: datetime
) -> Iterator[tuple[Sitting, int]]:
    """A sitting at the first question of each condition and task, practice left out."""
    met: set[tuple[str, str]] = set()
    for cell in plan.cells:
        trials = trials_for(plan, questions, cell, SOMEBODY, arrival=0, turn=0)
        assigned = _after(ready, plan, now, ParticipantAssigned(cell.name, 0, False, trials))
        for index, trial in enumerate(trials):
            place = (trial.condition, trial.task)
            if trial.is_practice or trial.is_attention_check or place in met:
                continue
            met.add(place)
            yield replace(assigned, current=index, stage=Stage.TRIAL, rest_since=None), index


def _of_question(
    shown: Callable[[Sitting, str, int], Sample], sitting: Sitting, index: int, plan: Plan, now: datetime
) -> Iterator[Sample]:
    trial = sitting.trials[index].plan
    yield shown(replace(sitting, stage=Stage.REST, rest_since=now), "rest", index)
    if trial.reading_s:
        yield shown(replace(sitting, stage=Stage.READING), "reading", index)
    limit_s = trial.time_limit_s
    open_ = _after(
        sitting, plan, now, TrialShown(trial.n, None if limit_s is None else now + timedelta(seconds=limit_s))
    )
    if trial.is_answer_first:
        yield shown(open_, "question first", index)
        open_ = _after(open_, plan, now, InitialAnswered(trial.n, "B", 0.6))
    yield shown(open_, "question", index)
    if trial.condition == Condition.HUMAN_WITH_MODEL:
        yield shown(_talked(open_, plan, now), "question with a reply", index)
    closed = _after(open_, plan, now, TrialClosed(trial.n, "answered", "B", 0.6, now))
    if is_feedback_due(closed.trials[index], plan.design):
        yield shown(replace(closed, current=index, stage=Stage.FEEDBACK), "feedback", index)


def _talked(sitting: Sitting, plan: Plan, now: datetime) -> Sitting:
    """The open question after everybody has spoken who is due to, once more after the participant has asked."""
    rules, has_asked = plan.design.assistant, False
    for _ in range(_MOST_SPEECHES):
        trial = sitting.trial
        n, count = trial.plan.n, len(trial.messages)
        if speeches := due(trial, rules):
            for speech in speeches:
                count += 1
                reply = f"{trial.plan.trial_id}.{count}"
                sees = tuple(message.message_id for message in speech.sees)
                begun = ReplyBegun(
                    n, reply, trial.context, "sample", "sample", "", sees, speech.speaker, speech.stance
                )
                sitting = _after(sitting, plan, now, begun, ReplyClosed(n, reply, SAID, "complete"))
        elif may_write(trial, rules) and not has_asked:
            has_asked = True
            asked = MessageSent(n, f"{trial.plan.trial_id}.{count + 1}", ASKED, trial.context)
            sitting = _after(sitting, plan, now, asked)
        else:
            break
    return sitting


def _after(sitting: Sitting, plan: Plan, now: datetime, *events: Event) -> Sitting:
    for event in events:
        sitting = apply(sitting, event, now, plan.design)
    return sitting
