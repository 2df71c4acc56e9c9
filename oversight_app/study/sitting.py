"""The sitting: one participant's way from consent to end code, replayed from events.

`apply` folds one event into a sitting; `sitting_actions` says which events an action causes at a stage, `lapse` which
the clock does. Stages only move forward, except that somebody who had left may return.

    consent -> screening? -> instructions -> comprehension -> ready
      -> [rest? -> reading? -> trial -> feedback?]* -> survey -> debrief -> ended
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from oversight_app.study.changed import put, replace
from oversight_app.study.design import Design, Outcome
from oversight_app.study.events import (
    AdviceRead,
    AloneAsked,
    AnswerImported,
    BeliefStated,
    CompensationGranted,
    ComprehensionAnswered,
    ConsentGiven,
    ContextReset,
    DebriefRead,
    DraftSaved,
    Event,
    FeedbackRead,
    Happened,
    InitialAnswered,
    InstructionsRead,
    JudgeAsked,
    LimitLifted,
    MessageSent,
    NextAsked,
    ParticipantAssigned,
    ParticipantEnrolled,
    ParticipantLeft,
    ParticipantStopped,
    ParticipantTold,
    ParticipantWithdrew,
    PassageRead,
    PassageShown,
    PauseAsked,
    PlatformStatusNoted,
    ReplyBegun,
    ReplyClosed,
    ScreeningAnswered,
    SittingEnded,
    SurveyAnswered,
    TrialClosed,
    TrialsAdded,
    TrialShown,
)
from oversight_app.study.feedback import is_feedback_due
from oversight_app.study.stage import Stage as Stage
from oversight_app.study.trial import Trial, TrialStatus, apply_to_trial

MODEL = "model"
"""The kind of a participant that is a model answering alone."""

TIME_OUTS = (TrialStatus.TIMED_OUT, TrialStatus.TIMED_OUT_NO_ANSWER, TrialStatus.VOID)
_ONLY_OF_TRIALS = frozenset(
    (
        AnswerImported,
        PassageShown,
        TrialShown,
        DraftSaved,
        InitialAnswered,
        BeliefStated,
        MessageSent,
        ReplyBegun,
        ReplyClosed,
        ContextReset,
        PauseAsked,
        AdviceRead,
        JudgeAsked,
        AloneAsked,
    )
)
"""Events that change a trial and nothing else of the sitting; most events are of these."""
_BY_SERVER = (ReplyBegun, ReplyClosed, ParticipantLeft, LimitLifted, SittingEnded, AdviceRead)
_BY_RESEARCHER = (ParticipantTold, ParticipantStopped, CompensationGranted, PlatformStatusNoted)
_NOT_A_SIGN = (*_BY_SERVER, *_BY_RESEARCHER)
"""Events that the server or the researcher causes."""


@dataclass(frozen=True)
class Sitting:
    """Where one participant stands. `current` is the index of the trial at hand, len(trials) after the last."""

    participant_id: str
    kind: str = "human"
    settings: Mapping[str, str] = field(default_factory=dict)
    """What a model participant is: provider, model and method; what plays a simulated one: judge."""
    stage: Stage = Stage.CONSENT
    consent_hash: str = ""
    n_comprehension: int = 0
    last_check: tuple[int, ...] = ()
    """What the last attempt at the comprehension check answered."""
    cell: str = ""
    turn: int = 0
    trials: Sequence[Trial] = ()
    current: int = 0
    started_at: datetime | None = None
    assigned_at: datetime | None = None
    ended_at: datetime | None = None
    last_sign_at: datetime | None = None
    outcome: str = ""
    external_help: bool | None = None
    keeps_data: bool | None = None
    """What somebody who withdrew wished for what was recorded; None where they did not say, or never withdrew."""
    rest_since: datetime | None = None
    rested_s: float = 0.0
    """Seconds spent on resting pages since Begin; the limit of the sitting does not count them."""
    is_limit_lifted: bool = False
    told: str = ""
    """The researcher's line on the participant's page; empty where there is none."""
    promises: tuple[str, ...] = ()
    """The keys of what the researcher promised to pay beside the study's own rule."""

    @property
    def trial(self) -> Trial:
        """The trial at hand; raises IndexError outside the trials."""
        return self.trials[self.current]

    @property
    def n_closed(self) -> int:
        """Closed trials, practice included."""
        return sum(trial.closed is not None for trial in self.trials)

    @property
    def n_failed_checks(self) -> int:
        """Attention checks that were not answered as they asked."""
        return sum(trial.failed_check for trial in self.trials)

    @property
    def has_open_trial(self) -> bool:
        """Whether a question is on the page."""
        return self.stage is Stage.TRIAL and self.trial.is_open

    def limit_at(self, design: Design) -> datetime | None:
        """When the sitting's time is over; None without a limit, before Begin, and in a rest, which stops the clock."""
        limit_s = design.sitting.limit_s
        if limit_s is None or self.assigned_at is None or self.is_limit_lifted or self.kind == MODEL:
            return None
        end = self.assigned_at + timedelta(seconds=limit_s + self.rested_s)
        # The limit may have cut the question off after which this rest comes.
        return None if self.rest_since is not None and self.rest_since < end else end

    @property
    def has_left(self) -> bool:
        """Whether the participant is away and the place given back."""
        return self.outcome == Outcome.LEFT


def fold(participant_id: str, happened: Iterable[Happened], design: Design) -> Sitting:
    """The sitting that these events make."""
    sitting = unpacked(Sitting(participant_id))
    for item in happened:
        sitting = apply(sitting, item.event, item.at, design)
    return packed(sitting)


def unpacked(sitting: Sitting) -> Sitting:
    """The same sitting, to apply many events to until it is `packed`; nobody else may hold it in between.

    Its trials are copied once and changed in place: a model has thousands, too many to copy for each event. So is the
    last sign of life, which nearly every event is.
    """
    return replace(sitting, trials=list(sitting.trials))


def packed(sitting: Sitting) -> Sitting:
    """The sitting as a value again, after many events."""
    return replace(sitting, trials=tuple(sitting.trials))


def apply(sitting: Sitting, event: Event, at: datetime, design: Design) -> Sitting:
    """The sitting after one event."""
    if _is_sign(sitting, event, at):
        # Whoever acts is back, also in a tab that was open all the time and so never asked for its page again.
        if isinstance(sitting.trials, list) and not sitting.has_left:
            put(sitting, "last_sign_at", at)
        else:
            sitting = replace(sitting, last_sign_at=at, outcome="" if sitting.has_left else sitting.outcome)
    if type(event) in _ONLY_OF_TRIALS:
        return _with_trial(sitting, event, at)
    match event:
        case ParticipantEnrolled():
            return replace(sitting, kind=event.kind, settings=event.settings)
        case ConsentGiven():
            stage = Stage.SCREENING if event.asks_screening else Stage.INSTRUCTIONS
            return replace(sitting, consent_hash=event.consent_hash, stage=stage, started_at=at)
        case ScreeningAnswered():
            return replace(sitting, stage=Stage.INSTRUCTIONS)
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
                    trials=_like(sitting, (Trial(plan) for plan in event.trials)),
                    assigned_at=at,
                ),
                0,
                at,
                design,
            )
        case TrialsAdded():
            trials = _like(sitting, (*sitting.trials, *(Trial(plan) for plan in event.trials)))
            return replace(sitting, trials=trials, stage=Stage.TRIAL, outcome="", ended_at=None)
        case NextAsked():
            rested_s = (at - sitting.rest_since).total_seconds() if sitting.rest_since else 0.0
            return replace(
                sitting,
                stage=_stage_of(sitting.trial),
                rest_since=None,
                rested_s=sitting.rested_s + rested_s,
            )
        case PassageRead():
            return replace(_with_trial(sitting, event, at), stage=Stage.TRIAL)
        case FeedbackRead():
            return _enter(sitting, sitting.current + 1, at, design)
        case TrialClosed():
            sitting = _with_trial(sitting, event, at)
            if sitting.current != event.n - 1:
                return sitting
            if is_feedback_due(sitting.trials[event.n - 1], design):
                return replace(sitting, stage=Stage.FEEDBACK)
            # A rest begins where the question ended, however late the sweeper came.
            return _enter(sitting, event.n, event.closed_at, design)
        case ParticipantLeft():
            return replace(_mark_abandoned(sitting), outcome=Outcome.LEFT.value)
        case SurveyAnswered():
            return replace(sitting, stage=Stage.DEBRIEF, external_help=event.external_help)
        case DebriefRead():
            return (
                sitting
                if event.external_help is None
                else replace(sitting, external_help=event.external_help)
            )
        case ParticipantWithdrew():
            return replace(sitting, keeps_data=event.keeps_data)
        case LimitLifted():
            return replace(sitting, is_limit_lifted=True)
        case ParticipantTold():
            return replace(sitting, told=event.text)
        case CompensationGranted():
            return replace(sitting, promises=(*sitting.promises, event.key))
        case SittingEnded():
            return replace(sitting, stage=Stage.ENDED, outcome=event.outcome, ended_at=at)
        case _:
            return sitting


def _is_sign(sitting: Sitting, event: Event, at: datetime) -> bool:
    """Whether an event is the participant's doing: the clock closes trials and ends reading phases, too."""
    match event:
        case TrialClosed():
            return event.status in (TrialStatus.ANSWERED, TrialStatus.SKIPPED)
        case PassageRead():
            until = sitting.trials[event.n - 1].reading_until
            return until is None or at < until
        case _:
            return not isinstance(event, _NOT_A_SIGN)


def _enter(sitting: Sitting, index: int, at: datetime, design: Design) -> Sitting:
    """Move to the trial with this index, by way of a rest where one is due, or to the survey after the last."""
    if index >= len(sitting.trials):
        return replace(sitting, current=index, stage=Stage.SURVEY)
    sitting = replace(sitting, current=index)
    if why_rest(sitting, design):
        return replace(sitting, stage=Stage.REST, rest_since=at)
    return replace(sitting, stage=_stage_of(sitting.trial))


def why_rest(sitting: Sitting, design: Design) -> str:
    """Why a rest comes before the trial at hand: block, time_out, time_out_no_answer, void, pause or break; else ""."""
    before = sitting.trials[sitting.current - 1] if sitting.current else None
    if before is None:
        return "block"
    if before.status in TIME_OUTS:
        return _REST_AFTER[TrialStatus(before.status)]
    if before.pause_after:
        return "pause"
    if before.plan.block != sitting.trial.plan.block:
        return "block"
    every = design.sitting.break_every
    position = before.plan.position
    return "break" if every and position is not None and position % every == 0 else ""


_REST_AFTER = {
    TrialStatus.TIMED_OUT: "time_out",
    TrialStatus.TIMED_OUT_NO_ANSWER: "time_out_no_answer",
    TrialStatus.VOID: "void",
}


def _stage_of(trial: Trial) -> Stage:
    """Where the way to this trial's question begins."""
    return Stage.READING if trial.plan.reading_s and trial.passage_shown_at is None else Stage.TRIAL


def _with_trial(sitting: Sitting, event: Event, at: datetime) -> Sitting:
    index = event.n - 1  # type: ignore[union-attr]  # every event routed here has n
    trial = apply_to_trial(sitting.trials[index], event, at)
    if isinstance(sitting.trials, list):
        sitting.trials[index] = trial
        return sitting
    return replace(sitting, trials=(*sitting.trials[:index], trial, *sitting.trials[index + 1 :]))


def _like(sitting: Sitting, trials: Iterable[Trial]) -> Sequence[Trial]:
    """Trials as this sitting holds them: in a list while it is unpacked."""
    return list(trials) if isinstance(sitting.trials, list) else tuple(trials)


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
    return replace(sitting, trials=_like(sitting, trials))
