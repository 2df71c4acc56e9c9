"""The adapter against llama.cpp itself, with random weights: what a server really sends, whatever it says."""

from dataclasses import replace
from typing import Any

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import ProviderConfigError
from oversight_app.providers.base import Reply, Request, Text, Turn, collect
from oversight_app.providers.compatible import CompatibleProvider
from oversight_app.study.questions import LETTERS


def make_provider(base_url: str) -> CompatibleProvider:
    return CompatibleProvider(base_url, SystemClock(), is_local=True)


def make_request(text: str = "What is the answer?", **changes: Any) -> Request:
    request = Request("random", "The passage says that the ice went out.", (Turn("user", text),), 16, 30.0)
    return replace(request, **changes)


def test_a_reply_is_streamed_and_counted(llama_url: str) -> None:
    pieces = list(make_provider(llama_url).reply(make_request(temperature=0.0)))

    reply = pieces[-1]
    assert isinstance(reply, Reply)
    assert all(isinstance(piece, Text) for piece in pieces[:-1])
    assert reply.text == "".join(piece.text for piece in pieces[:-1])
    assert reply.finish_reason in ("stop", "length")
    assert reply.usage.tokens_in is not None
    assert reply.usage.tokens_in > 10
    assert reply.usage.tokens_out is not None
    assert 1 <= reply.usage.tokens_out <= 16


def test_a_letter_is_one_token_whatever_it_is(llama_url: str) -> None:
    reply = collect(
        make_provider(llama_url).reply(make_request(letters=True, max_tokens=500, temperature=0.0))
    )

    assert reply.usage.tokens_out == 1
    found = reply.log_probabilities or {}
    assert set(found) <= set(LETTERS)
    assert all(value < 0 for value in found.values())


def test_what_was_read_before_is_not_read_again(llama_url: str) -> None:
    passage = "The ice went out at night, and nobody had bought the night. " * 40
    collect(make_provider(llama_url).reply(make_request("Who?", system=passage)))

    again = collect(make_provider(llama_url).reply(make_request("Why?", system=passage)))

    assert again.usage.tokens_in is not None
    assert again.usage.tokens_cached is not None
    assert again.usage.tokens_cached > 0.9 * again.usage.tokens_in


def test_a_text_that_is_too_long_is_a_matter_of_settings(llama_url: str) -> None:
    with pytest.raises(ProviderConfigError, match="cannot hold so long a text"):
        collect(make_provider(llama_url).reply(make_request("the passage says " * 3000)))


def test_a_wrong_address_on_a_right_server_says_what_to_check(llama_url: str) -> None:
    with pytest.raises(ProviderConfigError, match="Check the model's name and the address"):
        collect(make_provider(f"{llama_url}/nowhere").reply(make_request()))


def test_a_stopped_reply_leaves_the_server_free(llama_url: str) -> None:
    provider = make_provider(llama_url)
    for _ in range(4):
        pieces = provider.reply(make_request(max_tokens=1500))
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]  # the iterator is a generator

    assert collect(provider.reply(make_request())).finish_reason in ("stop", "length")
