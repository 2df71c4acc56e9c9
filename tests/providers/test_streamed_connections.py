"""A connection is used again when its answer was read to the end, whatever a service does behind its last word."""

import re
import socket

import pytest

from oversight_app.providers.base import collect
from tests.providers.attempts import make_request, provider_of
from tests.providers.misbehaving import Behaviour, Server, misbehaving_server, then_waits
from tests.providers.streams import CHAT, DIALECTS

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def keeps(stream: bytes) -> Behaviour:
    """Answer every request that comes over a connection with this stream, and keep the connection."""

    def behave(server: Server, connection: socket.socket) -> None:
        while True:
            connection.sendall(HEAD + b"%x\r\n%s\r\n0\r\n\r\n" % (len(stream), stream))
            arrived = b""
            while not is_whole(arrived):
                if not (piece := connection.recv(65536)):
                    return
                arrived += piece

    return behave


def is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and length is not None and len(body) >= int(length[1])


@pytest.mark.parametrize("api", sorted(DIALECTS))
def test_replies_that_follow_one_another_share_a_connection(api: str) -> None:
    with misbehaving_server({}, default=keeps(DIALECTS[api].good("B"))) as server:
        provider = provider_of(api, server.url)

        texts = [collect(provider.reply(make_request("m"))).text for _ in range(3)]

    assert texts == ["B"] * 3
    assert len(server.bodies) == 1  # the server notes the first request of each connection


def test_a_service_that_hangs_on_behind_its_last_word_is_not_waited_for() -> None:
    with misbehaving_server({}, default=then_waits(HEAD, chunk(CHAT.good("B")))) as server:
        provider = provider_of(CHAT.name, server.url)

        reply = collect(provider.reply(make_request("m", deadline_s=3600)))

    assert (reply.text, reply.finish_reason) == ("B", CHAT.finish)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
