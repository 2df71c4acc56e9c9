"""The alarm hangs up whatever the reply comes over, also where it learns of that too late."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import httpx2
import pytest

from oversight_app.clock import SystemClock
from oversight_app.providers.alarm import Alarm, Lines, follow


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


def wait_until(holds: Callable[[], bool]) -> None:
    clock = SystemClock()
    ends_at = clock.monotonic() + 10
    while not holds():
        assert clock.monotonic() < ends_at
        clock.sleep(0.005)


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
        wait_until(lambda: alarm.has_rung)
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


def test_the_alarm_that_comes_first_is_heard_first_whatever_was_set_before(line: Line) -> None:
    with Alarm(60.0) as late, Alarm(0.05) as soon:
        soon.watch(line)

        assert line.ours.recv(1) == b""

        assert (soon.has_rung, late.has_rung) == (True, False)


def test_one_thread_waits_for_all_alarms() -> None:
    with Alarm(60.0):
        before = threading.active_count()
        with contextlib.ExitStack() as stack:
            for _ in range(500):
                stack.enter_context(Alarm(60.0))

            assert threading.active_count() == before


def test_all_replies_of_a_run_are_hung_up_at_once_and_those_that_come_later_too(line: Line) -> None:
    lines, later = Lines(), Line()
    try:
        with lines.attended(), Alarm(60.0) as alarm:
            alarm.watch(line)
            lines.hang_up()

            assert line.ours.recv(1) == b""

            with Alarm(60.0) as next_alarm:
                next_alarm.watch(later)

                assert later.ours.recv(1) == b""
    finally:
        later.close()


def test_replies_of_others_are_not_hung_up(line: Line) -> None:
    lines = Lines()
    with Alarm(60.0) as alarm:
        alarm.watch(line)

        lines.hang_up()

        assert not alarm.has_rung


def test_what_a_reply_came_over_is_left_alone_once_the_reply_is_over(line: Line) -> None:
    """It is used again at once, maybe by another thread before this one has left its alarm behind."""
    with Alarm(60.0) as alarm:
        alarm.watch(line)
        alarm.let_go()

        alarm.ring()
        line.theirs.send(b"a")

        assert line.ours.recv(1) == b"a"
        assert not alarm.has_rung
