"""From the name of a model in a design to the provider that asks it: PROVIDER:NAME, or compatible:NAME@BASE_URL."""

import ipaddress
import os
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, ProviderConfigError
from oversight_app.providers.base import Provider
from oversight_app.providers.classify import KEY_VARIABLE
from oversight_app.providers.compatible import CompatibleProvider
from oversight_app.providers.scripted import ScriptedProvider

ALLOWED = "scripted:NAME and compatible:NAME@BASE_URL"

_lock = threading.Lock()
_compatible: dict[tuple[str, str, int], CompatibleProvider] = {}


def provider_for(
    model: str, *, clock: Clock, environment: Mapping[str, str] | None = None
) -> tuple[Provider, str]:
    """The provider behind PROVIDER:NAME[@BASE_URL], and the NAME to ask it for.

    Raises BadInput for a provider that this release does not have, ProviderConfigError for an address that is none. One
    server has one client per process, so that connections are used again.
    """
    provider, name, base_url = _parts(model)
    if provider == "scripted":
        return ScriptedProvider(clock), name
    key = _key(os.environ if environment is None else environment)
    with _lock:
        seat = (base_url, key, id(clock))
        if seat not in _compatible:
            _compatible[seat] = CompatibleProvider(base_url, clock, key=key, is_local=_is_loopback(base_url))
        return _compatible[seat], name


def check_provider(model: str, environment: Mapping[str, str]) -> None:
    """Raise what `provider_for` would, and ProviderConfigError where a key is missing.

    Nothing is asked over the network. A server on this machine needs no key; any other is taken to need one until the
    researcher says "none".
    """
    provider, name, base_url = _parts(model)
    if provider == "compatible" and not _is_loopback(base_url) and not _key(environment):
        raise ProviderConfigError(
            f"The model {name!r} at {base_url} needs a key. Set "
            f'{KEY_VARIABLE} in the environment, to "none" if that server needs no key.'
        )


def sends_key_in_clear(model: str, environment: Mapping[str, str]) -> bool:
    """Whether a key would travel to another machine without encryption."""
    _, _, base_url = _parts(model)
    is_clear = base_url.startswith("http://") and not _is_loopback(base_url)
    return is_clear and _key(environment) not in ("", "none")


def _parts(model: str) -> tuple[str, str, str]:
    provider, _, rest = model.partition(":")
    name, has_url, base_url = rest.partition("@")
    if provider not in ("scripted", "compatible") or not name:
        raise BadInput(f"There is no model {model!r} in this release; allowed are {ALLOWED}.")
    if provider == "scripted":
        if has_url:
            raise BadInput(f"The scripted assistant has no address, found {model!r}; allowed are {ALLOWED}.")
        return provider, name, ""
    if not has_url:
        raise BadInput(
            f"{model!r} lacks the server's address; a compatible server is written compatible:NAME@BASE_URL."
        )
    return provider, name, _checked_url(base_url)


def _checked_url(base_url: str) -> str:
    try:
        url = urlsplit(base_url)
        host, _ = url.hostname, url.port
    except ValueError:
        url, host = urlsplit(""), None
    if url.scheme not in ("http", "https") or not host:
        raise ProviderConfigError(
            f"{base_url!r} is not an address of a server; write it as http://HOST:PORT/v1 or https://HOST/v1."
        )
    if url.username is not None or url.query or url.fragment:
        # The address is frozen into the plan and exported with it, so it is no place for a secret.
        raise ProviderConfigError(
            f"The address at {host} holds more than scheme, host, port and path. Keys come from the environment "
            f"variable {KEY_VARIABLE} only."
        )
    return base_url.rstrip("/")


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _key(environment: Mapping[str, str]) -> str:
    # A variable of our own: a key for one service must not be sent to whatever server a design names.
    return environment.get(KEY_VARIABLE, "").strip()
