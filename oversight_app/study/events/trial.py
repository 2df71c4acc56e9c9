"""What can happen in a trial; `n` counts the trials of a sitting from 1."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PassageShown:
    """The passage of a trial appeared alone; the question comes at `until`, or when asked for."""

    n: int
    until: datetime


@dataclass(frozen=True, slots=True)
class PassageRead:
    """The reading phase is over, because the participant asked for the question or its time had passed."""

    n: int


@dataclass(frozen=True, slots=True)
class TrialShown:
    """The question appeared for the first time; the clock runs from here."""

    n: int
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftSaved:
    """What the participant has marked but not submitted; an original letter and probabilities, empty while unmarked."""

    n: int
    choice: str
    confidence: float | None
    probabilities: tuple[float | None, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InitialAnswered:
    """The participant committed an answer of their own before any help was available."""

    n: int
    choice: str
    confidence: float | None
    probabilities: tuple[float, ...] = ()
    browser_response_time_s: float | None = None


@dataclass(frozen=True, slots=True)
class BeliefStated:
    """Which option the participant held to be right after this reply.

    `p_source` says where the numbers come from: elicited on the page, or a judge's, from logprob or as stated.
    """

    n: int
    reply_id: str
    choice: str
    confidence: float | None = None
    probabilities: tuple[float, ...] = ()
    p_source: str = ""


@dataclass(frozen=True, slots=True)
class MessageSent:
    """The participant wrote to the assistant."""

    n: int
    message_id: str
    text: str
    context: int


@dataclass(frozen=True, slots=True)
class ReplyBegun:
    """A reply was asked of a model: with which prompt, and which messages it could see.

    `speaker` is whose reply it is, `stance` the original letter that this speaker was told to argue for, `prompt` the
    name of the prompt that it speaks from. `reserved_usd` is the most that it can cost; None where no price is known.
    `again_of` is the id of the reply that had failed or broken off, and in whose place this one was asked for.
    """

    n: int
    reply_id: str
    context: int
    provider: str
    model: str
    prompt_hash: str
    visible: tuple[str, ...]
    speaker: str = "assistant"
    stance: str = ""
    prompt: str = ""
    reserved_usd: float | None = None
    again_of: str = ""


@dataclass(frozen=True, slots=True)
class ReplyClosed:
    """A reply ended: complete, stopped (by participant or clock), interrupted by a failure, or failed with no text.

    `error` says to the researcher what went wrong, `trouble` (one of `study.trouble.Trouble`) what participants are
    told. `queued_s` is how long the reply waited for its turn; it is part of the other times.
    """

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
    tokens_cache_written: int | None = None
    tokens_reasoning: int | None = None
    trouble: str = ""
    queued_s: float | None = None


@dataclass(frozen=True, slots=True)
class ContextReset:
    """From here on the model sees nothing of what was said before; the participant still does."""

    n: int


@dataclass(frozen=True, slots=True)
class TrialClosed:
    """The trial is over. `closed_at` is the deadline where the clock closed it, however late that was noticed.

    `probabilities` are of A-D; of a model that answered alone not all four may be known, and None stands for those.
    """

    n: int
    status: str
    choice: str
    confidence: float | None
    closed_at: datetime
    probabilities: tuple[float | None, ...] = ()
    p_source: str = ""
    browser_response_time_s: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackRead:
    """The participant moved on from the right answer to the next question."""

    n: int


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """The participant wants to rest after this question."""

    n: int
