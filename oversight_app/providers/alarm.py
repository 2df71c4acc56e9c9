"""An alarm that hangs up the socket of a reply when its time is over, whatever the reading thread waits for.

The time-outs of the SDKs are per read, so a server that sends one byte a second is never late for them, neither with a
stream nor with the body of an error. Closing a response does not wake a thread that reads from it; shutting its socket
down does.

A request may be on a connection of its own or on one that was used before. `follow` are the hooks of a client that tell
the alarm at hand about both: new connections as soon as they are made, old ones when their answer begins.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import httpx2

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Alarm:
    """Rings after so many seconds. Used as a context manager, around the whole of a reply."""

    def __init__(self, seconds: float) -> None:
        """It runs from the moment of being entered."""
        self.has_rung = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(0.0, seconds), self._ring)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

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
            self._socket = connection
            if self.has_rung:
                _hang_up(connection)

    def _ring(self) -> None:
        with self._lock:
            self.has_rung = True
            if self._socket is not None:
                _hang_up(self._socket)


def follow() -> dict[str, list[Callable[..., Any]]]:
    """The event hooks of a client whose requests an alarm may attend to."""
    return {"request": [_before], "response": [_answered]}


_at_hand: ContextVar[Alarm | None] = ContextVar("alarm at hand", default=None)


def _before(request: "httpx2.Request") -> None:
    alarm = _at_hand.get()
    if alarm is None:
        return

    def trace(name: str, info: Mapping[str, Any]) -> None:
        if name.endswith(_CONNECTED):
            alarm.watch(info.get("return_value"))

    request.extensions = {**request.extensions, "trace": trace}


def _answered(response: "httpx2.Response") -> None:
    alarm = _at_hand.get()
    if alarm is not None:
        alarm.watch(response.extensions.get("network_stream"))


def _hang_up(connection: socket.socket) -> None:
    # Closing would not wake the reader. The plain socket's method also leaves a TLS object alone that it is using.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
