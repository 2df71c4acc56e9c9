"""Events as they are stored: canonical JSON by kind and version, and back."""

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from oversight_app.study.events.asked import AdviceRead, AloneAsked, AnswerImported, JudgeAsked
from oversight_app.study.events.batch import BatchCall, BatchEnded, BatchPlanned, BatchSent
from oversight_app.study.events.sitting import (
    CompensationGranted,
    ComprehensionAnswered,
    ConsentGiven,
    ConsentRefused,
    DebriefRead,
    InstructionsRead,
    LimitLifted,
    LogImported,
    NextAsked,
    ParticipantAssigned,
    ParticipantEnrolled,
    ParticipantLeft,
    ParticipantReturned,
    ParticipantStopped,
    ParticipantTold,
    ParticipantWithdrew,
    PlatformStatusNoted,
    PledgeGiven,
    ScreeningAnswered,
    SittingEnded,
    SurveyAnswered,
    TrialsAdded,
)
from oversight_app.study.events.study import (
    AccuracyShown,
    AnalysisRegistered,
    BonusesListed,
    EnrolmentSet,
    ExportWritten,
    HeadsNoted,
    ParticipantDeleted,
    ParticipantsInvited,
    PlanFrozen,
    RecordRestored,
    RehearsalBegun,
    StudyPrepared,
    TargetRaised,
)
from oversight_app.study.events.trial import (
    BeliefStated,
    ContextReset,
    DraftSaved,
    FeedbackRead,
    InitialAnswered,
    MessageSent,
    PassageRead,
    PassageShown,
    PauseAsked,
    ReplyBegun,
    ReplyClosed,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.trial_plan import TrialPlan

Event: TypeAlias = (
    PlanFrozen
    | StudyPrepared
    | ParticipantsInvited
    | ExportWritten
    | HeadsNoted
    | ParticipantDeleted
    | RecordRestored
    | AnalysisRegistered
    | BonusesListed
    | RehearsalBegun
    | EnrolmentSet
    | TargetRaised
    | AccuracyShown
    | ParticipantEnrolled
    | ConsentGiven
    | ConsentRefused
    | ScreeningAnswered
    | InstructionsRead
    | ComprehensionAnswered
    | PledgeGiven
    | ParticipantAssigned
    | NextAsked
    | ParticipantLeft
    | ParticipantReturned
    | ParticipantWithdrew
    | PlatformStatusNoted
    | LimitLifted
    | SurveyAnswered
    | DebriefRead
    | SittingEnded
    | ParticipantTold
    | ParticipantStopped
    | CompensationGranted
    | PassageShown
    | PassageRead
    | TrialShown
    | DraftSaved
    | InitialAnswered
    | BeliefStated
    | MessageSent
    | ReplyBegun
    | ReplyClosed
    | ContextReset
    | TrialClosed
    | FeedbackRead
    | PauseAsked
    | AdviceRead
    | JudgeAsked
    | AloneAsked
    | TrialsAdded
    | LogImported
    | AnswerImported
    | BatchPlanned
    | BatchSent
    | BatchEnded
)

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in Event.__args__}
KINDS = tuple(_KINDS)
"""The names of all kinds."""
_TIMES = {"deadline_at", "closed_at", "until", "asked_at", "run_at"}
_TIMES_OF = {
    name: tuple(item.name for item in fields(kind) if item.name in _TIMES) for name, kind in _KINDS.items()
}
VERSIONS: dict[str, int] = {"SittingEnded": 2}
"""Kinds whose shape has changed, with their present version; all others are at version 1."""

_FORMER_OUTCOMES = {"failed_comprehension": "failed_checks"}
"""SittingEnded until version 1: there were no other checks yet."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event with its place in its stream: the n-th thing that happened there, and when."""

    stream: str
    seq: int
    at: datetime
    event: Event


def kind_of(event: Event) -> str:
    """The name under which the event is stored."""
    return type(event).__name__


def version_of(event: Event) -> int:
    """The version of the event's shape."""
    return VERSIONS.get(kind_of(event), 1)


def to_body(event: Event) -> str:
    """Canonical JSON: sorted keys, no spaces, times in ISO 8601 UTC."""
    return canonical({item.name: getattr(event, item.name) for item in fields(event)})


def from_body(kind: str, version: int, body: str) -> Event:
    """The event that `to_body` wrote; raises ValueError for a kind or version this release does not know."""
    if kind not in _KINDS or version > VERSIONS.get(kind, 1):
        raise ValueError(
            f"event kind {kind} version {version} is unknown to this release; it was written by a newer one"
        )
    values = _lifted(kind, version, json.loads(body))
    for name in _TIMES_OF[kind]:
        # A body of an earlier release may lack it.
        if text := values.get(name):
            values[name] = datetime.fromisoformat(text)
    if kind in ("ParticipantAssigned", "TrialsAdded"):
        values["trials"] = tuple(TrialPlan(**trial) for trial in values["trials"])
    if kind == "HeadsNoted":
        values["heads"] = {stream: (seq, link) for stream, (seq, link) in values["heads"].items()}
    if kind == "AnswerImported":
        values["sent"] = tuple((role, text) for role, text in values["sent"])
    if kind == "BatchPlanned":
        values["calls"] = tuple(BatchCall(**call) for call in values["calls"])
    event_type = _KINDS[kind]
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    event: Event = event_type(**values)
    return event


def _lifted(kind: str, version: int, values: dict[str, Any]) -> dict[str, Any]:
    """A body of an earlier version in the present shape."""
    if kind == "SittingEnded" and version == 1:
        values["outcome"] = _FORMER_OUTCOMES.get(values["outcome"], values["outcome"])
    return values


def canonical(value: object) -> str:
    """One text for one value: the form in which things are hashed."""
    return _ENCODER.encode(value)


def iso(at: datetime) -> str:
    """ISO 8601 with microseconds and Z, as all times are stored and exported."""
    moment = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{moment.isoformat(timespec='microseconds')[:-6]}Z"


def _plain(value: object) -> object:
    """What JSON has no word for, in its words."""
    if isinstance(value, datetime):
        return iso(value)
    if is_dataclass(value):
        return {item.name: getattr(value, item.name) for item in fields(value)}
    raise TypeError(f"cannot store {value!r}")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False
)
