"""What a study asks of models beside the assistant: to read advice, and to judge in a participant's place.

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
