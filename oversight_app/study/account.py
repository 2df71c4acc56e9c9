"""The account of one trial: everything that was said in it, by whom, and what each model had been sent.

It is folded from the trial's events alone, so it says what is on record and nothing else. Letters are those that the
participant saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from oversight_app.study.asked_again import examples_shown, rebuilt_call
from oversight_app.study.events import ModelAsked
from oversight_app.study.letters import OptionOrder
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question, folded
from oversight_app.study.sent import Rebuilt, rebuilt
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Message, Trial, stance_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. `stance` is the displayed letter that its speaker argued for; `sent` is None where a person wrote.

    `forgets` says that the assistant was made to forget what stands before this message.
    """

    message: Message
    speaker: str
    stance: str
    sent: Rebuilt | None
    forgets: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call to a model beside the assistant's replies, and what it was sent."""

    asked: ModelAsked
    sent: Rebuilt


@dataclass(frozen=True, slots=True)
class Account:
    """One trial as a researcher reads it. `key`, `answer`, `initial`, `stance` are displayed letters, "" for none."""

    participant_id: str
    participant_kind: str
    trial: Trial
    question: Question
    options: tuple[tuple[str, str], ...]
    """(displayed letter, words), from the top."""
    key: str
    answer: str
    initial: str
    stance: str
    entries: tuple[Entry, ...]
    calls: tuple[Call, ...]


def account_of(
    sitting: Sitting, trial: Trial, question: Question, plan: Plan, bank: Sequence[Question] = ()
) -> Account:
    """The account of a trial as its sitting stands; in the bank are the examples that a model was shown."""
    examples = examples_shown(plan, bank, sitting, question)
    order = OptionOrder(trial.plan.option_order)
    shown = order.shown(question.options)
    return Account(
        participant_id=sitting.participant_id,
        participant_kind=sitting.kind,
        trial=trial,
        question=question,
        options=tuple((letter, folded(text)) for letter, text in zip(LETTERS, shown, strict=True)),
        key=order.displayed(LETTERS[question.correct]),
        answer=order.displayed(trial.closed.choice) if trial.closed and trial.closed.choice else "",
        initial=order.displayed(trial.initial.choice) if trial.initial else "",
        stance=_displayed(order, trial.plan.stance),
        entries=tuple(_entries(trial, question, plan, order)),
        calls=tuple(
            Call(asked, rebuilt_call(plan, question, sitting, trial, asked, examples))
            for asked in trial.asked
        ),
    )


def _entries(trial: Trial, question: Question, plan: Plan, order: OptionOrder) -> Sequence[Entry]:
    entries: list[Entry] = []
    context = 1
    for message in trial.messages:
        begun = message.begun
        entries.append(
            Entry(
                message,
                speaker=begun.speaker if begun else message.speaker.value,
                stance=_displayed(order, stance_of(begun, trial)) if begun else "",
                sent=rebuilt(plan, question, trial, message) if begun else None,
                forgets=message.context != context,
            )
        )
        context = message.context
    return entries


def _displayed(order: OptionOrder, letters: str) -> str:
    """Original letters, one a speaker, as displayed."""
    return "".join(order.displayed(letter) for letter in letters)
