"""What can happen in a study, said in the past tense.

An event is a frozen value; its stream and sequence number are the store's business, its time comes with it. `to_body`
and `from_body` turn it into canonical JSON and back. Kinds are class names; a changed shape gets a new `VERSIONS` entry
and `from_body` lifts old bodies on reading, so stored events are never rewritten.

Streams: one per participant (`Participant...` to `SittingEnded`), and one called `study`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, TypeAlias

from oversight_app.study.trial_plan import TrialPlan

STUDY_STREAM = "study"


# -- the study's own stream ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanFrozen:
    """The plan was frozen; its hash covers design, banks, texts, prompts and seed."""

    plan_hash: str
    design_hash: str


@dataclass(frozen=True, slots=True)
class ParticipantsInvited:
    """Links were made for so many participants."""

    count: int


@dataclass(frozen=True, slots=True)
class ExportWritten:
    """An export was made, with these stream heads."""

    heads_hash: str
    n_answers: int


@dataclass(frozen=True, slots=True)
class RehearsalBegun:
    """This record is a copy whose people are simulated. `truth` is what their answers should come out as."""

    n_participants: int
    seed: int
    n_streams_left_out: int
    truth: Mapping[str, Any]


# -- a participant's stream ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParticipantEnrolled:
    """A person, a simulated person or a model has a stream."""

    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The participant agreed to the consent text with this hash."""

    consent_hash: str


@dataclass(frozen=True, slots=True)
class ConsentRefused:
    """The participant did not agree, and is asked nothing."""


@dataclass(frozen=True, slots=True)
class InstructionsRead:
    """The participant moved on from the instructions."""


@dataclass(frozen=True, slots=True)
class ComprehensionAnswered:
    """One attempt at the comprehension check: the chosen option index per question."""

    answers: tuple[int, ...]
    passed: bool


@dataclass(frozen=True, slots=True)
class ParticipantAssigned:
    """The participant pressed Begin: this cell and these trials are theirs. `turn` counts arrivals on the same form."""

    cell: str
    turn: int
    by_lot: bool
    trials: tuple[TrialPlan, ...]


@dataclass(frozen=True, slots=True)
class TrialShown:
    """The question appeared for the first time; the clock runs from here."""

    n: int
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftSaved:
    """What the participant has marked but not submitted; an original letter and a probability, empty while unmarked."""

    n: int
    choice: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class MessageSent:
    """The participant wrote to the assistant."""

    n: int
    message_id: str
    text: str
    context: int


@dataclass(frozen=True, slots=True)
class ReplyBegun:
    """A reply was asked of a model: with which prompt, and which messages it could see."""

    n: int
    reply_id: str
    context: int
    provider: str
    model: str
    prompt_hash: str
    visible: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplyClosed:
    """A reply ended: complete, stopped (by participant or clock), interrupted by a failure, or failed with no text."""

    n: int
    reply_id: str
    text: str
    status: str
    finish_reason: str = ""
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    first_text_s: float | None = None
    total_s: float | None = None
    request_id: str = ""
    model_answered: str = ""
    attempts: int = 1
    error: str = ""


@dataclass(frozen=True, slots=True)
class ContextReset:
    """From here on the model sees nothing of what was said before; the participant still does."""

    n: int


@dataclass(frozen=True, slots=True)
class TrialClosed:
    """The trial is over. `closed_at` is the deadline where the clock closed it, however late that was noticed."""

    n: int
    status: str
    choice: str
    confidence: float | None
    closed_at: datetime
    probabilities: tuple[float, ...] = ()
    p_source: str = ""
    browser_response_time_s: float | None = None


@dataclass(frozen=True, slots=True)
class FeedbackRead:
    """The participant moved on from the right answer to the next question."""

    n: int


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """The participant wants to rest after this question."""

    n: int


@dataclass(frozen=True, slots=True)
class NextAsked:
    """The participant moved on from a resting page."""


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    """There was no sign of the participant for the idle limit; the place is given back."""


@dataclass(frozen=True, slots=True)
class ParticipantReturned:
    """A participant who had left is back."""


@dataclass(frozen=True, slots=True)
class ParticipantWithdrew:
    """The participant ended the sitting for good."""


@dataclass(frozen=True, slots=True)
class DebriefRead:
    """The participant read the debrief."""

    external_help: bool | None


@dataclass(frozen=True, slots=True)
class SittingEnded:
    """The sitting is over with this outcome."""

    outcome: str


Event: TypeAlias = (
    PlanFrozen
    | ParticipantsInvited
    | ExportWritten
    | RehearsalBegun
    | ParticipantEnrolled
    | ConsentGiven
    | ConsentRefused
    | InstructionsRead
    | ComprehensionAnswered
    | ParticipantAssigned
    | TrialShown
    | DraftSaved
    | MessageSent
    | ReplyBegun
    | ReplyClosed
    | ContextReset
    | TrialClosed
    | FeedbackRead
    | PauseAsked
    | NextAsked
    | ParticipantLeft
    | ParticipantReturned
    | ParticipantWithdrew
    | DebriefRead
    | SittingEnded
)

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in Event.__args__}
_TIMES = {"deadline_at", "closed_at"}
VERSIONS: dict[str, int] = {}
"""Kinds whose shape has changed, with their present version; all others are at version 1."""


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
    return canonical(asdict(event))


def from_body(kind: str, version: int, body: str) -> Event:
    """The event that `to_body` wrote; raises ValueError for a kind or version this release does not know."""
    if kind not in _KINDS or version > VERSIONS.get(kind, 1):
        raise ValueError(
            f"event kind {kind} version {version} is unknown to this release; it was written by a newer one"
        )
    values = json.loads(body)
    for name in _TIMES & values.keys():
        values[name] = values[name] and datetime.fromisoformat(values[name])
    if kind == "ParticipantAssigned":
        values["trials"] = tuple(TrialPlan(**trial) for trial in values["trials"])
    event_type = _KINDS[kind]
    for item in fields(event_type):
        if isinstance(values.get(item.name), list):
            values[item.name] = tuple(values[item.name])
    event: Event = event_type(**values)
    return event


def canonical(value: object) -> str:
    """One text for one value: the form in which things are hashed."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_iso, allow_nan=False
    )


def iso(at: datetime) -> str:
    """ISO 8601 with microseconds and Z, as all times are stored and exported."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"cannot store {value!r}")
