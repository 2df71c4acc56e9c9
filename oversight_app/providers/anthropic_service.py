"""Anthropic's Messages API (`anthropic:NAME`).

It has no sampling settings and no log-probabilities. Its address is the SDK's own, or what ANTHROPIC_BASE_URL says in
the researcher's environment; a design cannot name another.

Its cache is asked for in so many words: the passage is a block of its own that is kept for an hour, because people may
need longer than the usual five minutes for one passage; what follows of the chat is kept for five.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from oversight_app.clock import Clock
from oversight_app.providers.alarm import follow
from oversight_app.providers.base import Reply, Request, Usage, parted
from oversight_app.providers.classify import ErrorEvent
from oversight_app.providers.events import count_in, part_of, text_in
from oversight_app.providers.service import Service
from oversight_app.providers.streamed import EventStream, Heard, StreamedProvider, timeout

if TYPE_CHECKING:
    from anthropic import Anthropic

KEY_VARIABLE = "ANTHROPIC_API_KEY"
ADDRESS_VARIABLE = "ANTHROPIC_BASE_URL"

_KEEP_PASSAGE = {"type": "ephemeral", "ttl": "1h"}
_KEEP_CHAT = {"type": "ephemeral"}


class AnthropicProvider(StreamedProvider["Anthropic"]):
    """The Messages API."""

    request_id_header = "request-id"
    resource = "messages"

    def __init__(self, base_url: str, clock: Clock, *, key: str, is_local: bool = False) -> None:
        """`base_url` is empty for the SDK's own."""
        service = Service(
            provider="anthropic",
            where=base_url or "Anthropic",
            base_url=base_url,
            key_variable=KEY_VARIABLE,
            address_hint=f"the address in {ADDRESS_VARIABLE}, where that is set",
            speaks="a message",
            key=key,
            is_local=is_local,
        )
        super().__init__(service, clock)

    def _make(self) -> "Anthropic":
        return anthropic_client(self.service)

    def _hear(self) -> Heard:
        return _Heard()

    def arguments(self, request: Request) -> dict[str, Any]:
        """Of `messages.create`."""
        messages: list[dict[str, Any]] = [{"role": turn.role, "content": turn.text} for turn in request.turns]
        system = blocks(request.system, request.prefix)
        if request.turns and parted(request.turns[0].text, request.prefix)[0]:
            messages[0]["content"] = blocks(request.turns[0].text, request.prefix)
        arguments: dict[str, Any] = {
            "model": request.model,
            "max_tokens": request.max_tokens,
            "messages": messages,
        }
        if system:
            arguments["system"] = system
        if not request.letters:
            # One letter is asked for once; nobody comes back to what stands behind its passage.
            arguments["cache_control"] = _KEEP_CHAT
        if request.effort:
            arguments["output_config"] = {"effort": request.effort}
        return arguments

    def _ask(self, client: "Anthropic", request: Request) -> EventStream:
        travel: dict[str, Any] = {"stream": True, "timeout": timeout(request.deadline_s)}
        return cast(EventStream, client.messages.create(**self.arguments(request), **travel))


def anthropic_client(service: Service) -> "Anthropic":
    """A client without retries of its own, whose requests an alarm can end."""
    service.must_have_key()
    import anthropic

    return anthropic.Anthropic(
        api_key=service.key,
        base_url=service.base_url or None,
        max_retries=0,
        http_client=anthropic.DefaultHttpxClient(trust_env=not service.is_local, event_hooks=follow()),
    )


def blocks(text: str, prefix: str) -> list[dict[str, Any]]:
    """A text as one block, or as two where it begins with the prefix, which is then to be remembered."""
    first, rest = parted(text, prefix)
    found: list[dict[str, Any]] = []
    if first:
        found.append({"type": "text", "text": first, "cache_control": _KEEP_PASSAGE})
    if rest.strip():
        found.append({"type": "text", "text": rest})
    return found


@dataclass(slots=True)
class _Heard:
    """What has come of a message. The input is counted at its beginning, the output at its end."""

    texts: list[str] = field(default_factory=list)
    finish_reason: str = ""
    model: str = ""
    tokens_unread: int | None = None
    tokens_cached: int | None = None
    tokens_written: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None

    def take(self, event: Any) -> None:
        """Note one event, and the text it brings. Raises ErrorEvent where the service says that it failed."""
        match event.get("type"):
            case "message_start":
                message = part_of(event, "message")
                self.model = text_in(message, "model") or self.model
                self._count(part_of(message, "usage"))
            case "content_block_delta":
                delta = part_of(event, "delta")
                if delta.get("type") == "text_delta" and (text := text_in(delta, "text")):
                    self.texts.append(text)
            case "message_delta":
                self.finish_reason = text_in(part_of(event, "delta"), "stop_reason") or self.finish_reason
                if usage := part_of(event, "usage"):
                    self._count(usage)
                    # The beginning counts a token or so of output; only the end is a count of the reply.
                    self.tokens_out = count_in(usage, "output_tokens")
                    details = part_of(usage, "output_tokens_details")
                    self.tokens_reasoning = count_in(details, "thinking_tokens")
            case "error":
                raise ErrorEvent.told(event.get("error"), "type")

    def reply(self, request_id: str) -> Reply:
        """The end of the reply. Anthropic counts only what it read anew as input; here the three are added up."""
        sent = (self.tokens_unread, self.tokens_cached, self.tokens_written)
        usage = Usage(
            None if self.tokens_unread is None else sum(count or 0 for count in sent),
            self.tokens_cached,
            self.tokens_out,
            self.tokens_written,
            self.tokens_reasoning,
        )
        return Reply("".join(self.texts), self.finish_reason, usage, request_id, self.model)

    def _count(self, usage: Mapping[str, Any]) -> None:
        unread = count_in(usage, "input_tokens")
        cached = count_in(usage, "cache_read_input_tokens")
        written = count_in(usage, "cache_creation_input_tokens")
        self.tokens_unread = self.tokens_unread if unread is None else unread
        self.tokens_cached = self.tokens_cached if cached is None else cached
        self.tokens_written = self.tokens_written if written is None else written
