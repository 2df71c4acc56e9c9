"""The one error policy, held against everything that a server was seen to do, for both SDKs and all three APIs."""

import json
import traceback
from dataclasses import dataclass, field
from functools import cache

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import ProviderUnavailable
from oversight_app.providers.base import Reply, collect
from oversight_app.providers.patience import Patience
from tests.providers.attempts import KEY, Attempt, attempt, attempts, make_request, provider_of
from tests.providers.misbehaving import (
    Behaviour,
    Server,
    head,
    misbehaving_server,
    resets_after,
    says,
    then_waits,
    trickles_after,
)
from tests.providers.streams import DIALECTS, Dialect

DEADLINE_S = 2.0


@dataclass(frozen=True)
class Case:
    """What a server does, what follows from it, and what of the reply has been shown by then."""

    behaviour: Behaviour
    verdict: str
    shown: str = ""
    says: str = ""
    deadline_s: float = 20.0
    wait_s: float | None = field(default=None)


def refuses(
    dialect: Dialect, status: str, *headers: str, code: str = "", message: str = "a sentence"
) -> Behaviour:
    body = json.dumps(dialect.error_body(code, f"{message} for Bearer {KEY}")).encode()
    return says(head(status, "application/json", f"content-length: {len(body)}", *headers), body)


def cases(d: Dialect) -> dict[str, Case]:
    hello = d.opening + d.text("Hello ")
    long = f"content-length: {len(hello) + 100}"
    return {
        # -- a status says it
        "429": Case(refuses(d, "429 Too Many Requests"), "retry", says="asks to wait (429"),
        "429-1": Case(refuses(d, "429 Too Many Requests", "retry-after: 1"), "retry", wait_s=1.0),
        "429-15": Case(refuses(d, "429 Too Many Requests", "retry-after: 15"), "retry", wait_s=15.0),
        "429-300": Case(refuses(d, "429 Too Many Requests", "retry-after: 300"), "retry", wait_s=300.0),
        "429-date": Case(
            refuses(d, "429 Too Many Requests", "retry-after: Fri, 31 Dec 2100 23:59:59 GMT"), "retry", wait_s=1e9
        ),
        "429-odd": Case(refuses(d, "429 Too Many Requests", "retry-after: soon"), "retry"),
        "429-stop": Case(refuses(d, "429 Too Many Requests", "x-should-retry: false"), "give up"),
        "500-stop": Case(refuses(d, "500 Internal Server Error", "x-should-retry: false"), "give up"),
        "400-again": Case(refuses(d, "400 Bad Request", "x-should-retry: true"), "retry"),
        "408": Case(refuses(d, "408 Request Timeout"), "retry", says="408"),
        "409": Case(refuses(d, "409 Conflict"), "retry", says="409"),
        "500": Case(refuses(d, "500 Internal Server Error"), "retry", says="out of order (500"),
        "503": Case(refuses(d, "503 Service Unavailable"), "retry", says="out of order (503"),
        "529": Case(refuses(d, "529 Overloaded"), "retry", says="out of order (529"),
        "500-html": Case(says(head("500 Internal Server Error", "text/html"), b"<html>oops</html>"), "retry"),
        "400": Case(refuses(d, "400 Bad Request"), "config", says="refused the request (400: a sentence"),
        "401": Case(refuses(d, "401 Unauthorized"), "config", says="_API_KEY"),
        "402": Case(refuses(d, "402 Payment Required"), "config", says="no quota left"),
        "403": Case(refuses(d, "403 Forbidden"), "config", says="_API_KEY"),
        "404": Case(refuses(d, "404 Not Found"), "config", says="Check the model's name"),
        "413": Case(refuses(d, "413 Content Too Large"), "config", says="413"),
        "422": Case(refuses(d, "422 Unprocessable Content"), "config", says="422"),
        "429-quota": Case(
            refuses(d, "429 Too Many Requests", code="insufficient_quota"), "config", says="no quota left"
        ),
        "400-long": Case(
            refuses(d, "400 Bad Request", message="prompt is too long: 9 tokens > 8 maximum"),
            "config",
            says="cannot hold so long a text",
        ),
        "400-passing": Case(refuses(d, "400 Bad Request", code="overloaded_error"), "retry", says="400"),
        # -- nothing comes
        "dropped": Case(says(), "retry", says="broke off"),
        "no-headers": Case(then_waits(), "retry", says="did not", deadline_s=DEADLINE_S),
        "trickled-headers": Case(
            trickles_after(b"HTTP/1.1 200 OK\r\nx-a: ", byte=b"a"), "retry", says="did not", deadline_s=DEADLINE_S
        ),
        "trickled-error": Case(
            trickles_after(head("500 Internal Server Error", "application/json", "content-length: 9999")),
            "retry",
            says="did not",
            deadline_s=DEADLINE_S,
        ),
        # -- something comes that is no stream
        "200-html": Case(says(head("200 OK", "text/html"), b"<html>Welcome</html>"), "config", says="text/html"),
        "200-json": Case(says(head("200 OK", "application/json"), b'{"choices": []}'), "config", says="json"),
        "200-broken-json": Case(says(head("200 OK", "application/json"), b'{"choi'), "config", says="json"),
        "200-empty-json": Case(says(head("200 OK", "application/json")), "config", says="json"),
        "200-nothing": Case(says(head()), "retry", says="before the first word"),
        # -- a stream breaks
        "silent": Case(then_waits(head(), hello), "retry", "Hello ", "did not", DEADLINE_S),
        "silent-at-once": Case(then_waits(head()), "retry", "", "did not", DEADLINE_S),
        "trickle": Case(trickles_after(head()), "retry", "", "did not", DEADLINE_S),
        "trickled-text": Case(trickles_after(head(), hello), "retry", "Hello ", "did not", DEADLINE_S),
        "closed": Case(says(head("200 OK", "text/event-stream", long), hello), "retry", "Hello ", "broke off"),
        "reset": Case(resets_after(hello), "retry", "Hello ", "broke off"),
        "broken-json": Case(
            says(head(), hello, b'event: content_block_delta\ndata: {"choices": [{"del\n\n'), "retry", "Hello ", "JSON"
        ),
        "wrong-shape": Case(says(head(), d.opening, d.wrong_shape), "retry", says="sent something that is not a"),
        "error-event": Case(says(head(), hello, d.overloaded), "retry", "Hello ", "overloaded"),
        "error-first": Case(says(head(), d.overloaded), "retry", says="overloaded"),
        "error-quota": Case(says(head(), d.no_money), "config", says="no quota left"),
        # -- and what looks like an end
        "early-end": Case(says(head(), hello, d.text("th")), "interrupted", "Hello th"),
        "no-last": Case(says(head(), d.good("Hello ").removesuffix(d.last)), "complete", "Hello "),
        "hangs-after": Case(
            then_waits(head(), d.good("Hello ").removesuffix(d.last)), "complete", "Hello ", "", DEADLINE_S
        ),
        "good": Case(says(head(), d.good()), "complete", "Hello there."),
        "cut": Case(says(head(), d.good("Hello ", finish="max_tokens")), "complete", "Hello "),
        "unwilling": Case(says(head(), d.opening, d.ending("refusal")), "complete"),
    }  # fmt: skip


CASES = {(name, case): made for name, d in DIALECTS.items() for case, made in cases(d).items()}
EVERY_CASE = [pytest.param(*known, id="-".join(known)) for known in CASES]


@pytest.fixture(scope="module")
def outcomes() -> dict[tuple[str, str], Attempt]:
    """How each case ended; all of one API run at the same time."""
    found: dict[tuple[str, str], Attempt] = {}
    for name, d in DIALECTS.items():
        of_this = {case: made for (dialect, case), made in CASES.items() if dialect == name}
        with misbehaving_server({case: made.behaviour for case, made in of_this.items()}) as server:
            # One good reply first: what follows meets a client that has been made.
            provider = provider_of(d.name, server.url)
            attempt(provider, make_request("good"))
            ended = attempts(
                provider, [make_request(case, made.deadline_s) for case, made in of_this.items()]
            )
        found |= {(name, case): one for case, one in ended.items()}
    return found


@pytest.mark.parametrize(("api", "case"), EVERY_CASE)
def test_whatever_a_server_does_the_policy_knows_what_follows(
    outcomes: dict[tuple[str, str], Attempt], api: str, case: str
) -> None:
    expected, found = CASES[api, case], outcomes[api, case]

    assert found.verdict == expected.verdict, found.error
    assert found.shown == expected.shown
    if found.reply is not None:
        assert found.reply.text == expected.shown
    if found.error is not None:
        assert expected.says in str(found.error)
        assert case in str(found.error), "the model is not named"


@pytest.mark.parametrize(("api", "case"), EVERY_CASE)
def test_nothing_lasts_longer_than_its_deadline(
    outcomes: dict[tuple[str, str], Attempt], api: str, case: str
) -> None:
    assert outcomes[api, case].seconds < CASES[api, case].deadline_s + 2


@pytest.mark.parametrize(("api", "case"), EVERY_CASE)
def test_how_long_to_wait_is_passed_on_as_far_as_the_server_says_it(
    outcomes: dict[tuple[str, str], Attempt], api: str, case: str
) -> None:
    error, wait_s = outcomes[api, case].error, CASES[api, case].wait_s
    said = error.retry_after_s if isinstance(error, ProviderUnavailable) else None

    assert said == wait_s if wait_s != 1e9 else said is not None and said > wait_s


@pytest.mark.parametrize(("api", "case"), EVERY_CASE)
def test_no_error_carries_the_key_or_what_holds_it(
    outcomes: dict[tuple[str, str], Attempt], api: str, case: str
) -> None:
    error = outcomes[api, case].error

    if error is not None:
        assert KEY not in "".join(traceback.format_exception(error)) + repr(error)
        # The SDK's error holds the request with its headers.
        assert (error.__context__, error.__cause__) == (None, None)


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_a_key_of_any_shape_is_taken_out_of_what_a_service_says(api: str) -> None:
    key = "no prefix tells that this is one".replace(" ", "_")
    body = json.dumps(DIALECTS[api].error_body("", f"Incorrect key {key}")).encode()
    behaviour = says(head("400 Bad Request", "application/json", f"content-length: {len(body)}"), body)

    with misbehaving_server({"any": behaviour}) as server:
        error = attempt(provider_of(api, server.url, key), make_request("any")).error

    assert "Incorrect key" in str(error)
    assert key not in str(error)


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_a_server_that_is_not_there_is_named_and_asked_again(api: str) -> None:
    with misbehaving_server({}) as gone:
        pass

    made = attempt(provider_of(api, gone.url), make_request("any"))

    assert made.verdict == "retry"
    assert f"at {gone.url} could not be reached" in str(made.error)


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_one_attempt_is_one_request_and_patience_waits_only_as_far_as_the_deadline(api: str) -> None:
    d = DIALECTS[api]
    late = refuses(d, "429 Too Many Requests", "retry-after: 300")
    stop = refuses(d, "503 Service Unavailable", "x-should-retry: false")
    with misbehaving_server({"late": late, "stop": stop}) as server:
        provider = provider_of(api, server.url)

        for model in ("late", "stop"):
            with pytest.raises(ProviderUnavailable):
                persist(provider, model, 5.0)

    assert [body["model"] for body in server.bodies] == ["late", "stop"]


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_a_service_that_recovers_in_time_is_heard(api: str) -> None:
    d = DIALECTS[api]
    left = [refuses(d, "529 Overloaded"), says(head(), d.overloaded)]

    def recovers(server: Server, connection: object) -> None:
        behaviour = left.pop(0) if left else says(head(), d.good())
        behaviour(server, connection)  # type: ignore[arg-type]  # a socket

    with misbehaving_server({"any": recovers}) as server:
        reply = persist(provider_of(api, server.url), "any", 10.0)

    assert reply.text == "Hello there."
    assert len(server.bodies) == 3


@cache
def _clock() -> SystemClock:
    return SystemClock()


def persist(provider: object, model: str, seconds: float) -> Reply:
    def one(left: float) -> Reply:
        return collect(provider.reply(make_request(model, left)))  # type: ignore[attr-defined]

    return Patience(_clock()).persist(one, seconds)
