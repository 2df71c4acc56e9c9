"""The adapters of OpenAI's two APIs against llama.cpp itself, found as a researcher would let them find it."""

from dataclasses import replace

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import ProviderConfigError
from oversight_app.providers import provider_for
from oversight_app.providers.base import Provider, Reply, Request, Text, Turn, collect

REQUEST = Request(
    "random", "The passage says that the ice went out.", (Turn("user", "What is the answer?"),), 16, 30.0
)
BOTH = ("openai", "openai_chat")


def make_provider(api: str, base_url: str) -> Provider:
    environment = {"OPENAI_API_KEY": "none-needed", "OPENAI_BASE_URL": base_url}
    return provider_for(f"{api}:random", clock=SystemClock(), environment=environment)[0]


@pytest.mark.parametrize("api", BOTH)
def test_a_reply_is_streamed_and_counted(llama_url: str, api: str) -> None:
    pieces = list(make_provider(api, llama_url).reply(replace(REQUEST, temperature=0.0)))

    reply = pieces[-1]
    assert isinstance(reply, Reply)
    assert all(isinstance(piece, Text) for piece in pieces[:-1])
    assert reply.text == "".join(piece.text for piece in pieces[:-1] if isinstance(piece, Text)) != ""
    assert reply.finish_reason != ""
    assert reply.usage.tokens_in is not None
    assert reply.usage.tokens_in > 10
    assert reply.usage.tokens_out is not None
    assert 1 <= reply.usage.tokens_out <= 16


@pytest.mark.parametrize("api", BOTH)
def test_what_was_read_before_is_not_read_again(llama_url: str, api: str) -> None:
    passage = f"The ice of {api} went out at night, and nobody had bought the night. " * 30
    request = replace(REQUEST, system=passage, prefix=passage, max_tokens=4)
    collect(make_provider(api, llama_url).reply(request))

    again = collect(make_provider(api, llama_url).reply(replace(request, turns=(Turn("user", "Why?"),))))

    assert again.usage.tokens_in is not None
    assert again.usage.tokens_cached is not None
    assert again.usage.tokens_cached > 0.9 * again.usage.tokens_in


@pytest.mark.parametrize("api", BOTH)
def test_a_text_that_is_too_long_is_a_matter_of_settings(llama_url: str, api: str) -> None:
    with pytest.raises(ProviderConfigError, match="cannot hold so long a text"):
        collect(make_provider(api, llama_url).reply(replace(REQUEST, system="the passage says " * 3000)))


@pytest.mark.parametrize("api", BOTH)
def test_a_stopped_reply_leaves_the_server_free(llama_url: str, api: str) -> None:
    provider = make_provider(api, llama_url)
    for _ in range(4):
        pieces = provider.reply(replace(REQUEST, max_tokens=1500))
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]  # the iterator is a generator

    assert collect(provider.reply(REQUEST)).finish_reason != ""
