"""What a study asks of models beside the assistant: to answer alone, to read advice, to judge in a participant's place.

One event is one call with everything that came of it, recorded when it has ended. `asked_at` is when it began, `n` the
trial that it was about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ModelAsked:
    """A call: to whom, with which prompt, and what came back. `status` is complete, or failed where no text came."""

    n: int
    purpose: str
    provider: str
    model: str
    prompt: str
    prompt_hash: str
    asked_at: datetime
    text: str
    status: str
    finish_reason: str = ""
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    tokens_cache_written: int | None = None
    tokens_reasoning: int | None = None
    total_s: float | None = None
    request_id: str = ""
    model_answered: str = ""
    attempts: int = 1
    error: str = ""
    batch_id: str = ""
    """The batch that it was part of, as its service calls it; empty for a call of its own."""


@dataclass(frozen=True, slots=True)
class AdviceRead(ModelAsked):
    """A model said which option the assistant last stood for: an original letter, empty for none.

    `reading` is stated, none, or unreadable; the reading by rule stands beside it and is not changed.
    """

    choice: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class JudgeAsked(ModelAsked):
    """A model that judges in a participant's place was asked for a message or an answer.

    `log_probabilities` are of displayed letters, as many as the service gave; `visible` names the messages on the page.
    `cost_usd` is what it cost, or the most that it can have cost where its tokens were not counted; None where nobody
    knows the price.
    """

    visible: tuple[str, ...] = ()
    log_probabilities: Mapping[str, float] = field(default_factory=dict)
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class AloneAsked(ModelAsked):
    """A model that answers alone was asked for an answer, or for what comes before one.

    `part` names the call among those of its trial ("answer", "reasoning/3"). `log_probabilities` are of displayed
    letters, as many as the service gave; `least_log_probability` is the least that it listed of any token, so that a
    letter which is missing is known to be no likelier.
    """

    part: str = ""
    log_probabilities: Mapping[str, float] = field(default_factory=dict)
    least_log_probability: float | None = None


@dataclass(frozen=True, slots=True)
class AnswerImported(AloneAsked):
    """An answer that another evaluation tool had logged: what was asked and replied there, as that log has it.

    `log` is the SHA-256 of the file, `record` the sample's number in it, `sample_id` the log's name of the sample,
    `identity` what is the same whenever this sample is read again. `sent` are (role, text), as sent; empty where the
    log does not say. `asked_at` is when the evaluation ran, or the import where the log has no time at all.
    """

    log: str = ""
    record: int = 0
    sample_id: str = ""
    identity: str = ""
    sent: tuple[tuple[str, str], ...] = ()
