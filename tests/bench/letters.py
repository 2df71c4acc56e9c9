"""A model service on loopback: one letter to every question after a fixed time, and a memory of what was asked.

It is a process of its own, so that what it costs is in nobody's figures, and speaks Chat Completions both streamed and
plain, over connections that are kept. Questions are known by the number in brackets in them, "(17)".
"""

import asyncio
import json
import multiprocessing
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.browser.served import wait_for

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_NUMBER = re.compile(rb"\((\d+)\)")
_LETTER = "B"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the service has been asked since `forget`: the questions' numbers in their order, and for how long."""

    numbers: tuple[int, ...]
    seconds: float
    """From the first request to the last answer."""


@dataclass(frozen=True, slots=True)
class LetterService:
    """A running service."""

    port: int

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    def seen(self) -> Seen:
        """What it was asked so far."""
        said = self._get("seen")
        return Seen(tuple(said["numbers"]), said["seconds"])

    def forget(self) -> None:
        """Begin to count anew."""
        self._get("forget")

    def _get(self, path: str) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as answer:
            return json.loads(answer.read())


@contextmanager
def letter_service(port: int, *, latency_s: float) -> Iterator[LetterService]:
    """A service that answers after so many seconds, however many are asked at once."""
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port, latency_s), daemon=True)
    process.start()
    try:
        wait_for(lambda: _answers(port))
        yield LetterService(port)
    finally:
        process.terminate()
        process.join(timeout=10)


def serve(port: int, latency_s: float) -> None:
    """Serve until the process is ended."""

    async def serving() -> None:
        memory = _Memory()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(memory, latency_s), "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    asyncio.run(serving())


class _Memory:
    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.first = self.last = 0.0

    def answer(self, path: bytes) -> bytes:
        if path == b"/forget":
            self.__init__()  # type: ignore[misc]  # as new
        return json.dumps({"numbers": self.numbers, "seconds": self.last - self.first}).encode()


class _Connection(asyncio.Protocol):
    """One connection; its requests come one after another."""

    def __init__(self, memory: _Memory, latency_s: float) -> None:
        self._memory, self._latency_s = memory, latency_s
        self._arrived = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        head, end, rest = self._arrived.partition(b"\r\n\r\n")
        length = int(match[1]) if (match := _LENGTH.search(head)) else 0
        if not end or len(rest) < length:
            return
        self._arrived = b""
        method, path, _ = head.split(b" ", 2)
        if method == b"GET":
            self._transport.write(_plain(self._memory.answer(path)))
            return
        memory = self._memory
        memory.first = memory.first or time.perf_counter()
        if match := _NUMBER.search(rest):
            memory.numbers.append(int(match[1]))
        asyncio.get_running_loop().call_later(self._latency_s, self._reply, _reply_to(rest))

    def _reply(self, reply: bytes) -> None:
        self._memory.last = time.perf_counter()
        if not self._transport.is_closing():
            self._transport.write(reply)


def _plain(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


def _streamed(*events: dict[str, Any]) -> bytes:
    body = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events) + b"data: [DONE]\n\n"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def _reply_to(body: bytes) -> bytes:
    """The letter; in the words that inspect_ai asks for, where it asks."""
    text = f"ANSWER: {_LETTER}" if b"ANSWER: $LETTER" in body else _LETTER
    known = (text, bool(re.search(rb'"stream": ?true', body)), b'"logprobs"' in body)
    if known not in _made:
        _made[known] = _made_up(*known)
    return _made[known]


_made: dict[tuple[str, bool, bool], bytes] = {}


def _made_up(text: str, is_streamed: bool, has_log_probabilities: bool) -> bytes:
    top = [
        {"token": letter, "logprob": -0.2 if letter == _LETTER else -3.0, "bytes": None} for letter in "ABCD"
    ]
    logprobs = {"content": [{**top[1], "top_logprobs": top}]} if has_log_probabilities else None
    usage = {"prompt_tokens": 120, "completion_tokens": 1, "total_tokens": 121}
    same = {"id": "c", "created": 0, "model": "letters"}
    if not is_streamed:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": logprobs}
        return _plain(
            json.dumps({**same, "object": "chat.completion", "choices": [choice], "usage": usage}).encode()
        )
    same["object"] = "chat.completion.chunk"
    said = {
        "index": 0,
        "delta": {"role": "assistant", "content": text},
        "finish_reason": None,
        "logprobs": logprobs,
    }
    ended = {"index": 0, "delta": {}, "finish_reason": "stop"}
    return _streamed(
        {**same, "choices": [said]}, {**same, "choices": [ended]}, {**same, "choices": [], "usage": usage}
    )


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
