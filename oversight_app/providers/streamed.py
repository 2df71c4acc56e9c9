"""One attempt at a streamed reply, the same for every model service.

A service differs in how it is asked and in how its events read; the abstract methods say that. What is common is
here: the deadline over the whole of a reply, the end of a socket when nobody listens any longer, the check that a
stream is a stream, and one error policy (`classify`) for whatever is raised on the way.

What has arrived together is handed on as one piece, so that a busy process has less to do for each word.

Each reply is one streamed request, also when only a letter is wanted, so there is one way in which things go wrong.
"""

import contextlib
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from oversight_app.clock import Clock
from oversight_app.errors import ProviderConfigError, ProviderError
from oversight_app.providers.abilities import unhonoured_request
from oversight_app.providers.alarm import Alarm
from oversight_app.providers.base import Piece, Reply, Request, Text
from oversight_app.providers.classify import broke_off, classify, not_a_stream, too_late
from oversight_app.providers.events import Events
from oversight_app.providers.limits import Limits, limits_in
from oversight_app.providers.service import Service

if TYPE_CHECKING:
    import httpx2

_CONNECT_S = 5.0
_LAST_BYTES_S = 0.1
"""For the end of the answer, after the service has said that nothing follows."""


class Heard(Protocol):
    """What has come of a reply so far. Services leave things out; nothing is taken for granted."""

    texts: list[str]
    finish_reason: str

    def take(self, event: Any) -> None:
        """Note one event, and the text it brings. Raises whatever a wrong shape leads to."""
        ...

    def reply(self, request_id: str) -> Reply:
        """The end of the reply."""
        ...


class EventStream(Protocol):
    """What both SDKs return for a streamed request; its events are read from the response itself."""

    response: "httpx2.Response"

    def close(self) -> None:
        """Close the socket."""
        ...


class Closing(Protocol):
    """What both SDKs' clients are, as far as it matters here."""

    def close(self) -> None:
        """Close all connections."""
        ...


Client = TypeVar("Client", bound=Closing)


class StreamedProvider(ABC, Generic[Client]):
    """One service. Replies may run on any number of threads at once; they share one client, made when first needed."""

    request_id_header = "x-request-id"
    resource = ""
    """The part of the client that is asked; the SDKs import it when it is first touched."""

    def __init__(self, service: Service, clock: Clock) -> None:
        """Nothing is imported or asked yet."""
        self.name = service.provider
        self.service = service
        self._clock = clock
        self._lock = threading.Lock()
        self._made: Client | None = None

    @abstractmethod
    def _make(self) -> Client:
        """The SDK's client; the first import of the SDK is here."""

    @abstractmethod
    def arguments(self, request: Request) -> dict[str, Any]:
        """What a request asks for in this API's words, without how the reply is to travel: streamed, or in a batch."""

    @abstractmethod
    def _ask(self, client: Client, request: Request) -> EventStream:
        """Send the request; returns when the headers of the answer are there."""

    @abstractmethod
    def _hear(self) -> Heard:
        """An empty reply, to be filled from events."""

    def reply(self, request: Request) -> Iterator[Piece]:
        """One attempt, streamed; raises ProviderConfigError or ProviderUnavailable, also after some of the text."""
        if problems := unhonoured_request(self.name, request):
            raise ProviderConfigError(problems[0])
        ends_at = self._clock.monotonic() + request.deadline_s
        heard, n_shown = self._hear(), 0
        events, is_over = Events(), False
        alarm, request_id = Alarm(request.deadline_s), ""
        limits: Limits | None = None
        failure: ProviderError | None = None
        try:
            with alarm:
                with alarm.attending():
                    stream = self._ask(self._client(), request)
                with contextlib.closing(stream):
                    content_type = stream.response.headers.get("content-type", "")
                    if "event-stream" not in content_type:
                        raise not_a_stream(content_type, self.service, request.model)
                    request_id = stream.response.headers.get(self.request_id_header, "")
                    limits = limits_in(stream.response.headers.raw, self._clock.monotonic())
                    for arrived in stream.response.iter_bytes():
                        if is_over:
                            continue
                        for event in events.completed_by(arrived):
                            heard.take(event)
                        if new := heard.texts[n_shown:]:
                            n_shown += len(new)
                            yield Text("".join(new))
                        if is_over := events.is_over:
                            # A connection that was read to its end is used again; hanging up costs the next request a
                            # new one. Nearly always the end is here already.
                            alarm.soon(_LAST_BYTES_S)
                            continue
                        if self._clock.monotonic() >= ends_at:
                            raise too_late(self.service, request.model, request.deadline_s)
        except Exception as error:
            if not is_over:
                failure = classify(error, self.service, request.model, self._clock.now())
            request_id = request_id or getattr(error, "request_id", None) or ""
        if new := heard.texts[n_shown:]:  # it came before what broke, and together with that
            yield Text("".join(new))
        # A socket that was hung up breaks in whatever way, and may look like the good end of a stream.
        if alarm.has_rung and not is_over:
            failure = too_late(self.service, request.model, request.deadline_s)
        # Once the service has said why it ended, nothing of the reply is missing, whatever breaks after that.
        if failure is not None and not heard.finish_reason:
            # Out here and not where it was caught: the SDK's error holds the request and its headers, and nothing of
            # it may be carried along.
            failure.request_id = request_id
            raise failure
        if not heard.texts and not heard.finish_reason:
            raise broke_off(self.service, request.model)
        reply = heard.reply(request_id)
        yield replace(reply, limits=limits) if limits else reply

    def read(self, events: Iterable[Any], request_id: str) -> Reply:
        """The reply that these events make, wherever they came from; raises whatever a wrong shape leads to."""
        heard = self._hear()
        for event in events:
            heard.take(event)
        return heard.reply(request_id)

    def prepare(self) -> None:
        """Import the SDK and make the client, so that nobody waits for it later; nothing is asked over the network.

        What stands in the way, a missing key for example, comes again at the first reply, and is said there.
        """
        with contextlib.suppress(Exception):
            attrgetter(self.resource)(self._client())

    def _client(self) -> Client:
        with self._lock:
            if self._made is None:
                self._made = self._make()
                # Connections are kept for the next request, and nobody else knows when there will be none.
                weakref.finalize(self, self._made.close)
            return self._made


def timeout(seconds: float) -> "httpx2.Timeout":
    """Bounds until the headers are there. A server that reads a long passage is silent for as long as it needs."""
    import httpx2

    left = max(seconds, 0.001)
    return httpx2.Timeout(left, connect=min(_CONNECT_S, left))
