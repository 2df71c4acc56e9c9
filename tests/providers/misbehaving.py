"""A loopback server that speaks the Chat Completions, and misbehaves in the way that the asked model's name says.

The other APIs are in `streams`; a good reply of theirs is the `default` of such a server.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[["Server", socket.socket], None]


@dataclass
class Server:
    """What the server was asked, and what it saw of its clients. `ending` ends whatever a behaviour waits for."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    ending: threading.Event = field(default_factory=threading.Event)


@contextmanager
def misbehaving_server(
    behaviours: dict[str, Behaviour], default: Behaviour | None = None
) -> Iterator[Server]:
    """Serve until the block ends; a model that `behaviours` does not name gets a good reply."""
    server = Server()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    threads: list[threading.Thread] = []

    def accept() -> None:
        while not server.ending.is_set():
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                thread = threading.Thread(
                    target=_serve, args=(server, connection, behaviours, default or good), daemon=True
                )
                thread.start()
                threads.append(thread)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        server.ending.set()
        acceptor.join(timeout=5)
        listener.close()
        for thread in threads:
            thread.join(timeout=5)


def _serve(
    server: Server, connection: socket.socket, behaviours: dict[str, Behaviour], default: Behaviour
) -> None:
    connection.settimeout(10)
    with connection, suppress(OSError):
        head, _, rest = _read_until(connection, b"\r\n\r\n").partition(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        while len(rest) < int(headers.get("content-length", 0)):
            rest += connection.recv(65536)
        body = json.loads(rest)
        server.bodies.append(body)
        server.headers.append(headers)
        behaviours.get(body["model"], default)(server, connection)


def _read_until(connection: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("the client left before it had asked")
        data += piece
    return data


# -- the pieces of an answer --------------------------------------------------------------------


def head(status: str = "200 OK", content_type: str = "text/event-stream", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-type: {content_type}", "connection: close", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def event(delta: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One chunk of a streamed completion; `logprobs` and `usage` go in by name."""
    choice = {"index": 0, "delta": {"content": delta} if delta is not None else {}, "finish_reason": finish}
    if "logprobs" in more:
        choice["logprobs"] = more.pop("logprobs")
    chunk = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "answered",
        "choices": [choice],
    }
    return b"data: " + json.dumps(chunk | more).encode() + b"\n\n"


USAGE = (
    b'data: {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "answered", "choices": [], '
    b'"usage": {"prompt_tokens": 50, "completion_tokens": 2, "total_tokens": 52, '
    b'"prompt_tokens_details": {"cached_tokens": 40}}}\n\n'
)
DONE = b"data: [DONE]\n\n"


# -- behaviours -------------------------------------------------------------------------------------


def good(server: Server, connection: socket.socket) -> None:
    connection.sendall(head("200 OK", "text/event-stream", "x-request-id: req-7"))
    connection.sendall(event("Hello ") + event("there.") + event(finish="stop") + USAGE + DONE)


def says(*parts: bytes) -> Behaviour:
    """Send these and close."""

    def behave(server: Server, connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return behave


def refuses(status: str, error: dict[str, Any] | None = None, *headers: str) -> Behaviour:
    """An error status with OpenAI's kind of body."""
    body = json.dumps({"error": error or {"message": "a sentence of the server"}}).encode()
    return says(head(status, "application/json", f"content-length: {len(body)}", *headers), body)


def then_waits(*parts: bytes) -> Behaviour:
    """Send these, then say nothing until the client hangs up or the server ends."""

    def behave(server: Server, connection: socket.socket) -> None:
        says(*parts)(server, connection)
        connection.settimeout(0.05)
        while not server.ending.is_set():
            with suppress(TimeoutError):
                if not connection.recv(1):
                    server.hung_up.set()
                    return

    return behave


def trickles_after(*parts: bytes, byte: bytes = b":") -> Behaviour:
    """Send these, then one byte every 50 ms, for ever."""

    def behave(server: Server, connection: socket.socket) -> None:
        says(*parts)(server, connection)
        while not server.ending.wait(0.05):
            connection.sendall(byte)

    return behave


def resets_after(*parts: bytes) -> Behaviour:
    """Send these as chunks, and break off in the middle of the next with a TCP reset."""

    def behave(server: Server, connection: socket.socket) -> None:
        connection.sendall(head("200 OK", "text/event-stream", "transfer-encoding: chunked"))
        for part in parts:
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        connection.sendall(b"ff\r\ndata: {")
        # What was sent so far must have arrived: a reset throws away what nobody has read yet.
        server.ending.wait(0.1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return behave


trickles = trickles_after(head())
resets = resets_after(event("Hello "))
