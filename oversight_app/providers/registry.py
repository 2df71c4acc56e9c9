"""From the name of a model in a design to the provider that asks it: PROVIDER:NAME, or compatible:NAME@BASE_URL."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, ProviderConfigError
from oversight_app.providers import anthropic_service, compatible, openai_service
from oversight_app.providers.address import checked_url, is_loopback
from oversight_app.providers.base import Provider
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.providers.streamed import StreamedProvider

ALLOWED = "scripted:NAME, openai:NAME, openai_chat:NAME, anthropic:NAME and compatible:NAME@BASE_URL"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A provider that is asked over the network. Without an address variable the design names the address."""

    make: Callable[..., Provider]
    key_variable: str
    address_variable: str = ""


_KINDS = {
    "compatible": _Kind(compatible.CompatibleProvider, compatible.KEY_VARIABLE),
    "openai": _Kind(
        openai_service.OpenAIProvider, openai_service.KEY_VARIABLE, openai_service.ADDRESS_VARIABLE
    ),
    "openai_chat": _Kind(
        openai_service.OpenAIChatProvider, openai_service.KEY_VARIABLE, openai_service.ADDRESS_VARIABLE
    ),
    "anthropic": _Kind(
        anthropic_service.AnthropicProvider,
        anthropic_service.KEY_VARIABLE,
        anthropic_service.ADDRESS_VARIABLE,
    ),
}

_lock = threading.Lock()
_made: dict[tuple[str, str, str, int], Provider] = {}


@dataclass(frozen=True, slots=True)
class _Seat:
    """A model as it can be asked with one environment."""

    provider: str
    name: str
    base_url: str = ""
    key: str = ""


def provider_for(
    model: str, *, clock: Clock, environment: Mapping[str, str] | None = None
) -> tuple[Provider, str]:
    """The provider behind PROVIDER:NAME[@BASE_URL], and the NAME to ask it for.

    Raises BadInput for a provider that this release does not have, ProviderConfigError for an address that is none. One
    server has one client per process, so that connections are used again.
    """
    seat = _seat(model, os.environ if environment is None else environment)
    if seat.provider == "scripted":
        return ScriptedProvider(clock), seat.name
    make = partial(_KINDS[seat.provider].make, seat.base_url, clock, key=seat.key)
    with _lock:
        known_as = (seat.provider, seat.base_url, seat.key, id(clock))
        if known_as not in _made:
            _made[known_as] = make(is_local=is_loopback(seat.base_url))
        return _made[known_as], seat.name


def prepare(provider: Provider) -> None:
    """Import what this provider speaks through; a second that the first participant need not wait."""
    if isinstance(provider, StreamedProvider):
        provider.prepare()


def check_provider(model: str, environment: Mapping[str, str]) -> None:
    """Raise what `provider_for` would, and ProviderConfigError where a key is missing.

    Nothing is asked over the network. A compatible server on this machine needs no key; any other is taken to need one
    until the researcher says "none".
    """
    seat = _seat(model, environment)
    if seat.provider == "scripted" or seat.key:
        return
    variable = _KINDS[seat.provider].key_variable
    if seat.provider == "compatible":
        if is_loopback(seat.base_url):
            return
        raise ProviderConfigError(
            f"The model {seat.name!r} at {seat.base_url} needs a key. Set "
            f'{variable} in the environment, to "none" if that server needs no key.'
        )
    raise ProviderConfigError(
        f"The model {seat.name!r} of {seat.provider} needs a key. Set {variable} in the environment."
    )


def sends_key_in_clear(model: str, environment: Mapping[str, str]) -> bool:
    """Whether a key would travel to another machine without encryption."""
    seat = _seat(model, environment)
    is_clear = seat.base_url.startswith("http://") and not is_loopback(seat.base_url)
    return is_clear and seat.key not in ("", compatible.NO_KEY)


def _seat(model: str, environment: Mapping[str, str]) -> _Seat:
    provider, _, rest = model.partition(":")
    name, has_url, base_url = rest.partition("@")
    if (provider != "scripted" and provider not in _KINDS) or not name:
        raise BadInput(f"There is no model {model!r} in this release; allowed are {ALLOWED}.")
    if provider == "scripted":
        if has_url:
            raise BadInput(f"The scripted assistant has no address, found {model!r}; allowed are {ALLOWED}.")
        return _Seat(provider, name)
    kind = _KINDS[provider]
    key = _key(environment, kind.key_variable)
    if kind.address_variable:
        if has_url:
            raise BadInput(
                f"{model!r} names an address, and the key in {kind.key_variable} would go there. Write "
                f"{provider}:NAME; another address is set in the environment variable {kind.address_variable}."
            )
        said = environment.get(kind.address_variable, "").strip()
        return _Seat(provider, name, checked_url(said, kind.key_variable) if said else "", key)
    if not has_url:
        raise BadInput(
            f"{model!r} lacks the server's address; a compatible server is written compatible:NAME@BASE_URL."
        )
    return _Seat(provider, name, checked_url(base_url, kind.key_variable), key)


def _key(environment: Mapping[str, str], variable: str) -> str:
    key = environment.get(variable, "").strip()
    if not (key.isascii() and key.isprintable()):
        # It could not travel in a header, and the error about that would repeat it.
        raise ProviderConfigError(
            f"{variable} holds something that cannot be a key: a character that is not plain ASCII. Set it again."
        )
    return key
