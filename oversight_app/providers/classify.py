"""What went wrong with a model service, as one of two errors and one sentence: what, where, and what to do.

`ProviderConfigError` never goes away by asking again: wrong key, wrong name, wrong address, no money, a text too long.
Everything else may: overload, a broken connection, a stream that ends in mid-air, an answer that is no answer. The
rules follow the measured behaviour of the openai SDK 3.52, whose errors are only half of what can be raised: broken
JSON comes through as `JSONDecodeError`, a wrong shape as `AttributeError` or `TypeError`, a web page as nothing at all.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable

KEY_VARIABLE = "OVERSIGHT_COMPATIBLE_API_KEY"

_MAX_DETAIL = 200
_TRANSIENT = (408, 409, 425, 429)
_NEVER = frozenset(
    (
        "insufficient_quota",
        "invalid_api_key",
        "model_not_found",
        "context_length_exceeded",
        "billing_not_active",
    )
)
_TOO_LONG = re.compile(
    r"context (?:size|length|window)|maximum context|context_length|too many tokens", re.IGNORECASE
)
_SECRET = re.compile(r"(?:sk|pk|key)-[\w*.-]{4,}|Bearer\s+\S+", re.IGNORECASE)


def classify(error: Exception, *, model: str, where: str, now: datetime, key: str = "") -> ProviderError:
    """The error to raise for what was raised; `where` is the server's address, `key` is taken out of every text."""
    import httpx2
    import openai

    subject = f"The model {model!r} at {where}"
    detail = _detail(error, key)
    match error:
        case ProviderError():
            return error
        case openai.APITimeoutError() | httpx2.TimeoutException():
            return ProviderUnavailable(f"{subject} did not answer in time.")
        case openai.APIStatusError():
            return _by_status(error, subject, detail, now)
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return ProviderConfigError(
                f"{where} is not an address that can be asked. Check what stands behind the @."
            )
        case openai.APIConnectionError() | httpx2.TransportError():
            if isinstance(error.__cause__, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
                return ProviderConfigError(
                    f"{where} is not an address that can be asked. Check what stands behind the @."
                )
            return ProviderUnavailable(
                f"{subject} could not be reached, or broke off. Check that the server runs and the address is right."
            )
        case openai.APIError():
            return _by_code(error.code, subject, detail)
        case json.JSONDecodeError():
            return ProviderUnavailable(
                f"{subject} sent something that is not JSON. If it stays so, check the address."
            )
        case _:
            return ProviderUnavailable(
                f"{subject} sent something that is not a chat completion ({type(error).__name__}). "
                "If it stays so, check that the server speaks the OpenAI API."
            )


def too_late(model: str, where: str, deadline_s: float) -> ProviderUnavailable:
    """A reply that did not come to its end in the time it had."""
    return ProviderUnavailable(f"The model {model!r} at {where} did not finish within {deadline_s:.3g} s.")


def not_a_stream(content_type: str, model: str, where: str) -> ProviderConfigError:
    """A server that answers 200 with something else than a stream of events: most often a web page."""
    return ProviderConfigError(
        f"The model {model!r} was asked at {where}, which answered with {content_type or 'no content type'} instead of "
        "a stream of events. Check the address: the base URL of most servers ends in /v1."
    )


def broke_off(model: str, where: str) -> ProviderUnavailable:
    """A stream that ended before a word and without a finish reason, which the SDK takes for a good end."""
    return ProviderUnavailable(f"The model {model!r} at {where} ended its reply before the first word.")


def _by_status(error: Exception, subject: str, detail: str, now: datetime) -> ProviderError:
    status = int(getattr(error, "status_code", 0))
    code = str(getattr(error, "code", "") or "")
    if status in (401, 403):
        return ProviderConfigError(
            f"{subject} refused the credentials ({status}). Set the environment variable {KEY_VARIABLE} to a key "
            "that is valid there."
        )
    if code in _NEVER or _is_too_long(detail):
        return _by_code(code, subject, detail)
    if status == 404:
        return ProviderConfigError(
            f"{subject} is not known there (404{detail}). Check the model's name and the address: the base URL of most "
            "servers ends in /v1."
        )
    if status in _TRANSIENT or status >= 500:
        wait = _retry_after_s(getattr(getattr(error, "response", None), "headers", {}), now)
        what = "asks to wait" if status == 429 else "is out of order"
        return ProviderUnavailable(f"{subject} {what} ({status}{detail}).", retry_after_s=wait)
    return ProviderConfigError(f"{subject} refused the request ({status}{detail}).")


def _by_code(code: str | None, subject: str, detail: str) -> ProviderError:
    if code in ("insufficient_quota", "billing_not_active"):
        return ProviderConfigError(
            f"{subject} has no quota left. Check the plan and the billing of the key's account."
        )
    if code == "context_length_exceeded" or _is_too_long(detail):
        return ProviderConfigError(
            f"{subject} cannot hold so long a text{detail and f' ({detail[2:]})'}. Give the server a larger context, "
            "or choose a model that has one."
        )
    if code in _NEVER:
        return ProviderConfigError(f"{subject} cannot be used: {code}.")
    return ProviderUnavailable(f"{subject} broke off with an error{detail}.")


def _is_too_long(detail: str) -> bool:
    return _TOO_LONG.search(detail) is not None


def _detail(error: Exception, key: str) -> str:
    """What the service said, as ": ..."; cut short, on one line, without anything that looks like a key."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, Mapping) else None
    if not isinstance(said, str) or not said.strip():
        return ""
    if key and key != "none":
        said = said.replace(key, "...")
    said = " ".join(_SECRET.sub("...", said).split()).rstrip(".")
    return f": {said if len(said) <= _MAX_DETAIL else said[:_MAX_DETAIL] + '...'}"


def _retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the service asks to wait: seconds or a date; None when it says nothing usable."""
    said = headers.get("retry-after", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (ValueError, TypeError):
        return None
