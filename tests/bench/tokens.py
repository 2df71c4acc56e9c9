"""A model service on loopback whose words say when they were sent: `serve` streams them to any number of chats.

It is a process of its own, so that what it costs is in nobody's figures. Every word is "k:milliseconds", k counting
from 0 and the milliseconds being the wall clock's, so that whoever finds a word knows how long it was on its way.
"""

import asyncio
import json
import multiprocessing
import re
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from tests.browser.served import wait_for

_WORD = re.compile(r"(\d+):(\d+)")
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


@contextmanager
def token_service(port: int, *, n_tokens: int, per_s: float) -> Iterator[str]:
    """The address of a service that answers every chat with so many words at this pace."""
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(port, n_tokens, per_s), daemon=True
    )
    process.start()
    try:
        wait_for(lambda: _answers(port))
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.join(timeout=10)


def words_in(text: str) -> dict[int, float]:
    """When each word of a reply was sent, by its number, in seconds of the wall clock."""
    return {int(k): int(ms) / 1000 for k, ms in _WORD.findall(text)}


class Looked:
    """How late each word was when it was first seen at one place.

    Only what is new there is read: who looks shares the machine with what is measured.
    """

    def __init__(self) -> None:
        self.delays: dict[int, float] = {}
        """By the word's number, in seconds."""
        self._before: frozenset[str] = frozenset()
        self._known = ""

    def look(self, texts: Collection[str], now: float) -> None:
        """What stands there at this moment, of which one text may be a reply that grows."""
        for text in texts:
            if text in self._before:
                continue
            begin = len(self._known) if text.startswith(self._known) else 0
            word = None
            for word in _WORD.finditer(text, begin):
                self.delays.setdefault(int(word[1]), now - int(word[2]) / 1000)
            if word is not None:
                self._known = text[: word.end()]
        self._before = frozenset(texts)


def serve(port: int, n_tokens: int, per_s: float) -> None:
    """Serve until the process is ended."""
    asyncio.run(_serve(port, n_tokens, per_s))


async def _serve(port: int, n_tokens: int, per_s: float) -> None:
    async def chat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if length := re.search(rb"content-length: (\d+)", head, re.IGNORECASE):
                await reader.readexactly(int(length[1]))
                await _stream(writer, n_tokens, per_s)
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            writer.close()

    server = await asyncio.start_server(chat, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


async def _stream(writer: asyncio.StreamWriter, n_tokens: int, per_s: float) -> None:
    writer.write(_HEAD)
    begun = time.monotonic()
    for k in range(n_tokens):
        await asyncio.sleep(max(0.0, begun + k / per_s - time.monotonic()))
        writer.write(_event({"content": f"{k}:{time.time() * 1000:.0f} "}, None))
        await writer.drain()
    writer.write(_event({}, "stop") + b"data: [DONE]\n\n")
    await writer.drain()


def _event(delta: dict[str, str], finish_reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    said = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "tokens",
        "choices": [choice],
    }
    return f"data: {json.dumps(said)}\n\n".encode()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
