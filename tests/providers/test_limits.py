"""What services say of their limits, as they say it."""

import pytest

from oversight_app.providers.base import Reply
from oversight_app.providers.limits import allowances_in
from oversight_app.study.pace import Allowance
from tests.providers.attempts import make_request, provider_of
from tests.providers.misbehaving import head, misbehaving_server, says
from tests.providers.streams import DIALECTS


def told_by(headers: dict[str, str]) -> tuple[Allowance, ...]:
    return allowances_in((name.encode(), value.encode()) for name, value in headers.items())


def test_openai_tells_requests_and_tokens() -> None:
    told = told_by(
        {
            "x-ratelimit-limit-requests": "10000",
            "x-ratelimit-remaining-requests": "9999",
            "x-ratelimit-reset-requests": "6ms",
            "x-ratelimit-limit-tokens": "200000",
            "x-ratelimit-remaining-tokens": "199000",
        }
    )

    assert told == (Allowance("requests", 10_000, 9_999), Allowance("tokens", 200_000, 199_000))


def test_anthropic_tells_what_is_sent_and_what_is_received_apart() -> None:
    told = told_by(
        {
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": "2026-11-28T12:00:00Z",
            "anthropic-ratelimit-input-tokens-limit": "40000",
            "anthropic-ratelimit-output-tokens-limit": "8000",
            "anthropic-ratelimit-output-tokens-remaining": "7000",
        }
    )

    assert told == (
        Allowance("requests", 50, 49),
        Allowance("input_tokens", 40_000, None),
        Allowance("output_tokens", 8_000, 7_000),
    )


@pytest.mark.parametrize("said", ["", "many", "-1", "0", "nan", "inf", "1e999"])
def test_what_is_no_limit_is_left_out(said: str) -> None:
    assert told_by({"x-ratelimit-limit-requests": said, "x-ratelimit-remaining-requests": "5"}) == ()


def test_a_limit_without_what_is_left_of_it_is_a_limit() -> None:
    told = told_by({"x-ratelimit-limit-tokens": "90000", "x-ratelimit-remaining-tokens": "unknown"})

    assert told == (Allowance("tokens", 90_000, None),)


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_a_reply_brings_along_what_its_headers_told(api: str) -> None:
    headers = ("x-ratelimit-limit-requests: 60", "x-ratelimit-remaining-requests: 12")
    tells = says(head("200 OK", "text/event-stream", *headers), DIALECTS[api].good("B"))
    with misbehaving_server({}, default=tells) as server:
        *_, reply = provider_of(api, server.url).reply(make_request("m"))

    assert isinstance(reply, Reply)
    assert reply.limits is not None
    assert reply.limits.allowances == (Allowance("requests", 60, 12),)


def test_a_server_may_write_its_headers_as_it_likes() -> None:
    assert told_by({"X-RateLimit-Limit-Requests": "7"}) == (Allowance("requests", 7, None),)


def test_headers_without_limits_are_no_limits() -> None:
    assert told_by({"content-type": "text/event-stream", "x-request-id": "req-1"}) == ()
