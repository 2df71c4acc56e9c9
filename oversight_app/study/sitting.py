"""The sitting: one participant's way from consent to end code, replayed from events.

`apply` folds one event into a sitting; `decide`-like verbs further down say which events an action causes at a stage.
Stages only move forward, except that somebody who had left may return.

    consent -> instructions -> comprehension -> ready -> [rest -> trial -> feedback?]* -> debrief -> ended
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.cells import Cell
from oversight_app.study.design import Design, Feedback
from oversight_app.study.events import (
    ComprehensionAnswered,
    ConsentGiven,
    ConsentRefused,
    ContextReset,
    DebriefRead,
    DraftSaved,
    Event,
    FeedbackRead,
    Happened,
    InstructionsRead,
    MessageSent,
    NextAsked,
    ParticipantAssigned,
    ParticipantEnrolled,
    ParticipantLeft,
    ParticipantWithdrew,
    PauseAsked,
    ReplyBegun,
    ReplyClosed,
    SittingEnded,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.plan import Plan
from oversight_app.study.trial import Trial, TrialStatus, abandon, apply_to_trial, close_due
from oversight_app.study.trial_plan import TrialPlan


class Stage(StrEnum):
    """Which screen a participant is at."""

    CONSENT = "consent"
    INSTRUCTIONS = "instructions"
    COMPREHENSION = "comprehension"
    READY = "ready"
    REST = "rest"
    TRIAL = "trial"
    FEEDBACK = "feedback"
    DEBRIEF = "debrief"
    ENDED = "ended"


class Outcome(StrEnum):
    """How a sitting ended, or that its participant has left for now."""

    COMPLETED = "completed"
    NO_CONSENT = "no_consent"
    FAILED_COMPREHENSION = "failed_comprehension"
    LEFT = "left"
    WITHDREW = "withdrew"


MODEL = "model"
"""The kind of a participant that is a model answering alone."""

TIME_OUTS = (TrialStatus.TIMED_OUT, TrialStatus.TIMED_OUT_NO_ANSWER, TrialStatus.VOID)
_TrialEvent = (
    TrialShown | DraftSaved | MessageSent | ReplyBegun | ReplyClosed | ContextReset | PauseAsked | TrialClosed
)
_NOT_A_SIGN = (TrialClosed, ReplyBegun, ReplyClosed, ParticipantLeft, SittingEnded)
"""Events that the server causes; a `TrialClosed` is a sign of the participant only when it is their answer."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Where one participant stands. `current` is the index of the trial at hand, len(trials) after the last."""

    participant_id: str
    kind: str = "human"
    settings: Mapping[str, str] = field(default_factory=dict)
    """What a model participant is: provider, model and method."""
    stage: Stage = Stage.CONSENT
    consent_hash: str = ""
    n_comprehension: int = 0
    last_check: tuple[int, ...] = ()
    """What the last attempt at the comprehension check answered."""
    cell: str = ""
    turn: int = 0
    trials: tuple[Trial, ...] = ()
    current: int = 0
    started_at: datetime | None = None
    assigned_at: datetime | None = None
    ended_at: datetime | None = None
    last_sign_at: datetime | None = None
    outcome: str = ""
    external_help: bool | None = None

    @property
    def trial(self) -> Trial:
        """The trial at hand; raises IndexError outside the trials."""
        return self.trials[self.current]

    @property
    def n_closed(self) -> int:
        """Closed trials, practice included."""
        return sum(trial.closed is not None for trial in self.trials)

    @property
    def has_left(self) -> bool:
        """Whether the participant is away and the place given back."""
        return self.outcome == Outcome.LEFT


def fold(participant_id: str, happened: Iterable[Happened], design: Design) -> Sitting:
    """The sitting that these events make."""
    sitting = Sitting(participant_id)
    for item in happened:
        sitting = apply(sitting, item.event, item.at, design)
    return sitting


def apply(sitting: Sitting, event: Event, at: datetime, design: Design) -> Sitting:
    """The sitting after one event."""
    if not isinstance(event, _NOT_A_SIGN) or (
        isinstance(event, TrialClosed) and event.status in ("answered", "skipped")
    ):
        # Whoever acts is back, also in a tab that was open all the time and so never asked for its page again.
        sitting = replace(sitting, last_sign_at=at, outcome="" if sitting.has_left else sitting.outcome)
    match event:
        case ParticipantEnrolled():
            return replace(sitting, kind=event.kind, settings=event.settings)
        case ConsentGiven():
            return replace(sitting, consent_hash=event.consent_hash, stage=Stage.INSTRUCTIONS, started_at=at)
        case ConsentRefused():
            return sitting
        case InstructionsRead():
            return replace(sitting, stage=Stage.COMPREHENSION)
        case ComprehensionAnswered():
            stage = Stage.READY if event.passed else Stage.COMPREHENSION
            n = sitting.n_comprehension + 1
            return replace(sitting, stage=stage, n_comprehension=n, last_check=event.answers)
        case ParticipantAssigned():
            return _enter(
                replace(
                    sitting,
                    cell=event.cell,
                    turn=event.turn,
                    trials=tuple(Trial(plan) for plan in event.trials),
                    assigned_at=at,
                ),
                0,
            )
        case NextAsked():
            return replace(sitting, stage=Stage.TRIAL)
        case FeedbackRead():
            return _enter(sitting, sitting.current + 1)
        case TrialClosed():
            sitting = _with_trial(sitting, event, at)
            if sitting.current != event.n - 1:
                return sitting
            if is_feedback_due(sitting.trials[event.n - 1], design):
                return replace(sitting, stage=Stage.FEEDBACK)
            return _enter(sitting, event.n)
        case ParticipantLeft():
            return replace(_mark_abandoned(sitting), outcome=Outcome.LEFT.value)
        case DebriefRead():
            return replace(sitting, external_help=event.external_help)
        case SittingEnded():
            return replace(sitting, stage=Stage.ENDED, outcome=event.outcome, ended_at=at)
        case _ if isinstance(event, _TrialEvent):
            return _with_trial(sitting, event, at)
        case _:
            return sitting


def is_feedback_due(trial: Trial, design: Design) -> bool:
    """Whether the participant now learns the right answer."""
    match design.answer.feedback:
        case Feedback.AFTER_EACH:
            return True
        case Feedback.PRACTICE_ONLY:
            return trial.plan.is_practice
        case Feedback.NONE:
            return False


# -- what a participant, or the clock, does ---------------------------------------------


def consent(sitting: Sitting, consent_hash: str, *, agreed: bool) -> list[Event]:
    """The click on the consent page."""
    _must_be_at(sitting, Stage.CONSENT)
    if agreed:
        return [ConsentGiven(consent_hash)]
    return [ConsentRefused(), SittingEnded(Outcome.NO_CONSENT.value)]


def read_instructions(sitting: Sitting) -> list[Event]:
    """The click that ends the instructions."""
    _must_be_at(sitting, Stage.INSTRUCTIONS)
    return [InstructionsRead()]


def answer_comprehension(
    sitting: Sitting, answers: tuple[int, ...], plan: Plan, now: datetime
) -> list[Event]:
    """One attempt at the check; after the last allowed one the sitting ends, kindly."""
    _must_be_at(sitting, Stage.COMPREHENSION)
    since = sitting.last_sign_at if sitting.n_comprehension else None
    if since is not None and (now - since).total_seconds() < plan.design.sitting.min_display_s:
        raise Refusal("the second half of a double click is no second attempt")
    if len(answers) != len(plan.comprehension) or None in answers:
        raise Reminder("answer_every_question")
    passed = all(
        answer == question.correct for answer, question in zip(answers, plan.comprehension, strict=True)
    )
    events: list[Event] = [ComprehensionAnswered(answers, passed)]
    if not passed and sitting.n_comprehension + 1 >= plan.design.sitting.comprehension_attempts:
        events.append(SittingEnded(Outcome.FAILED_COMPREHENSION.value))
    return events


def begin(
    sitting: Sitting, cell: Cell, turn: int, *, by_lot: bool, trials: tuple[TrialPlan, ...]
) -> list[Event]:
    """The click on Begin: the place is taken."""
    _must_be_at(sitting, Stage.READY)
    return [ParticipantAssigned(cell.name, turn, by_lot, trials)]


def ask_next(sitting: Sitting) -> list[Event]:
    """The click that ends a rest."""
    _must_be_at(sitting, Stage.REST)
    return [NextAsked()]


def read_feedback(sitting: Sitting, n: int) -> list[Event]:
    """The click that ends the feedback on trial `n`."""
    _must_be_at(sitting, Stage.FEEDBACK)
    if sitting.trial.plan.n != n:
        raise Refusal("this feedback has been read already")
    return [FeedbackRead(n)]


def debrief(sitting: Sitting, *, external_help: bool | None) -> list[Event]:
    """The click that ends the debrief, and the sitting."""
    _must_be_at(sitting, Stage.DEBRIEF)
    return [DebriefRead(external_help), SittingEnded(Outcome.COMPLETED.value)]


def withdraw(sitting: Sitting, now: datetime) -> list[Event]:
    """The participant ends it all; an open question is closed as it stands. Before consent there is nothing to end."""
    if sitting.stage in (Stage.CONSENT, Stage.ENDED):
        raise Refusal(f"nothing to withdraw from at {sitting.stage.value}")
    closing: list[Event] = [abandon(sitting.trial, now)] if _has_open_trial(sitting) else []
    return [ParticipantWithdrew(), *closing, SittingEnded(Outcome.WITHDREW.value)]


def pass_time(sitting: Sitting, now: datetime, design: Design, *, was_up: bool) -> list[Event]:
    """What the clock alone has brought about by now: a deadline reached, or a participant gone.

    `was_up` says whether the server was running at the moment that `due_at` names.
    """
    if _has_open_trial(sitting):
        closed = close_due(sitting.trial, now, was_up=was_up)
        if closed is not None:
            return [closed]
    left_at = _leaves_at(sitting, design)
    if left_at is None or now < left_at:
        return []
    closing: list[Event] = (
        [abandon(sitting.trial, left_at, was_up=was_up)] if _has_open_trial(sitting) else []
    )
    return [*closing, ParticipantLeft()]


def due_at(sitting: Sitting, design: Design) -> datetime | None:
    """When `pass_time` will next have something to say; None when never."""
    if _has_open_trial(sitting) and sitting.trial.deadline_at is not None:
        return sitting.trial.deadline_at
    return _leaves_at(sitting, design)


def _leaves_at(sitting: Sitting, design: Design) -> datetime | None:
    """When a participant with a place counts as gone, without a further sign of them.

    Never while a question's clock runs, because somebody may be reading; and a model has all the time in the world.
    """
    if sitting.assigned_at is None or sitting.last_sign_at is None or sitting.kind == MODEL:
        return None
    if sitting.has_left or sitting.stage is Stage.ENDED:
        return None
    if _has_open_trial(sitting) and sitting.trial.deadline_at is not None:
        return None
    return sitting.last_sign_at + timedelta(seconds=design.sitting.idle_limit_s)


def _has_open_trial(sitting: Sitting) -> bool:
    return sitting.stage is Stage.TRIAL and sitting.trial.is_open


def _must_be_at(sitting: Sitting, stage: Stage) -> None:
    if sitting.stage is not stage:
        raise Refusal(f"this page is over, the sitting is at {sitting.stage.value}")


def _enter(sitting: Sitting, index: int) -> Sitting:
    """Move to the trial with this index, by way of a rest where one is due, or to the debrief after the last."""
    if index >= len(sitting.trials):
        return replace(sitting, current=index, stage=Stage.DEBRIEF)
    before = sitting.trials[index - 1] if index else None
    needs_rest = (
        before is None
        or before.plan.block != sitting.trials[index].plan.block
        or before.pause_after
        or before.status in TIME_OUTS
    )
    return replace(sitting, current=index, stage=Stage.REST if needs_rest else Stage.TRIAL)


def _with_trial(sitting: Sitting, event: Event, at: datetime) -> Sitting:
    index = event.n - 1  # type: ignore[union-attr]  # every event routed here has n
    trials = list(sitting.trials)
    trials[index] = apply_to_trial(trials[index], event, at)
    return replace(sitting, trials=tuple(trials))


def _mark_abandoned(sitting: Sitting) -> Sitting:
    """The last closed trial counts as abandoned when the clock closed it and no sign of the participant came after."""
    closed = [i for i, trial in enumerate(sitting.trials) if trial.closed is not None]
    if not closed:
        return sitting
    last = sitting.trials[closed[-1]]
    assert last.closed is not None
    if last.closed.status not in TIME_OUTS[:2] or (
        sitting.last_sign_at and sitting.last_sign_at > last.closed.closed_at
    ):
        return sitting
    trials = list(sitting.trials)
    trials[closed[-1]] = replace(last, is_abandoned=True)
    return replace(sitting, trials=tuple(trials))
