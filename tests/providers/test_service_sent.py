"""What OpenAI and Anthropic are sent, and what is understood of a good reply."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from oversight_app.errors import ProviderConfigError
from oversight_app.providers.base import Reply, Request, Text, Turn, Usage, collect
from tests.providers.attempts import KEY, attempt, make_request, provider_of
from tests.providers.misbehaving import Behaviour, Server, event, head, misbehaving_server, says, then_waits
from tests.providers.streams import (
    CHAT,
    DIALECTS,
    MESSAGES,
    RESPONSES,
    messages_text,
    refusal_text,
    responses_failed,
    responses_text,
)

PASSAGE = "Passage:\n\nThe ice went out at night."
REST = "\n\nYou argue for option B."
SERVICES = sorted(DIALECTS)


def asked_about_the_passage(**changes: Any) -> Request:
    request = Request("m", PASSAGE + REST, (Turn("user", "Why?"),), 50, 20.0, prefix=PASSAGE)
    return replace(request, **changes)


class Desk:
    """One server and one provider for each API, so that each client is made once."""

    def __init__(self, server: Server, behaviours: dict[str, Behaviour]) -> None:
        self._server = server
        self._behaviours = behaviours
        self._providers = {api: provider_of(api, server.url) for api in SERVICES}

    def sent(
        self, api: str, request: Request, stream: bytes = b"", *headers: str
    ) -> tuple[dict[str, Any], Reply, dict[str, str]]:
        """The body that a request became, the reply, and the headers."""
        model = f"m{len(self._server.bodies)}"
        self._behaviours[model] = says(
            head("200 OK", "text/event-stream", *headers), stream or DIALECTS[api].good()
        )
        reply = collect(self._providers[api].reply(replace(request, model=model)))
        return self._server.bodies[-1] | {"model": "m"}, reply, self._server.headers[-1]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    behaviours: dict[str, Behaviour] = {}
    with misbehaving_server(behaviours) as server:
        yield Desk(server, behaviours)


# -- a good reply -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "header", "finish", "usage"),
    [
        ("openai", "x-request-id", "completed", Usage(50, 40, 12, 5, 10)),
        ("openai_chat", "x-request-id", "stop", Usage(50, 40, 2)),
        ("anthropic", "request-id", "end_turn", Usage(50, 40, 12, 5, 10)),
    ],
)
def test_a_reply_comes_with_its_counters_and_who_answered(
    desk: Desk, api: str, header: str, finish: str, usage: Usage
) -> None:
    _, reply, _ = desk.sent(api, make_request("m"), b"", f"{header}: req-7")

    assert reply == Reply("Hello there.", finish, usage, "req-7", "answered", None)


@pytest.mark.parametrize("api", SERVICES)
def test_a_failure_carries_the_services_own_name_for_the_attempt(api: str) -> None:
    header = "request-id: req-7" if api == "anthropic" else "x-request-id: req-7"
    refused = says(head("400 Bad Request", "application/json", "content-length: 2", header), b"{}")
    broken = says(head("200 OK", "text/event-stream", header), DIALECTS[api].overloaded)
    with misbehaving_server({"refused": refused, "broken": broken}) as server:
        provider = provider_of(api, server.url)
        errors = [attempt(provider, make_request(model)).error for model in ("refused", "broken")]

    assert [getattr(error, "request_id", None) for error in errors] == ["req-7", "req-7"]


@pytest.mark.parametrize("api", SERVICES)
def test_the_key_travels_as_a_bearer(desk: Desk, api: str) -> None:
    _, _, headers = desk.sent(api, make_request("m"))

    assert headers["authorization"] == f"bearer {KEY}"
    assert "x-api-key" not in headers


@pytest.mark.parametrize("api", SERVICES)
def test_without_a_key_nothing_is_asked_and_its_variable_is_named(api: str) -> None:
    with (
        misbehaving_server({}) as server,
        pytest.raises(ProviderConfigError, match="_API_KEY in the environment"),
    ):
        collect(provider_of(api, server.url, key="").reply(make_request("m")))

    assert server.bodies == []


@pytest.mark.parametrize("api", SERVICES)
def test_closing_the_iterator_closes_the_socket_and_leaves_the_client_usable(api: str) -> None:
    d = DIALECTS[api]
    waits = then_waits(head(), d.opening, d.text("Hello "))
    with misbehaving_server({"waits": waits}, says(head(), d.good())) as server:
        provider = provider_of(api, server.url)
        pieces = provider.reply(make_request("waits"))

        assert next(pieces) == Text("Hello ")
        pieces.close()  # type: ignore[attr-defined]  # the iterator is a generator

        assert server.hung_up.wait(5)
        assert collect(provider.reply(make_request("any"))).text == "Hello there."


@pytest.mark.parametrize(
    ("api", "stream", "finish"),
    [
        ("openai", RESPONSES.good("No", finish="max_output_tokens"), "max_output_tokens"),
        ("openai", RESPONSES.good("No", finish="content_filter"), "content_filter"),
        ("openai", RESPONSES.opening + refusal_text("No") + RESPONSES.ending("completed"), "refusal"),
        ("openai_chat", CHAT.good("No", finish="content_filter"), "content_filter"),
        ("anthropic", MESSAGES.good("No", finish="refusal"), "refusal"),
        (
            "anthropic",
            MESSAGES.good("No", finish="model_context_window_exceeded"),
            "model_context_window_exceeded",
        ),
    ],
)
def test_why_a_reply_ended_is_kept_in_the_services_own_words(
    desk: Desk, api: str, stream: bytes, finish: str
) -> None:
    _, reply, _ = desk.sent(api, make_request("m"), stream)

    assert (reply.text, reply.finish_reason) == ("No", finish)


@pytest.mark.parametrize("code", ["invalid_prompt", "bio_policy"])
def test_a_conversation_that_openai_will_not_have_is_an_end_and_no_outage(desk: Desk, code: str) -> None:
    _, reply, _ = desk.sent("openai", make_request("m"), RESPONSES.opening + responses_failed(code, "no"))

    assert (reply.text, reply.finish_reason) == ("", code)


def test_a_refusal_in_chat_completions_is_what_the_model_said(desk: Desk) -> None:
    refused = event().replace(b'"delta": {}', b'"delta": {"refusal": "I cannot."}')
    _, reply, _ = desk.sent("openai_chat", make_request("m"), refused + CHAT.ending("stop"))

    assert (reply.text, reply.finish_reason) == ("I cannot.", "refusal")


def test_what_a_model_thinks_is_not_what_it_says(desk: Desk) -> None:
    stream = (
        MESSAGES.opening
        + messages_text("hm", "thinking_delta")
        + MESSAGES.text("B")
        + MESSAGES.ending("end_turn")
    )

    _, reply, _ = desk.sent("anthropic", make_request("m"), stream)

    assert reply.text == "B"


def test_output_is_counted_at_the_end_or_not_at_all(desk: Desk) -> None:
    _, reply, _ = desk.sent("anthropic", make_request("m"), MESSAGES.opening + MESSAGES.text("It is"))

    assert reply.usage == Usage(50, 40, None, 5, None)


# -- what is sent -----------------------------------------------------------------------------------


def test_openai_is_asked_for_a_response_that_it_does_not_store(desk: Desk) -> None:
    body, _, _ = desk.sent("openai", make_request("m"))

    assert body == {
        "model": "m",
        "instructions": "Be kind.",
        "input": [{"role": "user", "content": "Hello?"}],
        "max_output_tokens": 50,
        "store": False,
        "stream": True,
    }


def test_openais_chat_completions_have_their_own_limit(desk: Desk) -> None:
    body, _, _ = desk.sent("openai_chat", make_request("m"))

    assert body == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello?"}],
        "max_completion_tokens": 50,
        "store": False,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_anthropic_is_asked_for_a_message(desk: Desk) -> None:
    body, _, headers = desk.sent("anthropic", make_request("m"))

    assert body == {
        "model": "m",
        "system": [{"type": "text", "text": "Be kind."}],
        "messages": [{"role": "user", "content": "Hello?"}],
        "max_tokens": 50,
        "cache_control": {"type": "ephemeral"},
        "stream": True,
    }
    assert headers["anthropic-version"] == "2026-10-21"


@pytest.mark.parametrize(
    ("api", "field"),
    [
        ("openai", {"reasoning": {"effort": "low"}}),
        ("openai_chat", {"reasoning_effort": "low"}),
        ("anthropic", {"output_config": {"effort": "low"}}),
    ],
)
def test_effort_is_sent_as_each_service_calls_it(desk: Desk, api: str, field: dict[str, Any]) -> None:
    body, _, _ = desk.sent(api, replace(make_request("m"), effort="low"))

    assert field.items() <= body.items()


@pytest.mark.parametrize(
    ("api", "changes"),
    [
        ("anthropic", {"temperature": 0.0}),
        ("anthropic", {"effort": "minimal"}),
        ("openai", {"effort": "huge"}),
    ],
)
def test_what_a_service_cannot_honour_is_not_asked(api: str, changes: dict[str, Any]) -> None:
    with misbehaving_server({}) as server, pytest.raises(ProviderConfigError, match=next(iter(changes))):
        collect(provider_of(api, server.url).reply(replace(make_request("m"), **changes)))

    assert server.bodies == []


# -- one letter -------------------------------------------------------------------------------------


def test_a_letter_of_a_response_comes_with_its_log_probabilities(desk: Desk) -> None:
    top = [{"token": token, "logprob": value} for token, value in (("B", -0.1), (" B", -2.5), ("A", -3.0))]
    stream = (
        RESPONSES.opening
        + responses_text("B", [{"token": "B", "logprob": -0.1, "top_logprobs": top}])
        + RESPONSES.ending("completed")
    )

    body, reply, _ = desk.sent("openai", replace(make_request("m"), letters=True, temperature=0.0), stream)

    assert (body["top_logprobs"], body["include"]) == (20, ["message.output_text.logprobs"])
    assert body["max_output_tokens"] == 16
    assert reply.log_probabilities == {
        "A": -3.0,
        "B": pytest.approx(math.log(math.exp(-0.1) + math.exp(-2.5))),
    }
    assert reply.least_log_probability == -3.0


def test_a_letter_of_openais_chat_is_one_token(desk: Desk) -> None:
    body, _, _ = desk.sent("openai_chat", replace(make_request("m"), letters=True))

    assert (body["max_completion_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)


@pytest.mark.parametrize("api", ["openai", "openai_chat"])
def test_a_model_that_thinks_first_gets_the_room_for_it(desk: Desk, api: str) -> None:
    body, reply, _ = desk.sent(api, replace(make_request("m"), letters=True, effort="high"))

    assert 50 in (body.get("max_output_tokens"), body.get("max_completion_tokens"))
    assert "top_logprobs" not in body
    assert reply.log_probabilities is None


def test_anthropic_gives_no_log_probabilities_and_keeps_no_single_question(desk: Desk) -> None:
    body, reply, _ = desk.sent("anthropic", asked_about_the_passage(letters=True, max_tokens=1))

    assert body["max_tokens"] == 1
    assert "cache_control" not in body
    assert reply.log_probabilities is None


# -- the passage is read once -----------------------------------------------------------------------


def test_anthropic_keeps_the_passage_for_an_hour_and_the_chat_for_five_minutes(desk: Desk) -> None:
    body, _, _ = desk.sent("anthropic", asked_about_the_passage())

    assert body["system"] == [
        {"type": "text", "text": PASSAGE, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"type": "text", "text": REST},
    ]
    assert body["cache_control"] == {"type": "ephemeral"}


def test_a_passage_in_the_first_turn_is_kept_there(desk: Desk) -> None:
    request = asked_about_the_passage(
        system="Be kind.",
        turns=(Turn("user", f"{PASSAGE}\n\nWhy?"), Turn("assistant", "So."), Turn("user", "No.")),
    )

    body, _, _ = desk.sent("anthropic", request)

    assert body["system"] == [{"type": "text", "text": "Be kind."}]
    assert [turn["content"] for turn in body["messages"]] == [
        [
            {"type": "text", "text": PASSAGE, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            {"type": "text", "text": "\n\nWhy?"},
        ],
        "So.",
        "No.",
    ]


@pytest.mark.parametrize("api", ["openai", "openai_chat"])
def test_openai_is_told_which_requests_begin_alike(desk: Desk, api: str) -> None:
    first, _, _ = desk.sent(api, asked_about_the_passage())
    other, _, _ = desk.sent(api, asked_about_the_passage(system=f"{PASSAGE}\n\nYou argue for option C."))
    without, _, _ = desk.sent(api, make_request("m"))

    assert first["prompt_cache_key"] == other["prompt_cache_key"] == asked_about_the_passage().cache_key
    assert "prompt_cache_key" not in without


@pytest.mark.parametrize("api", SERVICES)
def test_what_is_sent_up_to_the_end_of_the_passage_is_the_same_for_everybody(desk: Desk, api: str) -> None:
    def beginning(option: str) -> str:
        request = asked_about_the_passage(system=f"{PASSAGE}\n\nYou argue for option {option}.")
        body, _, _ = desk.sent(api, request)
        match api:
            case "openai":
                said = body["instructions"]
            case "openai_chat":
                said = body["messages"][0]["content"]
            case _:
                said = "".join(block["text"] for block in body["system"])
        assert said == request.system
        return str(said)[: len(PASSAGE)]

    assert beginning("B") == beginning("C") == PASSAGE


def test_a_compatible_server_gets_nothing_of_this(compatible: Server) -> None:
    body = compatible.bodies[0]

    assert body.keys() == {"model", "messages", "max_tokens", "stream", "stream_options"}


@pytest.fixture
def compatible() -> Server:
    """A server after a request about a passage."""
    from oversight_app.clock import SystemClock
    from oversight_app.providers.compatible import CompatibleProvider

    with misbehaving_server({}) as server:
        collect(CompatibleProvider(server.url, SystemClock(), is_local=True).reply(asked_about_the_passage()))
    return server
