"""Projections: what the events come to, kept as rows beside them, and made again from them.

`keep` is the one way in which an event reaches `sittings`, `trials`, `messages`, `calls`, `beliefs` and `survey`.
The ledger calls it in the transaction that appends the event; `rebuild` calls it for every event on record, so both
come to the same rows. What a platform's file says of somebody touches one column, which `submissions` writes itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from oversight_app.errors import NoPlan
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.answers import answer_row
from oversight_app.study.events import (
    STUDY_STREAM,
    AdviceRead,
    AloneAsked,
    BeliefStated,
    Event,
    JudgeAsked,
    MessageSent,
    ParticipantAssigned,
    ParticipantLeft,
    PlatformStatusNoted,
    ReplyBegun,
    ReplyClosed,
    SurveyAnswered,
    TrialClosed,
    TrialsAdded,
)
from oversight_app.study.lapse import due_at
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sitting import Sitting, apply, packed, unpacked
from oversight_app.study.survey import HELP_KEYS, Answer
from oversight_app.study.trial import Message, Trial


def keep(
    record: Record,
    sitting: Sitting,
    events: Sequence[Event],
    at: datetime,
    *,
    plan: Plan,
    questions: Mapping[str, Question],
) -> Sitting:
    """Bring the rows up to date with these events of one moment; the sitting after them."""
    return keep_all(record, sitting, [(event, at) for event in events], plan=plan, questions=questions)


def keep_all(
    record: Record,
    sitting: Sitting,
    happened: Iterable[tuple[Event, datetime]],
    *,
    plan: Plan,
    questions: Mapping[str, Question],
) -> Sitting:
    """The same for events each with its moment; what they come to is written once, at the end."""
    stood: dict[int, tuple[Sitting, Trial]] = {}

    def save(trials: Iterable[Trial]) -> None:
        # As it stands at this event: a later one may say what no row says before the trial is closed.
        for trial in trials:
            stood[trial.plan.n] = (sitting, trial)

    said: dict[tuple[int, str], tuple[Trial, Message]] = {}
    strand = platform_status = None
    sitting = unpacked(sitting)
    for event, at in happened:
        sitting = apply(sitting, event, at, plan.design)
        match event:
            case ParticipantAssigned():
                strand = next((cell.strand for cell in plan.cells if cell.name == event.cell), None)
                save(sitting.trials)
            case TrialsAdded():
                save(sitting.trials[-len(event.trials) :])
            case MessageSent() | ReplyBegun():
                trial = sitting.trials[event.n - 1]
                said[event.n, trial.messages[-1].message_id] = (trial, trial.messages[-1])
            case ReplyClosed():
                trial = sitting.trials[event.n - 1]
                message = next(m for m in trial.messages if m.message_id == event.reply_id)
                said[event.n, event.reply_id] = (trial, message)
                if trial.closed is not None:
                    save([trial])
            case BeliefStated():
                record.save_belief(sitting.participant_id, sitting.trials[event.n - 1], at)
            case SurveyAnswered():
                record.save_survey(sitting.participant_id, _as_asked(event.answers, plan))
            case AdviceRead():
                record.save_call(sitting.participant_id, sitting.trials[event.n - 1])
                save([sitting.trials[event.n - 1]])
            case JudgeAsked() | AloneAsked():
                record.save_call(sitting.participant_id, sitting.trials[event.n - 1])
            case TrialClosed():
                save([sitting.trials[event.n - 1]])
            case ParticipantLeft():
                save(trial for trial in sitting.trials if trial.is_abandoned)
            case PlatformStatusNoted():
                platform_status = event.status
            case _:
                pass
    for trial, message in said.values():
        record.save_message(sitting.participant_id, trial, message)
    record.save_trials(
        (n, answer_row(then, trial, questions[trial.plan.question_id], plan))
        for n, (then, trial) in stood.items()
    )
    record.save_sitting(sitting, due_at(sitting, plan.design), strand)
    if platform_status is not None:
        record.save_platform_status(sitting.participant_id, platform_status)
    return packed(sitting)


def _as_asked(answers: Mapping[str, Answer], plan: Plan) -> dict[str, Answer]:
    """A questionnaire's answers in the order of its page; an event as it is stored knows no order."""
    keys = (*(item.key for item in plan.survey), *HELP_KEYS)
    return {key: answers[key] for key in keys if key in answers}


def rebuild(store: Store) -> int:
    """Make all rows again from the events, in one transaction; returns the number of sittings."""
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    questions = planned_questions(plan, store.questions())
    with store.write() as record:
        record.forget_projections()
        participants = [stream for stream in record.streams() if stream != STUDY_STREAM]
        for participant_id in participants:
            happened = ((item.event, item.at) for item in record.events_of(participant_id))
            keep_all(record, Sitting(participant_id), happened, plan=plan, questions=questions)
    return len(participants)


def planned_questions(plan: Plan, questions: Iterable[Question]) -> dict[str, Question]:
    """The questions that a plan uses, by id."""
    wanted = {item.question_id for items in plan.practice.values() for item in items} | set(plan.attention)
    wanted |= set(plan.study_question_ids)
    return {question.question_id: question for question in questions if question.question_id in wanted}
