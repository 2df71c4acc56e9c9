import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable
from oversight_app.providers.base import Piece, Reply, Request, Text, Turn, Usage, collect
from oversight_app.providers.compatible import CompatibleProvider
from tests.providers.misbehaving import (
    DONE,
    USAGE,
    Behaviour,
    Server,
    event,
    head,
    misbehaving_server,
    refuses,
    resets,
    says,
    then_waits,
    trickles,
)

KEY = "sk-very-secret-1234567890"


def top(*likeliest: tuple[str, float | None]) -> dict[str, Any]:
    return {"content": [{"token": likeliest[0][0], "logprob": likeliest[0][1], "top_logprobs": [
        {"token": token, "logprob": logprob, "bytes": None} for token, logprob in likeliest
    ]}]}  # fmt: skip


BEHAVIOURS: dict[str, Behaviour] = {
    "400": refuses("400 Bad Request"),
    "400-context": refuses("400 Bad Request", {"message": "the request exceeds the available context size"}),
    "400-code": refuses("400 Bad Request", {"message": "no", "code": "context_length_exceeded"}),
    "401": refuses("401 Unauthorized", {"message": f"Incorrect API key provided: {KEY}"}),
    "403": refuses("403 Forbidden"),
    "404": refuses("404 Not Found", {"message": f"no such model for Bearer {KEY}"}),
    "408": refuses("408 Request Timeout"),
    "409": refuses("409 Conflict"),
    "413": refuses("413 Content Too Large"),
    "422": refuses("422 Unprocessable Content"),
    "429": refuses("429 Too Many Requests", None, "retry-after: 7"),
    "429-date": refuses("429 Too Many Requests", None, "retry-after: Fri, 31 Dec 2100 23:59:59 GMT"),
    "429-odd": refuses("429 Too Many Requests", None, "retry-after: soon"),
    "429-quota": refuses("429 Too Many Requests", {"message": "no money", "code": "insufficient_quota"}),
    "500": refuses("500 Internal Server Error", {"message": f"oops {KEY}"}),
    "500-html": says(head("500 Internal Server Error", "text/html"), b"<html>oops</html>"),
    "503": refuses("503 Service Unavailable"),
    "529": refuses("529 Overloaded"),
    "200-html": says(head("200 OK", "text/html"), b"<html><body>Welcome</body></html>"),
    "200-json": says(head("200 OK", "application/json"), b'{"object": "chat.completion", "choices": []}'),
    "200-nothing": says(head()),
    "dropped": says(),
    "broken-json": says(head(), event("Hello "), b'data: {"choices": [{"del\n\n'),
    "not-an-object": says(head(), b"data: 7\n\n", b"data: [1, 2]\n\n", DONE),
    "wrong-shape": says(head(), b'data: {"choices": [{"delta": "text", "logprobs": 5}]}\n\n', DONE),
    "null-shape": says(head(), b'data: {"id": null, "choices": null}\n\n', DONE),
    "error-event": says(head(), event("Hello "), b'data: {"error": {"message": "overloaded", "code": 503}}\n\n'),
    "error-quota": says(head(), b'data: {"error": {"message": "m", "code": "insufficient_quota"}}\n\n'),
    "early-end": says(head(), event("Hello "), event("th")),
    "reset": resets,
    "no-headers": then_waits(),
    "silent": then_waits(head(), event("Hello ")),
    "trickle": trickles,
    "no-usage": says(head(), event("Hello "), event("there.", "stop"), DONE),
    "cut": says(head(), event("Hello"), event(finish="length"), USAGE, DONE),
    "letter": says(
        head(),
        event("B", logprobs=top(("B", -0.1), (" B", -2.5), ("A", -3.0), ("C", -4.0), ("(D", -5.0), ("Ġ", None))),
        event(finish="stop"), USAGE, DONE,
    ),
    "half-character": says(head(), event("\ufffd", logprobs=None), event(finish="stop"), DONE),
    "empty-logprobs": says(head(), event("B", "stop", logprobs={"content": []}), DONE),
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with misbehaving_server(BEHAVIOURS) as running:
        yield running


def make_provider(server: Server) -> CompatibleProvider:
    return CompatibleProvider(server.url, SystemClock(), key=KEY, is_local=True)


def make_request(model: str, **changes: Any) -> Request:
    return replace(Request(model, "Be kind.", (Turn("user", "Hello?"),), 50, 20.0), **changes)


def pieces_before(error: type[ProviderError], pieces: Iterator[Piece]) -> tuple[str, str]:
    """The text that came before the error, and what the error says."""
    text, failure = outcome(pieces)
    assert type(failure) is error
    return text, str(failure)


def outcome(pieces: Iterator[Piece]) -> tuple[str, ProviderError | None]:
    """The text that came, and the error that ended it."""
    text = ""
    try:
        for piece in pieces:
            text += piece.text if isinstance(piece, Text) else ""
    except ProviderError as failure:
        return text, failure
    return text, None


# -- a good reply -------------------------------------------------------------------------------


def test_a_reply_comes_with_its_counters_and_what_arrives_together_is_one_piece(server: Server) -> None:
    pieces = list(make_provider(server).reply(make_request("any")))

    assert pieces == [
        Text("Hello there."),
        Reply("Hello there.", "stop", Usage(50, 40, 2), "req-7", "answered", None),
    ]


def test_what_is_sent_is_what_any_server_understands(server: Server) -> None:
    collect(make_provider(server).reply(make_request("plain")))

    body = next(body for body in server.bodies if body["model"] == "plain")
    assert body == {
        "model": "plain",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello?"}],
        "max_tokens": 50,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_temperature_is_sent_only_when_it_is_asked_for_and_no_system_message_when_there_is_none(
    server: Server,
) -> None:
    collect(make_provider(server).reply(make_request("cold", temperature=0.0, system="")))

    body = next(body for body in server.bodies if body["model"] == "cold")
    assert body["temperature"] == 0.0
    assert [message["role"] for message in body["messages"]] == ["user"]


def test_the_key_travels_as_a_bearer_and_none_is_sent_without_one(server: Server) -> None:
    collect(make_provider(server).reply(make_request("with-key")))
    collect(CompatibleProvider(server.url, SystemClock(), is_local=True).reply(make_request("without-key")))

    sent = {
        body["model"]: headers["authorization"]
        for body, headers in zip(server.bodies, server.headers, strict=True)
    }
    assert sent["with-key"] == f"bearer {KEY}"
    assert sent["without-key"] == "bearer none"


def test_a_server_that_does_not_count_leaves_the_counters_empty(server: Server) -> None:
    reply = collect(make_provider(server).reply(make_request("no-usage")))

    assert (reply.text, reply.finish_reason, reply.usage, reply.request_id) == (
        "Hello there.",
        "stop",
        Usage(),
        "",
    )


def test_a_reply_cut_at_the_limit_says_so(server: Server) -> None:
    assert collect(make_provider(server).reply(make_request("cut"))).finish_reason == "length"


def test_closing_the_iterator_closes_the_socket_and_leaves_the_client_usable(server: Server) -> None:
    provider = make_provider(server)
    pieces = provider.reply(make_request("silent"))
    server.hung_up.clear()

    assert next(pieces) == Text("Hello ")
    pieces.close()  # type: ignore[attr-defined]  # the iterator is a generator

    assert server.hung_up.wait(5)
    assert collect(provider.reply(make_request("any"))).text == "Hello there."


# -- one letter -----------------------------------------------------------------------------------


def test_a_letter_is_one_token_with_the_likeliest_alternatives(server: Server) -> None:
    reply = collect(make_provider(server).reply(make_request("letter", letters=True)))

    body = next(body for body in server.bodies if body["model"] == "letter")
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)
    assert "grammar" not in body
    assert reply.text == "B"
    # "B" and " B" are the same answer, so their probabilities are added; options are shown as "(D)".
    assert reply.log_probabilities == {
        "A": -3.0,
        "B": pytest.approx(math.log(math.exp(-0.1) + math.exp(-2.5))),
        "C": -4.0,
        "D": -5.0,
    }
    assert reply.least_log_probability == -5.0


@pytest.mark.parametrize("model", ["any", "half-character", "empty-logprobs"])
def test_without_log_probabilities_there_are_none(server: Server, model: str) -> None:
    assert collect(make_provider(server).reply(make_request(model, letters=True))).log_probabilities is None


# -- what goes wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        ("400", ProviderConfigError, "refused the request (400: a sentence of the server)"),
        ("400-context", ProviderConfigError, "cannot hold so long a text"),
        ("400-code", ProviderConfigError, "cannot hold so long a text"),
        ("401", ProviderConfigError, "OVERSIGHT_COMPATIBLE_API_KEY"),
        ("403", ProviderConfigError, "OVERSIGHT_COMPATIBLE_API_KEY"),
        ("404", ProviderConfigError, "Check the model's name and the address"),
        ("413", ProviderConfigError, "413"),
        ("422", ProviderConfigError, "422"),
        ("429-quota", ProviderConfigError, "no quota left"),
        ("error-quota", ProviderConfigError, "no quota left"),
        ("200-html", ProviderConfigError, "text/html instead of a stream"),
        ("200-json", ProviderConfigError, "application/json instead of a stream"),
        ("408", ProviderUnavailable, "408"),
        ("409", ProviderUnavailable, "409"),
        ("429", ProviderUnavailable, "asks to wait (429"),
        ("500", ProviderUnavailable, "out of order (500"),
        ("500-html", ProviderUnavailable, "out of order (500"),
        ("503", ProviderUnavailable, "out of order (503"),
        ("529", ProviderUnavailable, "out of order (529"),
        ("200-nothing", ProviderUnavailable, "before the first word"),
        ("null-shape", ProviderUnavailable, "before the first word"),
        ("not-an-object", ProviderUnavailable, "not a chat completion"),
        ("wrong-shape", ProviderUnavailable, "not a chat completion"),
        ("dropped", ProviderUnavailable, "broke off"),
    ],
)
def test_each_failure_says_what_happened_and_whether_asking_again_may_help(
    server: Server, model: str, error: type[ProviderError], says: str
) -> None:
    text, message = pieces_before(error, make_provider(server).reply(make_request(model)))

    assert text == ""
    assert says in message
    assert model in message
    assert server.url in message


@pytest.mark.parametrize(
    ("model", "says"),
    [("broken-json", "not JSON"), ("error-event", "overloaded"), ("reset", "broke off")],
)
def test_text_that_came_before_a_failure_has_been_shown(server: Server, model: str, says: str) -> None:
    text, message = pieces_before(ProviderUnavailable, make_provider(server).reply(make_request(model)))

    assert text == "Hello "
    assert says in message


def test_a_stream_that_ends_early_and_cleanly_has_no_finish_reason(server: Server) -> None:
    reply = collect(make_provider(server).reply(make_request("early-end")))

    assert (reply.text, reply.finish_reason, reply.usage) == ("Hello th", "", Usage())


@pytest.mark.parametrize(
    ("model", "shown", "deadline_s"),
    # The one that says something first needs the time to say it, on a busy machine too.
    [("no-headers", "", 0.4), ("silent", "Hello ", 3.0), ("trickle", "", 0.4)],
)
def test_the_deadline_bounds_the_whole_reply_whatever_the_server_does(
    server: Server, model: str, shown: str, deadline_s: float
) -> None:
    clock = SystemClock()
    begun = clock.monotonic()

    text, message = pieces_before(
        ProviderUnavailable, make_provider(server).reply(make_request(model, deadline_s=deadline_s))
    )

    assert text == shown
    assert "did not" in message
    assert clock.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("model", "least"), [("429", 7.0), ("429-date", 1e8), ("429-odd", None), ("500", None)]
)
def test_how_long_to_wait_is_passed_on_where_the_server_says_so(
    server: Server, model: str, least: float | None
) -> None:
    with pytest.raises(ProviderUnavailable) as raised:
        collect(make_provider(server).reply(make_request(model)))

    wait = raised.value.retry_after_s
    assert wait == least if least is None or model == "429" else wait is not None and wait > least


@pytest.mark.parametrize("model", sorted(BEHAVIOURS.keys() - {"no-headers", "silent", "trickle"}))
def test_no_error_carries_the_key(server: Server, model: str) -> None:
    _, failure = outcome(make_provider(server).reply(make_request(model)))

    assert KEY not in str(failure)
    # The SDK's error holds the request with its headers; nothing may carry it along.
    assert failure is None or failure.__context__ is None


def test_one_attempt_is_one_request(server: Server) -> None:
    with pytest.raises(ProviderUnavailable):
        collect(make_provider(server).reply(make_request("503", temperature=0.123)))

    assert sum(body.get("temperature") == 0.123 for body in server.bodies) == 1


def test_a_server_that_is_not_there_is_named() -> None:
    with misbehaving_server({}) as gone:
        pass

    with pytest.raises(ProviderUnavailable, match="could not be reached") as raised:
        collect(CompatibleProvider(gone.url, SystemClock(), is_local=True).reply(make_request("any")))
    assert gone.url in str(raised.value)
