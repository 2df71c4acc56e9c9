"""Addresses of servers, as a design or the environment names them."""

import ipaddress
from urllib.parse import urlsplit

from oversight_app.errors import ProviderConfigError


def checked_url(base_url: str, key_variable: str) -> str:
    """The address without a slash at its end; raises ProviderConfigError for what is none, or holds a secret."""
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
            f"variable {key_variable} only."
        )
    return base_url.rstrip("/")


def is_loopback(base_url: str) -> bool:
    """Whether a server is on this machine."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
