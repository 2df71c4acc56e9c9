"""The alarm hangs up whatever the reply comes over, also where it learns of that too late."""

import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest

from oversight_app.providers.alarm import Alarm, follow


class Line:
    """Both ends of a connection, one of them as httpx2 knows it."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.settimeout(5)

    def get_extra_info(self, name: str) -> socket.socket | None:
        return self.ours if name == "socket" else None

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


def test_who_reads_wakes_up_when_the_time_is_over(line: Line) -> None:
    with Alarm(0.05) as alarm:
        alarm.watch(line)

        assert line.ours.recv(1) == b""

    assert alarm.has_rung


def test_a_connection_that_comes_after_the_time_is_hung_up_at_once(line: Line) -> None:
    alarm = Alarm(0.0)
    with alarm:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join(5)
        alarm.watch(line)

        assert line.ours.recv(1) == b""


def test_in_time_nothing_is_hung_up(line: Line) -> None:
    with Alarm(30.0) as alarm:
        alarm.watch(line)
        line.theirs.send(b"a")

        assert line.ours.recv(1) == b"a"

    assert not alarm.has_rung


def test_a_connection_used_before_is_known_by_its_answer(line: Line) -> None:
    """Nothing is told of a connection that is used again but the answer that begins to come over it."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, extensions={"network_stream": line})

    with (
        httpx2.Client(transport=httpx2.MockTransport(answer), event_hooks=follow()) as client,
        Alarm(0.2) as alarm,
    ):
        with alarm.attending():
            client.get("http://127.0.0.1/")

        assert line.ours.recv(1) == b""


def test_requests_that_no_alarm_attends_to_are_left_alone(line: Line) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert "trace" not in request.extensions
        return httpx2.Response(200, extensions={"network_stream": line})

    with httpx2.Client(transport=httpx2.MockTransport(answer), event_hooks=follow()) as client, Alarm(30.0):
        assert client.get("http://127.0.0.1/").status_code == 200
