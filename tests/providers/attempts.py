"""Attempts at a reply, many at the same time, and how each of them ended."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from oversight_app.clock import SystemClock
from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable
from oversight_app.providers.anthropic_service import AnthropicProvider
from oversight_app.providers.base import Provider, Reply, Request, Text, Turn
from oversight_app.providers.openai_service import OpenAIChatProvider, OpenAIProvider

KEY = "sk-ant-very-secret-1234567890"


@dataclass(frozen=True)
class Attempt:
    """What was shown of a reply, and how it ended: with a Reply or an error, after so many seconds."""

    shown: str
    reply: Reply | None
    error: Exception | None
    seconds: float

    @property
    def verdict(self) -> str:
        """What the policy makes of it."""
        match self.error:
            case None:
                return "complete" if self.reply and self.reply.finish_reason else "interrupted"
            case ProviderConfigError():
                return "config"
            case ProviderUnavailable():
                return "retry" if self.error.may_retry else "give up"
        return f"not foreseen: {self.error!r}"


def provider_of(
    api: str, url: str, key: str = KEY
) -> OpenAIProvider | OpenAIChatProvider | AnthropicProvider:
    clock = SystemClock()
    match api:
        case "openai":
            return OpenAIProvider(url, clock, key=key, is_local=True)
        case "openai_chat":
            return OpenAIChatProvider(url, clock, key=key, is_local=True)
    return AnthropicProvider(url, clock, key=key, is_local=True)


def make_request(model: str, deadline_s: float = 20.0) -> Request:
    return Request(model, "Be kind.", (Turn("user", "Hello?"),), 50, deadline_s)


def attempt(provider: Provider, request: Request) -> Attempt:
    clock = SystemClock()
    begun, shown, reply = clock.monotonic(), "", None
    error: Exception | None = None
    try:
        for piece in provider.reply(request):
            if isinstance(piece, Text):
                shown += piece.text
            else:
                reply = piece
    except ProviderError as failure:
        error = failure
    except Exception as defect:
        error = defect
    return Attempt(shown, reply, error, clock.monotonic() - begun)


def attempts(provider: Provider, requests: Iterable[Request]) -> dict[str, Attempt]:
    """One attempt for each request, all at once, by the model's name."""
    asked = list(requests)
    with ThreadPoolExecutor(24) as pool:
        made = pool.map(lambda request: attempt(provider, request), asked)
        return dict(zip([request.model for request in asked], made, strict=True))
