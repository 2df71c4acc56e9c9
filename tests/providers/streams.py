"""Pieces of the three kinds of streams that model services send, byte by byte as they come over the socket.

Each dialect can say the same things: some text, the end, an error in the middle. Chat Completions stand in
`misbehaving`; here are the Responses and Messages APIs, and what all three have in common.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.providers.misbehaving import DONE, USAGE, event


@dataclass(frozen=True)
class Dialect:
    """How one API says these things. `opening` is what comes before the first text."""

    name: str
    opening: bytes
    last: bytes
    """What follows a finish reason only to say that the stream is over."""
    text: Callable[[str], bytes]
    ending: Callable[[str], bytes]
    """The end, with this finish reason, and all counters."""
    overloaded: bytes
    no_money: bytes
    wrong_shape: bytes
    finish: str
    """How a good reply ends in this API's words."""
    error_body: Callable[[str, str], dict[str, Any]]
    """The body of an error with a status: code and message."""

    def good(self, *texts: str, finish: str = "") -> bytes:
        """A whole reply."""
        said = b"".join(self.text(text) for text in texts or ("Hello ", "there."))
        return self.opening + said + self.ending(finish or self.finish)


def _named(name: str, **body: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name} | body)}\n\n".encode()


# -- Responses --------------------------------------------------------------------------------------


def response(status: str, **more: Any) -> dict[str, Any]:
    """The response object that the first and the last event carry."""
    return {"id": "resp_1", "object": "response", "model": "answered", "status": status, "output": []} | more


COUNTED = {
    "input_tokens": 50,
    "input_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 5},
    "output_tokens": 12,
    "output_tokens_details": {"reasoning_tokens": 10},
    "total_tokens": 62,
}


def responses_text(text: str, logprobs: Any = ()) -> bytes:
    return _named(
        "response.output_text.delta",
        item_id="m", output_index=0, content_index=0, sequence_number=3, delta=text, logprobs=list(logprobs),
    )  # fmt: skip


def refusal_text(text: str) -> bytes:
    return _named(
        "response.refusal.delta", item_id="m", output_index=0, content_index=0, sequence_number=3, delta=text
    )


def responses_failed(code: str, message: str) -> bytes:
    failed = response("failed", error={"code": code, "message": message})
    return _named("response.failed", sequence_number=9, response=failed)


def responses_error(code: str, message: str) -> bytes:
    return _named("error", sequence_number=9, code=code, message=message, param=None)


def responses_ending(finish: str) -> bytes:
    if finish == "completed":
        return _named("response.completed", sequence_number=9, response=response("completed", usage=COUNTED))
    incomplete = response("incomplete", usage=COUNTED, incomplete_details={"reason": finish})
    return _named("response.incomplete", sequence_number=9, response=incomplete)


RESPONSES = Dialect(
    name="openai",
    opening=_named("response.created", sequence_number=0, response=response("in_progress"))
    + _named(
        "response.output_item.added", sequence_number=1, output_index=0, item={"type": "message", "id": "m"}
    ),
    last=b"",
    text=responses_text,
    ending=responses_ending,
    overloaded=responses_failed("server_error", "overloaded"),
    no_money=responses_error("insufficient_quota", "m"),
    wrong_shape=_named("response.completed", sequence_number=9, response="text"),
    finish="completed",
    error_body=lambda code, message: {"error": {"code": code or None, "message": message}},
)


# -- Messages ---------------------------------------------------------------------------------------


def message_start(**usage: int) -> bytes:
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "answered",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 5, "output_tokens": 1} | usage,
    }
    return _named("message_start", message=message)


def messages_text(text: str, kind: str = "text_delta") -> bytes:
    delta = {"type": kind, "text" if kind == "text_delta" else "thinking": text}
    return _named("content_block_delta", index=0, delta=delta)


def messages_ending(finish: str) -> bytes:
    usage = {"output_tokens": 12, "output_tokens_details": {"thinking_tokens": 10}}
    return (
        _named("content_block_stop", index=0)
        + _named("message_delta", delta={"stop_reason": finish, "stop_sequence": None}, usage=usage)
        + _named("message_stop")
    )


def messages_error(kind: str, message: str) -> bytes:
    return _named("error", error={"type": kind, "message": message})


MESSAGES = Dialect(
    name="anthropic",
    opening=message_start(cache_read_input_tokens=40, cache_creation_input_tokens=5)
    + _named("content_block_start", index=0, content_block={"type": "text", "text": ""})
    + _named("ping"),
    last=_named("message_stop"),
    text=messages_text,
    ending=messages_ending,
    overloaded=messages_error("overloaded_error", "overloaded"),
    no_money=messages_error("billing_error", "m"),
    wrong_shape=_named("content_block_delta", index=0, delta="text"),
    finish="end_turn",
    error_body=lambda code, message: {
        "type": "error",
        "error": {"type": code or "some_error", "message": message},
    },
)


# -- Chat Completions -------------------------------------------------------------------------------


def _chat_error(code: str, message: str) -> bytes:
    return b"data: " + json.dumps({"error": {"message": message, "code": code}}).encode() + b"\n\n"


CHAT = Dialect(
    name="openai_chat",
    opening=event(""),
    last=DONE,
    text=event,
    ending=lambda finish: event(finish=finish) + USAGE + DONE,
    overloaded=_chat_error("server_error", "overloaded"),
    no_money=_chat_error("insufficient_quota", "m"),
    wrong_shape=b'data: {"choices": [{"delta": "text", "logprobs": 5}]}\n\n',
    finish="stop",
    error_body=lambda code, message: {"error": {"code": code or None, "message": message}},
)

DIALECTS = {dialect.name: dialect for dialect in (CHAT, RESPONSES, MESSAGES)}
