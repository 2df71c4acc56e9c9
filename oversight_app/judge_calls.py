"""What a judge asks of its model: one call after another, each within the study's money, and each an event.

Before a call there must be as much left as it can cost at most, and with its end it stands with what it did cost; the
caps are those of the assistant's replies, which pay from the same purse. No reservation stands while a call runs, so
what people ask for meanwhile may pass a cap by that one call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from oversight_app.clock import Clock
from oversight_app.errors import ProviderError
from oversight_app.proctor import Proctor
from oversight_app.providers.asking import ask
from oversight_app.providers.base import Provider, Reply, Request
from oversight_app.providers.classify import trouble_of, without_words
from oversight_app.providers.patience import Patience
from oversight_app.purse import LEAST_TOKENS, Purse
from oversight_app.study.cost import cost_usd, most_usd
from oversight_app.study.design import Price
from oversight_app.study.events import JudgeAsked
from oversight_app.study.page import QuestionPage
from oversight_app.study.trouble import UNBILLED, Trouble


class MoneySpent(ProviderError):
    """The money that the design allows is spent; nobody was asked."""

    trouble = Trouble.CAP.value


@dataclass(slots=True)
class Mind:
    """The model behind the judges of a run, and what is known of it so far."""

    provider: Provider
    name: str
    n_messages: int = 1
    price: Price | None = None
    """What it costs; None where nobody knows, and then it is counted by nobody."""
    purse: Purse | None = None
    question_usd: float = 0.0
    """The most that a whole question can cost: so much must be left before one is begun."""
    gives_probabilities: bool = True
    """Whether its service gives the letters' log-probabilities; believed until it does not."""
    is_in_question: bool = False
    n_done: int = 0
    """Questions that are over, in whatever way."""
    n_answered: int = 0
    n_unreadable: int = 0
    n_void: int = 0
    failures: int = 0
    """Calls in a row that failed for good."""
    last_error: str = ""
    cap: str = ""
    """What keeps the judges from going on, once the money is spent."""


class Calls:
    """The calls of one judge."""

    def __init__(self, proctor: Proctor, participant_id: str, mind: Mind, clock: Clock) -> None:
        """In the sitting of this participant."""
        self._proctor = proctor
        self._id = participant_id
        self._mind = mind
        self._clock = clock

    def ask(self, page: QuestionPage, purpose: str, prompt: str, request: Request) -> Reply:
        """Ask the model and record the call, whatever comes of it; raises the error that it ended with."""
        patience, begun = Patience(self._clock), self._clock.now()
        mind = self._mind
        texts = (request.system, *(turn.text for turn in request.turns))
        most = most_usd(texts, max(request.max_tokens, LEAST_TOKENS), mind.price)
        asked = JudgeAsked(
            page.n, purpose, mind.provider.name, mind.name, prompt, request.prompt_hash, begun, "", "failed"
        )
        asked = replace(asked, visible=_visible(page), cost_usd=most)
        try:
            self._must_have(most)
            answered = ask(mind.provider, request, self._clock, patience)
        except ProviderError as error:
            is_unbilled = most is not None and trouble_of(error) in UNBILLED
            self._record(
                replace(
                    asked,
                    total_s=(self._clock.now() - begun).total_seconds(),
                    request_id=error.request_id,
                    attempts=max(1, patience.attempts),
                    error=str(error),
                    cost_usd=0.0 if is_unbilled else most,
                )
            )
            raise
        reply, usage = answered.reply, answered.reply.usage
        counted = cost_usd(usage, mind.price)
        self._record(
            replace(
                asked,
                asked_at=answered.asked_at,
                text=reply.text,
                status="complete" if reply.text else "failed",
                finish_reason=reply.finish_reason,
                tokens_in=usage.tokens_in,
                tokens_cached=usage.tokens_cached,
                tokens_out=usage.tokens_out,
                tokens_cache_written=usage.tokens_cache_written,
                tokens_reasoning=usage.tokens_reasoning,
                total_s=(self._clock.now() - answered.asked_at).total_seconds(),
                request_id=reply.request_id,
                model_answered=reply.model,
                attempts=answered.attempts,
                error="" if reply.text else without_words(reply.finish_reason),
                log_probabilities=_finite(reply.log_probabilities),
                cost_usd=most if counted is None else counted,
            )
        )
        mind.failures = 0
        return reply

    def _must_have(self, usd: float | None) -> None:
        purse = self._mind.purse
        if purse is not None and usd and (cap := purse.keeps_from(self._proctor.store.spent(), usd)):
            self._mind.cap = cap
            raise MoneySpent(f"spending cap reached: {cap}")

    def _record(self, asked: JudgeAsked) -> None:
        self._proctor.act(self._id, lambda sitting, now, record: [asked])


def _visible(page: QuestionPage) -> tuple[str, ...]:
    """The ids of the messages that the page shows."""
    return tuple(line.message_id for line in page.chat.lines if line.text) if page.chat else ()


def _finite(log_probabilities: Mapping[str, float] | None) -> dict[str, float]:
    """As JSON can hold them: an impossible letter is left out."""
    return {letter: p for letter, p in (log_probabilities or {}).items() if p > float("-inf")}
