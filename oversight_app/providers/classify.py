"""The one error policy: what went wrong with a model service, as one of two errors and one sentence.

    what the service did                                              what follows
    429, 408, 409, 425, 5xx, x-should-retry: true                     ProviderUnavailable, asked again in time
    no headers in time, no complete reply in time, dropped, reset     ProviderUnavailable, asked again in time
    a stream with broken JSON, of another shape, with an error        ProviderUnavailable, asked again in time
    any of these with x-should-retry: false                           ProviderUnavailable that is not asked again
    400 and other 4xx, no key, no money, unknown model, text too long ProviderConfigError: no retry will ever help
    200 with something that is no stream (a web page, one JSON text)  ProviderConfigError: the address is wrong

Whoever calls asks again only while nothing was shown (`writers`) and only as far as the deadline allows, Retry-After
included (`patience`); the SDKs' own retries are off. A stream that ends cleanly and too early raises nothing in either
SDK: it is a `Reply` without a finish reason.

The same place decides what participants are told, one of few things (`study.trouble`): `trouble_of` an error, and
`trouble_without_words` of a reply that came to its end and holds no text.

The rules follow the measured behaviour of openai 3.52 and anthropic 2.11. Errors of both carry the same names, which
is what they are told apart by: importing one SDK to look at an error of the other would cost a second. The SDKs' errors
are only half of what can be raised: broken JSON comes through as `JSONDecodeError`, a wrong shape as `AttributeError`
or `TypeError`, a broken socket of anthropic's as the error of httpx2.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable
from oversight_app.providers.service import Service
from oversight_app.study.trouble import Trouble

_MAX_DETAIL = 200
_TRANSIENT = (408, 409, 425, 429)
_NO_MONEY = frozenset(("insufficient_quota", "billing_not_active", "billing_error"))
_TOO_LONG_CODES = frozenset(("context_length_exceeded", "request_too_large"))
_NEVER = frozenset(
    (
        *_NO_MONEY,
        *_TOO_LONG_CODES,
        *("invalid_api_key", "authentication_error", "permission_error"),
        *("model_not_found", "not_found_error", "invalid_request_error"),
    )
)
_PASSING = frozenset(("overloaded_error", "api_error", "rate_limit_error", "timeout_error"))
"""Anthropic's words for what passes, whatever status they come with."""
_TOO_LONG = re.compile(
    r"context (?:size|length|window)|maximum context|context_length|too many tokens|prompt is too long",
    re.IGNORECASE,
)
_DECLINED = frozenset(
    ("refusal", "content_filter", "invalid_prompt", "bio_policy", "misalignment_policy_violation")
)
"""Finish reasons that are decisions about this one conversation, of the model's or its service's."""
_CUT_SHORT = frozenset(("length", "max_tokens", "max_output_tokens"))
_TOO_LONG_FOR_IT = "model_context_window_exceeded"
_SECRET = re.compile(r"(?:sk|pk|key)-[\w*.-]{4,}|Bearer\s+\S+", re.IGNORECASE)


class ErrorEvent(Exception):
    """A service says in its stream, after a status that all is well, that it failed."""

    def __init__(self, code: str, message: str) -> None:
        """As the service says it."""
        super().__init__(code)
        self.code = code
        self.body = {"message": message}

    @classmethod
    def told(cls, error: object, named_by: str) -> "ErrorEvent":
        """What stands under `error` in an event; `named_by` is the field with this API's own word for it."""
        said = error if isinstance(error, Mapping) else {}
        name, message = said.get(named_by), said.get("message")
        return cls(name if isinstance(name, str) else "", message if isinstance(message, str) else "")


def classify(error: Exception, service: Service, model: str, now: datetime) -> ProviderError:
    """The error to raise for what was raised; the service's key is taken out of every text."""
    if isinstance(error, ProviderError):
        return error
    subject = _subject(service, model)
    detail = _detail(error, service.key)
    names = _names(error)
    if names & {"APITimeoutError", "TimeoutException"}:
        return _told(ProviderUnavailable(f"{subject} did not answer in time."), Trouble.LATE)
    if "APIStatusError" in names and getattr(error, "status_code", 0) != 200:
        return _by_status(error, service, subject, detail, now)
    if (names | _names(error.__cause__)) & {"InvalidURL", "UnsupportedProtocol"}:
        return ProviderConfigError(
            f"{service.where} is not an address that can be asked. Check {service.address_hint}."
        )
    if names & {"APIConnectionError", "TransportError"}:
        return ProviderUnavailable(
            f"{subject} could not be reached, or broke off. Check that the server runs and the address is right."
        )
    if names & {"APIError", "ErrorEvent"}:
        return _by_code(_code(error), service, subject, detail)
    if isinstance(error, json.JSONDecodeError):
        return ProviderUnavailable(
            f"{subject} sent something that is not JSON. If it stays so, check the address."
        )
    return ProviderUnavailable(
        f"{subject} sent something that is not {service.speaks} ({type(error).__name__}). If it stays so, check "
        f"that what answers at {service.where} is what it should be."
    )


def too_late(service: Service, model: str, deadline_s: float) -> ProviderUnavailable:
    """A reply that did not come to its end in the time it had."""
    late = ProviderUnavailable(f"{_subject(service, model)} did not finish within {deadline_s:.3g} s.")
    return _told(late, Trouble.LATE)


def not_a_stream(content_type: str, service: Service, model: str) -> ProviderConfigError:
    """A server that answers 200 with something else than a stream of events: most often a web page."""
    return ProviderConfigError(
        f"{_subject(service, model)} was asked, and what answered sent {content_type or 'no content type'} instead of "
        f"a stream of events. Check {service.address_hint}."
    )


def broke_off(service: Service, model: str) -> ProviderUnavailable:
    """A stream that ended before a word and without a finish reason, which the SDKs take for a good end."""
    silent = ProviderUnavailable(f"{_subject(service, model)} ended its reply before the first word.")
    return _told(silent, Trouble.NOTHING_SAID)


def without_words(finish_reason: str) -> str:
    """What is on record of a reply that came to its end and holds no text; the same would come again."""
    if finish_reason in _DECLINED:
        return f"the model did not want to reply ({finish_reason})"
    if is_cut_short(finish_reason):
        return (
            f"the model wrote nothing within its limit ({finish_reason}): thinking counts too, so raise max_tokens "
            "or choose a lower effort"
        )
    if finish_reason == _TOO_LONG_FOR_IT:
        return f"the conversation is too long for the model ({finish_reason})"
    return f"the model ended its reply without a word ({finish_reason})"


def is_cut_short(finish_reason: str) -> bool:
    """Whether a reply ended because it had come to its longest, thinking included."""
    return finish_reason in _CUT_SHORT


def trouble_of(error: ProviderError) -> Trouble:
    """What participants are told of an error."""
    if error.trouble:
        return Trouble(error.trouble)
    return Trouble.UNAVAILABLE if isinstance(error, ProviderConfigError) else Trouble.UNREACHABLE


def trouble_without_words(finish_reason: str) -> Trouble:
    """What participants are told of a reply that came to its end and holds no text."""
    if finish_reason in _DECLINED:
        return Trouble.REFUSED
    return Trouble.TOO_LONG if finish_reason == _TOO_LONG_FOR_IT else Trouble.NOTHING_SAID


_Error = TypeVar("_Error", bound=ProviderError)


def _told(error: _Error, trouble: Trouble) -> _Error:
    """The error, with what participants are told of it where that is not what its kind mostly is."""
    error.trouble = trouble
    return error


def _subject(service: Service, model: str) -> str:
    return f"The model {model!r} at {service.where}"


def _by_status(error: Exception, service: Service, subject: str, detail: str, now: datetime) -> ProviderError:
    status = int(getattr(error, "status_code", 0))
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    should_retry = headers.get("x-should-retry", "")
    code = _code(error)
    if status in (401, 403):
        return ProviderConfigError(
            f"{subject} refused the credentials ({status}). Set the environment variable {service.key_variable} to a "
            "key that is valid there."
        )
    if status == 402 or code in _NO_MONEY or code in _TOO_LONG_CODES or _is_too_long(detail):
        return _by_code(code if status != 402 else "billing_error", service, subject, detail)
    if status == 404:
        return ProviderConfigError(
            f"{subject} is not known there (404{detail}). Check the model's name and {service.address_hint}."
        )
    passes = status in _TRANSIENT or status >= 500 or code in _PASSING
    if passes or should_retry == "true":
        what = "asks to wait" if status == 429 else "is out of order"
        waits = ProviderUnavailable(
            f"{subject} {what} ({status}{detail}).",
            retry_after_s=_retry_after_s(headers, now),
            may_retry=should_retry != "false",
        )
        waits.asks_to_wait = status == 429
        return _told(waits, Trouble.BUSY)
    return ProviderConfigError(f"{subject} refused the request ({status}{detail}).")


def _by_code(code: str, service: Service, subject: str, detail: str) -> ProviderError:
    if code in _NO_MONEY:
        return ProviderConfigError(
            f"{subject} has no quota left. Check the plan and the billing of the key's account."
        )
    if code in _TOO_LONG_CODES or _is_too_long(detail):
        too_long = ProviderConfigError(
            f"{subject} cannot hold so long a text{detail and f' ({detail[2:]})'}. Give the server a larger context, "
            "or choose a model that has one."
        )
        return _told(too_long, Trouble.TOO_LONG)
    if code in _NEVER:
        return ProviderConfigError(
            f"{subject} cannot be used: {code}{detail}. Check the model's name and {service.key_variable}."
        )
    broken = ProviderUnavailable(f"{subject} broke off with an error{detail or (code and f': {code}')}.")
    return _told(broken, Trouble.BUSY)


def _code(error: Exception) -> str:
    """The service's own word for its error: OpenAI's `code`, Anthropic's `type`."""
    body = getattr(error, "body", None)
    inner = body.get("error") if isinstance(body, Mapping) else None
    said = inner.get("type") if isinstance(inner, Mapping) else getattr(error, "code", "")
    return said if isinstance(said, str) else ""


def _is_too_long(detail: str) -> bool:
    return _TOO_LONG.search(detail) is not None


def _detail(error: Exception, key: str) -> str:
    """What the service said, as ": ..."; cut short, on one line, without anything that looks like a key."""
    body = getattr(error, "body", None)
    inner = body.get("error") if isinstance(body, Mapping) else None
    said = (inner if isinstance(inner, Mapping) else body if isinstance(body, Mapping) else {}).get("message")
    if not isinstance(said, str) or not said.strip():
        return ""
    if len(key) > len("none"):
        said = said.replace(key, "...")
    said = " ".join(_SECRET.sub("...", said).split()).rstrip(".")
    return f": {said if len(said) <= _MAX_DETAIL else said[:_MAX_DETAIL] + '...'}"


def _names(error: BaseException | None) -> set[str]:
    """What an error is, in the SDKs' own words."""
    return {kind.__name__ for kind in type(error).__mro__}


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
