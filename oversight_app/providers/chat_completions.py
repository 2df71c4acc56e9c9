"""OpenAI's Chat Completions: how they are asked for, and how their chunks read.

OpenAI itself, llama.cpp, vLLM, Ollama and others speak it. What differs between them are arguments: the name of the
limit (`max_completion_tokens` at OpenAI; most others know only `max_tokens`, and llama-cpp-python then writes until
its context is full) and whether OpenAI's own fields may be sent.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from oversight_app.clock import Clock
from oversight_app.providers.base import Reply, Request, Usage
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


class ChatCompletionsProvider(StreamedProvider["OpenAI"]):
    """One service that speaks Chat Completions."""

    resource = "chat.completions"

    def __init__(
        self,
        service: Service,
        clock: Clock,
        *,
        limit: Literal["max_tokens", "max_completion_tokens"],
        is_openai: bool,
    ) -> None:
        """`limit` names the field for the longest reply; `is_openai` allows the fields that OpenAI alone has."""
        super().__init__(service, clock)
        self._limit = limit
        self._is_openai = is_openai

    def _make(self) -> "OpenAI":
        return openai_client(self.service)

    def _hear(self) -> Heard:
        return _Heard()

    def arguments(self, request: Request) -> dict[str, Any]:
        """Of `chat.completions.create`."""
        messages = [{"role": "system", "content": request.system}] if request.system else []
        messages += [{"role": turn.role, "content": turn.text} for turn in request.turns]
        body: dict[str, Any] = {
            "model": request.model,
            "messages": messages,
            self._limit: request.max_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.letters and not request.is_reasoned:
            body |= {self._limit: 1, "logprobs": True, "top_logprobs": TOP_LOG_PROBABILITIES}
        if request.grammar:
            body["grammar"] = request.grammar
        if request.effort:
            body["reasoning_effort"] = request.effort
        if self._is_openai:
            # Kept nowhere: what participants write is theirs.
            body["store"] = False
            if request.cache_key:
                body["prompt_cache_key"] = request.cache_key
        return body

    def _ask(self, client: "OpenAI", request: Request) -> EventStream:
        travel = {"stream": True, "stream_options": {"include_usage": True}}
        return sent(client, "/chat/completions", self.arguments(request) | travel, request.deadline_s)


@dataclass(slots=True)
class _Heard:
    """What has come of a completion. Servers differ in what they leave out; nothing is taken for granted."""

    texts: list[str] = field(default_factory=list)
    finish_reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    log_probabilities: dict[str, float] | None = None
    least_log_probability: float | None = None
    has_refused: bool = False

    def take(self, chunk: Any) -> None:
        """Note one chunk, and the text it brings. A model that refuses says so in a field of its own."""
        if error := chunk.get("error"):
            raise ErrorEvent.told(error, "code")
        self.model = text_in(chunk, "model") or self.model
        if usage := part_of(chunk, "usage"):
            sent, written = (
                part_of(usage, "prompt_tokens_details"),
                part_of(usage, "completion_tokens_details"),
            )
            self.usage = Usage(
                count_in(usage, "prompt_tokens"),
                count_in(sent, "cached_tokens"),
                count_in(usage, "completion_tokens"),
                count_in(sent, "cache_write_tokens"),
                count_in(written, "reasoning_tokens"),
            )
        choices = chunk.get("choices")
        if not choices:  # the chunk with the usage has none
            return
        choice = choices[0]
        delta = part_of(choice, "delta")
        refusal = text_in(delta, "refusal")
        self.has_refused = self.has_refused or bool(refusal)
        self.finish_reason = text_in(choice, "finish_reason") or self.finish_reason
        if self.finish_reason and self.has_refused:
            self.finish_reason = "refusal"
        if self.log_probabilities is None and (content := part_of(choice, "logprobs").get("content")):
            self.log_probabilities = letter_log_probabilities(content[0].get("top_logprobs"))
            self.least_log_probability = least_log_probability(content[0].get("top_logprobs"))
        if text := text_in(delta, "content") + refusal:
            self.texts.append(text)

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
