"""A reply that came whole, told as the events of its stream would have told it.

Batches bring each reply as one JSON object. What a service's finish reasons, refusals, counters and log-probabilities
mean is known in one place, the reader of its streamed events; so a whole reply is parted into the few events that say
the same, and read there.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oversight_app.providers.base import Reply
from oversight_app.providers.streamed import StreamedProvider

_ENDINGS = ("completed", "incomplete", "failed")


class Part(dict[str, Any]):
    """A JSON object whose fields are there as attributes, too; one that is missing is None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name)


def parts_of(line: str) -> Any:
    """The JSON on a line, its objects as `Part`; raises ValueError where it is none."""
    return json.loads(line, object_hook=Part)


def read_whole(provider: StreamedProvider[Any], body: Any, request_id: str) -> Reply:
    """The reply in a body; raises what a wrong shape leads to, and what the service says in it that went wrong."""
    if not isinstance(body, Part):
        raise TypeError("no object")
    reply = provider.read(_EVENTS[provider.name](body), request_id)
    if not reply.finish_reason:
        raise TypeError("a reply without an end")
    return reply


def _response(body: Part) -> Iterator[Part]:
    for item in body.output or ():
        for said in (item.content if item.type == "message" else None) or ():
            if said.type == "output_text":
                yield Part(type="response.output_text.delta", delta=said.text, logprobs=said.logprobs)
            elif said.type == "refusal":
                yield Part(type="response.refusal.delta", delta=said.refusal)
    if body.status in _ENDINGS:
        yield Part(type=f"response.{body.status}", response=body)


def _completion(body: Part) -> Iterator[Part]:
    choices = [
        Part(delta=choice.message, finish_reason=choice.finish_reason, logprobs=choice.logprobs)
        for choice in body.choices or ()
    ]
    yield Part(model=body.model, usage=body.usage, choices=choices)


def _message(body: Part) -> Iterator[Part]:
    yield Part(type="message_start", message=Part(model=body.model, usage=body.usage))
    for block in body.content or ():
        if block.type == "text":
            yield Part(type="content_block_delta", delta=Part(type="text_delta", text=block.text))
    yield Part(type="message_delta", delta=Part(stop_reason=body.stop_reason), usage=body.usage)


_EVENTS: Mapping[str, Callable[[Part], Iterator[Part]]] = {
    "openai": _response,
    "openai_chat": _completion,
    "anthropic": _message,
}
