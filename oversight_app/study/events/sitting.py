"""What can happen to a participant outside the questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from oversight_app.study.trial_plan import TrialPlan


@dataclass(frozen=True, slots=True)
class ParticipantEnrolled:
    """A person, a simulated person or a model has a stream."""

    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The participant agreed to the consent text with this hash. `asks_screening`: the screening comes next."""

    consent_hash: str
    asks_screening: bool = False


@dataclass(frozen=True, slots=True)
class ConsentRefused:
    """The participant did not agree, and is asked nothing."""


@dataclass(frozen=True, slots=True)
class ScreeningAnswered:
    """The screening questions were answered: the chosen option index per question."""

    answers: tuple[int, ...]
    passed: bool


@dataclass(frozen=True, slots=True)
class InstructionsRead:
    """The participant moved on from the instructions."""


@dataclass(frozen=True, slots=True)
class ComprehensionAnswered:
    """One attempt at the comprehension check: the chosen option index per question."""

    answers: tuple[int, ...]
    passed: bool


@dataclass(frozen=True, slots=True)
class PledgeGiven:
    """The participant made the promise with this hash before beginning."""

    pledge_hash: str


@dataclass(frozen=True, slots=True)
class ParticipantAssigned:
    """The participant pressed Begin: this cell and these trials are theirs. `turn` counts arrivals on the same form."""

    cell: str
    turn: int
    by_lot: bool
    trials: tuple[TrialPlan, ...]


@dataclass(frozen=True, slots=True)
class TrialsAdded:
    """A model that answers alone was given more trials: further samples of the same questions."""

    trials: tuple[TrialPlan, ...]


@dataclass(frozen=True, slots=True)
class LogImported:
    """Answers were taken from a log of another evaluation tool; those that follow name it by its hash.

    `file` is its name, `run_at` when the evaluation began, `n_samples` how many samples it holds, `n_matched` how many
    are of questions of the plan; `versions` and `settings` are what it says of itself.
    """

    file: str
    sha256: str
    tool: str
    run_at: datetime | None
    n_samples: int
    n_matched: int
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


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
    """The participant ended the sitting for good. `keeps_data`: whether what was recorded so far may be used."""

    keeps_data: bool | None = None


@dataclass(frozen=True, slots=True)
class PlatformStatusNoted:
    """The platform says that this has become of the participant there; an uploaded file said so.

    What was answered stays as it is. `platform` and `status` are words of `study.submissions`; no id of theirs is here.
    """

    platform: str
    status: str


@dataclass(frozen=True, slots=True)
class LimitLifted:
    """The limit of the sitting fell into a time in which the server was away; it no longer holds."""


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The questionnaire at the end was handed in: answers by key, None where there was none.

    `external_help`: whether the participant reported help from outside; None when that was not answered.
    """

    answers: Mapping[str, str | float | None]
    external_help: bool | None


@dataclass(frozen=True, slots=True)
class DebriefRead:
    """The participant read the debrief. `external_help`: asked there before there was a questionnaire; now None."""

    external_help: bool | None = None


@dataclass(frozen=True, slots=True)
class SittingEnded:
    """The sitting is over with this outcome."""

    outcome: str


# -- what the researcher does to one sitting ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ParticipantTold:
    """The researcher wrote a line that stands on the participant's page; an empty one takes the last away."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class ParticipantStopped:
    """The researcher ended the sitting; `reason` is for the record, and the participant does not see it."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class CompensationGranted:
    """The researcher promised this person money beside the study's own rule; `amount` is a decimal number as text.

    `key` names the promise: the same one pressed twice is made once.
    """

    key: str
    amount: str
    currency: str
    reason: str
    by: str
