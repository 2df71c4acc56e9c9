"""Both batch services, through the real SDKs: what is sent, what is understood of what comes back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.providers.base import Reply, Request, Turn, Usage, collect
from oversight_app.providers.batches import Batches, BatchState, Failure, ResultsGone, Sighting
from oversight_app.providers.whole import parts_of, read_whole
from tests.builders import START, make_clock
from tests.providers.attempts import KEY, provider_of
from tests.providers.batch_server import LOG_PROBABILITIES, BatchServer, Became, Break, batch_server
from tests.providers.misbehaving import head, misbehaving_server, says
from tests.providers.streams import DIALECTS

SERVICES = ("openai", "openai_chat", "anthropic")
PASSAGE = "Passage:\n\nThe ice went out at night."
TERMINAL = {"anthropic": "ended"}


def letter(n: int, **changes: Any) -> Request:
    values: dict[str, Any] = {
        "model": "m",
        "system": "",
        "turns": (Turn("user", f"{PASSAGE}\n\nQuestion {n}?"),),
        "max_tokens": 1,
        "deadline_s": 20.0,
        "letters": True,
        "prefix": PASSAGE,
    }
    return Request(**(values | changes))


@pytest.fixture(params=SERVICES)
def server(request: pytest.FixtureRequest) -> Iterator[BatchServer]:
    with batch_server(request.param, make_clock()) as made:
        yield made


def sent(server: BatchServer, *requests: Request, key: str = "k") -> tuple[Batches, str]:
    """A batch of these requests, which is over at the first look."""
    server.course = [TERMINAL.get(server.api, "completed")]
    batches = server.batches()
    parcel = batches.pack(key, {f"{key}-{n}": request for n, request in enumerate(requests, start=1)})
    return batches, batches.send(parcel)


# -- what is sent ---------------------------------------------------------------------------------------


def test_a_request_asks_in_a_batch_for_what_it_asks_for_alone(server: BatchServer) -> None:
    asked = letter(1, system="Be kind.", effort="none" if server.api != "anthropic" else "")
    streaming = ("stream", "stream_options")
    with misbehaving_server({}, says(head(), DIALECTS[server.api].good())) as live:
        collect(provider_of(server.api, live.url).reply(asked))

    sent(server, asked)

    (body,) = server.paid
    assert body == {name: value for name, value in live.bodies[0].items() if name not in streaming}


def test_openai_is_told_our_key_and_anthropic_gets_all_in_one_request(server: BatchServer) -> None:
    sent(server, letter(1), letter(2), key="key7")

    (batch,) = server.kept.values()
    assert set(batch.requests) == {"key7-1", "key7-2"}
    if server.api == "anthropic":
        assert server.asked == ["POST /v1/messages/batches"]
    else:
        assert server.asked == ["POST /v1/files", "POST /v1/batches"]
        assert batch.metadata == {"oversight": "key7"}


def test_the_size_of_a_request_is_what_it_takes_of_the_file(server: BatchServer) -> None:
    batches, _ = sent(server, letter(1), letter(2))

    sizes = batches.size("k-1", letter(1)) + batches.size("k-2", letter(2))

    if server.api == "anthropic":
        assert sizes >= len(json.dumps(server.paid))
    else:
        assert sizes == len(server.files["file_1"])
        assert batches.limits.n_requests == 50_000


# -- what comes back ------------------------------------------------------------------------------------


def test_a_whole_reply_is_understood_as_a_streamed_one(server: BatchServer) -> None:
    batches, batch_id = sent(server, letter(1))

    ((custom_id, reply),) = batches.results(batch_id)

    finish = {"openai": "completed", "openai_chat": "length", "anthropic": "end_turn"}[server.api]
    request_id = "msg_200" if server.api == "anthropic" else "req-200"
    given = None if server.api == "anthropic" else pytest.approx(dict(LOG_PROBABILITIES))
    assert custom_id == "k-1"
    assert isinstance(reply, Reply)
    assert (reply.text, reply.finish_reason, reply.request_id, reply.model) == (
        "B",
        finish,
        request_id,
        "m-2026",
    )
    assert reply.usage == Usage(1000, 400, 10, 100, 8)
    assert reply.log_probabilities == given


def test_half_of_a_surrogate_pair_does_not_stop_a_reply(server: BatchServer) -> None:
    server.outcome = lambda custom_id, body: Became(text="B \ud83d")
    batches, batch_id = sent(server, letter(1))

    ((_, reply),) = batches.results(batch_id)

    assert isinstance(reply, Reply)
    assert reply.text == "B ?"


def test_each_request_comes_to_its_own_end_and_none_takes_another_with_it(server: BatchServer) -> None:
    ends = ["reply", "errored", "expired", "cancelled", "no_shape", "broken_line", "missing", "reply"]
    server.outcome = lambda custom_id, body: Became(ends[int(custom_id.partition("-")[2]) - 1])  # type: ignore[arg-type]
    batches, batch_id = sent(server, *[letter(n) for n in range(len(ends))])

    results = dict(batches.results(batch_id))

    found = {
        int(custom_id.partition("-")[2]): "reply" if isinstance(outcome, Reply) else outcome.was_asked
        for custom_id, outcome in results.items()
    }
    assert found == {1: "reply", 2: True, 3: False, 4: False, 5: True, 8: "reply"}
    refused, shapeless = results["k-2"], results["k-5"]
    assert isinstance(refused, Failure)
    assert isinstance(shapeless, Failure)
    assert "the prompt is not allowed" in refused.error
    assert refused.request_id == "req-400"
    assert "sent something that is not" in shapeless.error


def test_a_refusal_is_a_reply_with_its_reason() -> None:
    refusals: dict[str, Any] = {
        "openai": {
            "status": "completed",
            "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}],
        },
        "openai_chat": {
            "choices": [{"message": {"content": None, "refusal": "No."}, "finish_reason": "stop"}]
        },
        "anthropic": {"content": [{"type": "text", "text": "No."}], "stop_reason": "refusal"},
    }

    replies = [
        read_whole(provider_of(api, "http://127.0.0.1:9"), parts_of(json.dumps(body)), "r")
        for api, body in refusals.items()
    ]

    assert {(reply.text, reply.finish_reason) for reply in replies} == {("No.", "refusal")}


def test_a_response_that_the_model_could_not_finish_says_why_it_ended() -> None:
    body = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}

    reply = read_whole(provider_of("openai", "http://127.0.0.1:9"), parts_of(json.dumps(body)), "r")

    assert (reply.text, reply.finish_reason) == ("", "max_output_tokens")


# -- how far it is --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "status", "expected"),
    [
        ("openai", "validating", BatchState.UNDER_WAY),
        ("openai", "in_progress", BatchState.UNDER_WAY),
        ("openai", "finalizing", BatchState.UNDER_WAY),
        ("openai", "cancelling", BatchState.UNDER_WAY),
        ("openai", "completed", BatchState.ENDED),
        ("openai", "failed", BatchState.FAILED),
        ("openai", "expired", BatchState.EXPIRED),
        ("openai", "cancelled", BatchState.CANCELLED),
        ("anthropic", "in_progress", BatchState.UNDER_WAY),
        ("anthropic", "canceling", BatchState.UNDER_WAY),
        ("anthropic", "ended", BatchState.ENDED),
    ],
)
def test_every_state_that_is_documented_is_known(api: str, status: str, expected: BatchState) -> None:
    with batch_server(api, make_clock()) as server:
        batches, batch_id = sent(server, letter(1))
        server.course = [status]

        look = batches.look(batch_id)

    assert (look.state, look.says, look.n_requests) == (expected, status.replace("_", " "), 1)


@pytest.mark.parametrize(
    ("end", "expected"), [("expired", BatchState.EXPIRED), ("cancelled", BatchState.CANCELLED)]
)
def test_anthropic_says_of_its_requests_that_a_batch_expired_or_was_cancelled(
    end: Any, expected: BatchState
) -> None:
    with batch_server("anthropic", make_clock()) as server:
        server.outcome = lambda custom_id, body: Became("reply" if custom_id == "k-1" else end)
        batches, batch_id = sent(server, letter(1), letter(2))

        look = batches.look(batch_id)

    assert (look.state, look.n_done, look.n_replies) == (expected, 2, 1)


def test_a_batch_that_is_refused_as_a_whole_names_the_lines() -> None:
    errors = [
        {"code": "invalid_json_line", "line": n, "message": f"Line {n} is no JSON.", "param": None}
        for n in range(1, 6)
    ]
    with batch_server("openai", make_clock(), errors=errors) as server:
        batches, batch_id = sent(server, letter(1))
        server.course = ["failed"]

        look = batches.look(batch_id)

    assert look.message.startswith("line 1: Line 1 is no JSON (invalid_json_line); line 2:")
    assert look.message.endswith("and 2 more")


# -- what was lost ----------------------------------------------------------------------------------------


def test_a_batch_is_found_by_its_key_among_others(server: BatchServer) -> None:
    for key in ("first", "other1", "other2", "other3"):
        batches, _ = sent(server, letter(1), key=key)

    assert batches.find("first", 1, START, ()) == Sighting("batch_1")
    assert batches.find("absent", 1, START, ()) == Sighting()


def test_what_was_sent_long_before_is_not_looked_at(server: BatchServer) -> None:
    batches, _ = sent(server, letter(1), key="first")

    assert batches.find("first", 1, START + timedelta(hours=2), ()) == Sighting()


def test_anthropic_cannot_say_whose_a_batch_is_before_it_has_ended() -> None:
    with batch_server("anthropic", make_clock()) as server:
        batches, _ = sent(server, letter(1))
        sent(server, letter(1), letter(2))
        server.course = ["in_progress"]
        for batch_id in server.kept:
            batches.look(batch_id)

        seen = batches.find("k", 1, START, ())
        seen_with_that_known = batches.find("k", 1, START, {"batch_1"})

    assert seen == Sighting(may_be=("batch_1",))
    assert seen_with_that_known == Sighting()


def test_results_that_are_kept_no_longer_are_said_to_be_gone(server: BatchServer) -> None:
    batches, batch_id = sent(server, letter(1))
    server.keeps_results = False

    with pytest.raises(ResultsGone, match="keeps the results of the batch batch_1 no longer"):
        list(batches.results(batch_id))


# -- what goes wrong --------------------------------------------------------------------------------------


def test_an_unknown_batch_names_the_key_that_may_be_anothers(server: BatchServer) -> None:
    with pytest.raises(
        ProviderConfigError, match=r"batch_9 is not known at .* with this key.*_API_KEY"
    ) as raised:
        server.batches().look("batch_9")

    assert KEY not in str(raised.value)


def test_a_refused_key_is_no_outage(server: BatchServer) -> None:
    server.refuses = 401

    with pytest.raises(ProviderConfigError, match="refused the credentials"):
        server.batches().look("batch_1")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_drops_may_come_back(server: BatchServer, when: Any) -> None:
    batches, batch_id = sent(server, letter(1))
    server.breaks = [Break(f"GET .*/{batch_id}", when)]

    with pytest.raises(ProviderUnavailable, match="could not be reached, or broke off"):
        batches.look(batch_id)

    assert batches.look(batch_id).state is BatchState.ENDED


def test_a_download_that_breaks_is_no_end(server: BatchServer) -> None:
    batches, batch_id = sent(server, *[letter(n) for n in range(9)])
    server.breaks = [Break("GET .*/(content|results)", "middle")]

    with pytest.raises(ProviderUnavailable):
        list(batches.results(batch_id))

    assert len(list(batches.results(batch_id))) == 9
