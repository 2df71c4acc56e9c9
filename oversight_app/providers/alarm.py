"""An alarm that hangs up the socket of a reply when its time is over, whatever the reading thread waits for.

The time-outs of the SDKs are per read, so a server that sends one byte a second is never late for them, neither with a
stream nor with the body of an error. Closing a response does not wake a thread that reads from it; shutting its socket
down does.

A request may be on a connection of its own or on one that was used before. `follow` are the hooks of a client that tell
the alarm at hand about both: new connections as soon as they are made, old ones when their answer begins, and of either
that its answer is over, before the next request may have it.

One thread waits for all alarms of the process (`_Watch`); a thread for each reply would cost more than some replies do.
`Lines` are all the replies of a run, to be hung up together when it is stopped.
"""

import contextlib
import heapq
import itertools
import math
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from oversight_app.clock import SystemClock

if TYPE_CHECKING:
    import httpx2

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")
_LET_GO = "response_closed.started"


class Alarm:
    """Rings after so many seconds. Used as a context manager, around the whole of a reply."""

    def __init__(self, seconds: float) -> None:
        """It runs from the moment of being entered."""
        self.has_rung = False
        self._seconds = max(0.0, seconds)
        self._is_over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._lines = _lines_at_hand.get()
        self._ticket = 0

    def __enter__(self) -> Self:
        self._ticket = _watch.begin(self, self._seconds)
        if self._lines is not None:
            self._lines.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _watch.end(self._ticket)
        if self._lines is not None:
            self._lines.remove(self)

    def soon(self, seconds: float) -> None:
        """Ring after so many seconds from now instead."""
        _watch.end(self._ticket)
        self._ticket = _watch.begin(self, seconds)

    @contextlib.contextmanager
    def attending(self) -> Iterator[None]:
        """Hear of the connections that this thread's requests go over."""
        before = _at_hand.set(self)
        try:
            yield
        finally:
            _at_hand.reset(before)

    def watch(self, stream: Any) -> None:
        """This is what the reply comes over from now on."""
        connection = stream.get_extra_info("socket") if stream is not None else None
        if connection is None:
            return
        with self._lock:
            self._socket, self._is_over = connection, False
            if self.has_rung:
                _hang_up(connection)

    def let_go(self) -> None:
        """The reply is over, and what it came over belongs to somebody else from now on."""
        with self._lock:
            self._socket, self._is_over = None, True

    def ring(self) -> None:
        """Hang up now, or as soon as there is something to hang up."""
        with self._lock:
            if self._is_over:
                return
            self.has_rung = True
            if self._socket is not None:
                _hang_up(self._socket)


class Lines:
    """The replies that threads listen to, of one run."""

    def __init__(self) -> None:
        """None yet."""
        self._alarms: set[Alarm] = set()
        self.is_down = False
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def attended(self) -> Iterator[None]:
        """The replies that this thread asks for are among them."""
        before = _lines_at_hand.set(self)
        try:
            yield
        finally:
            _lines_at_hand.reset(before)

    def hang_up(self) -> None:
        """End all replies, and those that are still to begin."""
        with self._lock:
            self.is_down = True
            alarms = list(self._alarms)
        for alarm in alarms:
            alarm.ring()

    def add(self, alarm: Alarm) -> None:
        """A reply begins."""
        with self._lock:
            self._alarms.add(alarm)
            is_down = self.is_down
        if is_down:
            alarm.ring()

    def remove(self, alarm: Alarm) -> None:
        """A reply has ended."""
        with self._lock:
            self._alarms.discard(alarm)


class _Watch:
    """Waits for whichever alarm comes first. Most never come, so their places are cleared away by the hundred."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._running: dict[int, Alarm] = {}
        self._times: list[tuple[float, int]] = []
        self._tickets = itertools.count(1)
        self._clock = SystemClock()
        self._thread: threading.Thread | None = None
        self._wakes_at = 0.0

    def begin(self, alarm: Alarm, seconds: float) -> int:
        """Ring it after so many seconds; returns a ticket to end it by."""
        rings_at = self._clock.monotonic() + seconds
        with self._change:
            ticket = next(self._tickets)
            self._running[ticket] = alarm
            heapq.heappush(self._times, (rings_at, ticket))
            if self._thread is None:
                self._thread = threading.Thread(target=self._wait, name="alarms", daemon=True)
                self._thread.start()
            elif rings_at < self._wakes_at:
                self._change.notify()
            return ticket

    def end(self, ticket: int) -> None:
        """Ring it no more."""
        with self._change:
            self._running.pop(ticket, None)
            if len(self._times) > 2 * len(self._running) + 100:
                self._times = [entry for entry in self._times if entry[1] in self._running]
                heapq.heapify(self._times)

    def _wait(self) -> None:
        while True:
            with self._change:
                alarm = self._next()
            if alarm is not None:
                alarm.ring()

    def _next(self) -> Alarm | None:
        """The next alarm, when its time has come; None for a while in which none did."""
        while self._times and self._times[0][1] not in self._running:
            heapq.heappop(self._times)
        self._wakes_at = self._times[0][0] if self._times else math.inf
        left_s = self._wakes_at - self._clock.monotonic()
        if left_s > 0:
            self._change.wait(left_s if self._times else None)
            # Awake, so nobody need wake this thread for an alarm that comes before what it looks at next.
            self._wakes_at = 0.0
            return None
        return self._running.pop(heapq.heappop(self._times)[1], None)


_watch = _Watch()


def follow() -> dict[str, list[Callable[..., Any]]]:
    """The event hooks of a client whose requests an alarm may attend to."""
    return {"request": [_before], "response": [_answered]}


_at_hand: ContextVar[Alarm | None] = ContextVar("alarm at hand", default=None)
_lines_at_hand: ContextVar[Lines | None] = ContextVar("lines at hand", default=None)


def _before(request: "httpx2.Request") -> None:
    alarm = _at_hand.get()
    if alarm is None:
        return

    def trace(name: str, info: Mapping[str, Any]) -> None:
        if name.endswith(_CONNECTED):
            alarm.watch(info.get("return_value"))
        elif name.endswith(_LET_GO):
            alarm.let_go()

    request.extensions = {**request.extensions, "trace": trace}


def _answered(response: "httpx2.Response") -> None:
    alarm = _at_hand.get()
    if alarm is not None:
        alarm.watch(response.extensions.get("network_stream"))


def _hang_up(connection: socket.socket) -> None:
    # Closing would not wake the reader. The plain socket's method also leaves a TLS object alone that it is using.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
