"""OpenAI: its Responses API (`openai:NAME`), and its Chat Completions (`openai_chat:NAME`).

Its address is the SDK's own, or what OPENAI_BASE_URL says in the researcher's environment. A design cannot name
another: the key would go there.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oversight_app.clock import Clock
from oversight_app.providers.base import Reply, Request, Usage
from oversight_app.providers.chat_completions import ChatCompletionsProvider
from oversight_app.providers.classify import ErrorEvent
from oversight_app.providers.events import count_in, part_of, text_in
from oversight_app.providers.letter import (
    TOP_LOG_PROBABILITIES,
    least_log_probability,
    letter_log_probabilities,
)
from oversight_app.providers.openai_client import openai_client, sent
from oversight_app.providers.service import Service
from oversight_app.providers.streamed import EventStream, Heard, StreamedProvider

if TYPE_CHECKING:
    from openai import OpenAI

KEY_VARIABLE = "OPENAI_API_KEY"
ADDRESS_VARIABLE = "OPENAI_BASE_URL"

_LEAST_TOKENS = 16
"""The Responses API takes no lower limit; a letter is read from the beginning of what comes."""
_REFUSED = frozenset(("invalid_prompt", "bio_policy", "misalignment_policy_violation"))
"""Failures that are decisions about this one conversation: an end, and neither an outage nor a wrong setting."""


class OpenAIChatProvider(ChatCompletionsProvider):
    """OpenAI's Chat Completions."""

    def __init__(self, base_url: str, clock: Clock, *, key: str, is_local: bool = False) -> None:
        """`base_url` is empty for the SDK's own."""
        service = _service("openai_chat", "a chat completion", base_url, key, is_local)
        super().__init__(service, clock, limit="max_completion_tokens", is_openai=True)


class OpenAIProvider(StreamedProvider["OpenAI"]):
    """OpenAI's Responses API. Nothing is stored there."""

    resource = "responses"

    def __init__(self, base_url: str, clock: Clock, *, key: str, is_local: bool = False) -> None:
        """`base_url` is empty for the SDK's own."""
        super().__init__(_service("openai", "a response", base_url, key, is_local), clock)

    def _make(self) -> "OpenAI":
        return openai_client(self.service)

    def _hear(self) -> Heard:
        return _Heard()

    def arguments(self, request: Request) -> dict[str, Any]:
        """Of `responses.create`."""
        body: dict[str, Any] = {
            "model": request.model,
            "input": [{"role": turn.role, "content": turn.text} for turn in request.turns],
            "max_output_tokens": max(request.max_tokens, _LEAST_TOKENS),
            "store": False,
        }
        if request.system:
            body["instructions"] = request.system
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.letters and not request.is_reasoned:
            body |= {
                "max_output_tokens": _LEAST_TOKENS,
                "include": ["message.output_text.logprobs"],
                "top_logprobs": TOP_LOG_PROBABILITIES,
            }
        if request.effort:
            body["reasoning"] = {"effort": request.effort}
        if request.cache_key:
            body["prompt_cache_key"] = request.cache_key
        return body

    def _ask(self, client: "OpenAI", request: Request) -> EventStream:
        return sent(client, "/responses", self.arguments(request) | {"stream": True}, request.deadline_s)


def _service(provider: str, speaks: str, base_url: str, key: str, is_local: bool) -> Service:
    return Service(
        provider=provider,
        where=base_url or "OpenAI",
        base_url=base_url,
        key_variable=KEY_VARIABLE,
        address_hint=f"the address in {ADDRESS_VARIABLE}, where that is set",
        speaks=speaks,
        key=key,
        is_local=is_local,
    )


@dataclass(slots=True)
class _Heard:
    """What has come of a response."""

    texts: list[str] = field(default_factory=list)
    finish_reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    log_probabilities: dict[str, float] | None = None
    least_log_probability: float | None = None
    has_refused: bool = False

    def take(self, event: Any) -> None:
        """Note one event, and the text it brings. Raises ErrorEvent where the service says that it failed."""
        if error := event.get("error"):
            raise ErrorEvent.told(error, "code")
        match event.get("type"):
            case "response.output_text.delta":
                if self.log_probabilities is None and (tokens := event.get("logprobs")):
                    self.log_probabilities = letter_log_probabilities(tokens[0].get("top_logprobs"))
                    self.least_log_probability = least_log_probability(tokens[0].get("top_logprobs"))
                self._add(event)
            case "response.refusal.delta":
                self.has_refused = True
                self._add(event)
            case "response.created" | "response.in_progress":
                self.model = text_in(part_of(event, "response"), "model") or self.model
            case "response.completed" | "response.incomplete" | "response.failed":
                self._end(event["response"])
            case "error":
                raise ErrorEvent.told(event, "code")

    def reply(self, request_id: str) -> Reply:
        """The end of the reply."""
        return Reply(
            "".join(self.texts),
            self.finish_reason,
            self.usage,
            request_id,
            self.model,
            self.log_probabilities or None,
            self.least_log_probability,
        )

    def _add(self, event: Any) -> None:
        if text := text_in(event, "delta"):
            self.texts.append(text)

    def _end(self, response: Any) -> None:
        self.model = text_in(response, "model") or self.model
        if usage := part_of(response, "usage"):
            sent, written = part_of(usage, "input_tokens_details"), part_of(usage, "output_tokens_details")
            self.usage = Usage(
                count_in(usage, "input_tokens"),
                count_in(sent, "cached_tokens"),
                count_in(usage, "output_tokens"),
                count_in(sent, "cache_write_tokens"),
                count_in(written, "reasoning_tokens"),
            )
        status, error = text_in(response, "status"), response.get("error")
        if status == "failed" or error:
            failed = ErrorEvent.told(error, "code")
            if failed.code not in _REFUSED:
                raise failed
            self.finish_reason = failed.code
        elif status == "incomplete":
            self.finish_reason = text_in(part_of(response, "incomplete_details"), "reason") or "incomplete"
        else:
            self.finish_reason = "refusal" if self.has_refused else status
