"""What each model service can be asked for. A setting that it cannot honour is an error, never left out in silence.

Which levels of effort a *model* has is known to its service alone, and said by it at the first reply; here stand the
levels that the service's interface has at all.
"""

from dataclasses import dataclass

from oversight_app.providers.base import Request
from oversight_app.study.design import split_model


@dataclass(frozen=True, slots=True)
class Abilities:
    """Settings of a request that a service's interface has."""

    temperature: bool
    efforts: tuple[str, ...] = ()
    grammar: bool = False


_OPENAI_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

ABILITIES = {
    "scripted": Abilities(temperature=True, grammar=True),
    # What servers make of an effort differs from one to the next; some take the field and ignore it. Those that read no
    # grammar write what they would have written, and what is no letter of the question is recorded as unreadable.
    "compatible": Abilities(temperature=True, grammar=True),
    "openai": Abilities(temperature=True, efforts=_OPENAI_EFFORTS),
    "openai_chat": Abilities(temperature=True, efforts=_OPENAI_EFFORTS),
    # The Messages API has had no sampling settings since version 2026-10-21.
    "anthropic": Abilities(temperature=False, efforts=("low", "medium", "high", "xhigh", "max")),
}


def has_temperature(provider: str) -> bool:
    """Whether a provider's service can be told a temperature; one that nobody knows is taken to."""
    return provider not in ABILITIES or ABILITIES[provider].temperature


def has_grammar(provider: str) -> bool:
    """Whether a provider's service can be told a grammar; one that nobody knows is taken to."""
    return provider not in ABILITIES or ABILITIES[provider].grammar


def unhonoured(
    model: str, *, temperature: float | None, effort: str, section: str = "assistant"
) -> list[str]:
    """What the service of a model, PROVIDER:NAME[@BASE_URL], cannot honour of these settings of a design's section.

    One sentence each: where it stands, what was found, what to do.
    """
    provider, _ = split_model(model)
    abilities = ABILITIES.get(provider)
    if abilities is None:
        return []
    problems = []
    if temperature is not None and not abilities.temperature:
        problems.append(
            f"{section}.temperature: found {temperature:g}, but {provider} models take none. Take the line out; the "
            "model's own default is then used and reported."
        )
    if effort and not abilities.efforts:
        problems.append(
            f'{section}.effort: found "{effort}", but {provider} models have no such setting. Take the line out.'
        )
    elif effort and effort not in abilities.efforts:
        problems.append(
            f'{section}.effort: found "{effort}", but {provider} models have no such level; allowed are '
            f"{', '.join(abilities.efforts)}. Choose one, or take the line out for the model's own default."
        )
    return problems


def unhonoured_request(provider: str, request: Request) -> list[str]:
    """The same for a request at hand."""
    problems = unhonoured(
        f"{provider}:{request.model}", temperature=request.temperature, effort=request.effort
    )
    if request.grammar and not has_grammar(provider):
        problems.append(f"{provider} models take no grammar. Ask without forced letters.")
    return problems
