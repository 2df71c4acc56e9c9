"""Probing: one real request to each model of a study, before anybody is paid.

What can be said without asking (a missing key, an address that is none) `preflight` says. Here the service itself is
heard, through the same provider and settings as in the study, so that what works here works there: the key, the model's
name, its level of effort, the way to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, ProviderError
from oversight_app.providers import check_provider, prepare, provider_for
from oversight_app.providers.base import Reply, Request, Turn, Usage
from oversight_app.providers.classify import is_cut_short, without_words
from oversight_app.study.cost import cost_usd, dollars, when_listed
from oversight_app.study.design import Design, Price, split_model

MAX_TOKENS = 16
"""The least that every service takes as a limit. A model that thinks first may come to no word within it, and works."""
DEADLINE_S = 20.0
GREETING = "Hello."


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of asking one model once; `error` is empty where it works."""

    model: str
    error: str = ""
    is_scripted: bool = False
    first_text_s: float | None = None
    """Seconds to the first word; None where none came."""
    total_s: float | None = None
    served: str = ""
    """The model that the service says it was."""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    price: Price | None = None
    """With which the cost was reckoned."""

    @property
    def works(self) -> bool:
        """Whether participants would get replies."""
        return not self.error

    def describe(self) -> str:
        """One sentence."""
        if self.error:
            return f"{self.model} was asked and does not work: {self.error}"
        if self.is_scripted:
            return f"{self.model} plays from its script; nobody is asked over any network."
        first = "no word" if self.first_text_s is None else f"first word after {self.first_text_s:.2f} s"
        tokens = f"{_number(self.usage.tokens_in)} tokens in, {_number(self.usage.tokens_out)} out"
        return (
            f"{self.model} works: {first}, all after {self.total_s or 0.0:.2f} s; served by "
            f"{self.served or 'a model that was not named'}; {tokens}; cost {dollars(self.cost_usd)}"
            f"{when_listed(self.price)}."
        )


def models_of(design: Design) -> tuple[str, ...]:
    """The models that a design names, each once."""
    return tuple(dict.fromkeys((*design.assistant.models, *design.primary_model_alone.models)))


def probe(
    model: str,
    *,
    environment: Mapping[str, str],
    clock: Clock,
    price: Price | None = None,
    temperature: float | None = None,
    effort: str = "",
) -> Probe:
    """Ask a model, PROVIDER:NAME[@BASE_URL], for a word, once and within 20 s; what is wrong is said and not raised."""
    if split_model(model)[0] == "scripted":
        return Probe(model, is_scripted=True, cost_usd=0.0)
    try:
        check_provider(model, environment)
        provider, name = provider_for(model, clock=clock, environment=environment)
        request = Request(
            model=name,
            system="",
            turns=(Turn("user", GREETING),),
            max_tokens=MAX_TOKENS,
            deadline_s=DEADLINE_S,
            temperature=temperature,
            effort=effort,
        )
        prepare(provider)  # participants do not wait for that either
        begun = clock.monotonic()
        first_text_s: float | None = None
        reply: Reply | None = None
        for piece in provider.reply(request):
            if isinstance(piece, Reply):
                reply = piece
            elif first_text_s is None:
                first_text_s = clock.monotonic() - begun
    except (BadInput, ProviderError) as error:
        return Probe(model, str(error))
    if reply is None or not reply.finish_reason:
        return Probe(model, "its reply broke off before its end.")
    if not reply.text and not is_cut_short(reply.finish_reason):
        return Probe(model, f"{without_words(reply.finish_reason)}.")
    return Probe(
        model,
        first_text_s=first_text_s,
        total_s=clock.monotonic() - begun,
        served=reply.model,
        usage=reply.usage,
        cost_usd=cost_usd(reply.usage, price),
        price=price,
    )


def probe_all(
    design: Design, prices: Mapping[str, Price], *, environment: Mapping[str, str], clock: Clock
) -> list[Probe]:
    """Ask each model of a design that can be asked with this environment; the others are a matter of `preflight`."""
    assistant = design.assistant
    return [
        probe(
            model,
            environment=environment,
            clock=clock,
            price=prices.get(model),
            temperature=assistant.temperature if model in assistant.models else None,
            effort=(assistant.effort or "") if model in assistant.models else "",
        )
        for model in models_of(design)
        if _can_be_asked(model, environment)
    ]


def _can_be_asked(model: str, environment: Mapping[str, str]) -> bool:
    try:
        check_provider(model, environment)
    except (BadInput, ProviderError):
        return False
    return True


def _number(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"
