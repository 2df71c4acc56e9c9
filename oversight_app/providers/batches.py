"""The seam to the batch services: many requests handed in at once, done within a day, for half the price.

What a request asks is made by the same code as for a single reply, and each reply is read by the same code. A batch
goes through these hands:

    pack    what costs nothing yet: the requests in the service's own form, uploaded where it wants a file
    send    from here on it costs; returns the service's name for the batch
    find    the batch of a key, where the answer to `send` was lost
    look    how far it is
    results every reply or failure, by custom id, in no order

Limits and the price are those that the services document
(https://developers.openai.com/api/docs/guides/batch, as others cite it, and
https://platform.claude.com/docs/en/build-with-claude/batch-processing); no real batch was ever sent by the tests.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from oversight_app.clock import Clock
from oversight_app.errors import ProviderConfigError, ProviderError
from oversight_app.providers.alarm import Alarm
from oversight_app.providers.base import Reply, Request
from oversight_app.providers.classify import ErrorEvent, classify, too_late
from oversight_app.providers.service import Service

PRICE_SHARE = 0.5
"""What a token of a batch costs, as a share of what it costs otherwise: the same at both services, for all kinds."""

SEND_LIMIT_S = 600.0
"""For one `send`. Whoever lost the answer may be sure after this time that no batch is still on its way."""
LOOK_LIMIT_S = 60.0
CLOCKS_DIFFER_BY = timedelta(hours=1)
"""At most, the service's clock and the one here; `find` looks back so much further."""


class BatchState(StrEnum):
    """What a batch has come to. All but the first two may hold replies."""

    UNDER_WAY = "under_way"
    FAILED = "failed"
    """Refused as a whole: none of its requests was tried."""
    ENDED = "ended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Look:
    """How far a batch is; `says` is the service's own word. `n_replies` are known for sure once it has ended."""

    state: BatchState
    says: str
    n_done: int
    n_requests: int
    n_replies: int = 0
    message: str = ""
    """What the service says of a batch that it refused, line by line."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that brought no reply. Without `was_asked` its turn never came: the batch was over before."""

    error: str
    was_asked: bool
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What `send` sends; `file_id` names the upload of a service that wants one."""

    key: str
    requests: Mapping[str, Request]
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What `find` saw: the batch, or those that may be it and do not say so before they have ended."""

    batch_id: str = ""
    may_be: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one batch holds."""

    n_requests: int
    n_bytes: int


class ResultsGone(ProviderConfigError):
    """The batch was done, and its service keeps the results no longer."""


class Batches(Protocol):
    """The batches of one model at one service. Every verb raises ProviderError, as `classify` has it."""

    name: str
    model: str
    where: str
    limits: Limits

    def size(self, custom_id: str, request: Request) -> int:
        """How many bytes of a batch this request takes."""
        ...

    def pack(self, key: str, requests: Mapping[str, Request]) -> Parcel:
        """Make ready what is sent, by custom id; `key` is the caller's own name for the batch."""
        ...

    def send(self, parcel: Parcel) -> str:
        """Begin the batch; the service's name for it."""
        ...

    def find(self, key: str, n_requests: int, since: datetime, known: Container[str]) -> Sighting:
        """Look for a batch that was sent under this key after `since`; `known` ones are others."""
        ...

    def look(self, batch_id: str) -> Look:
        """How far it is."""
        ...

    def results(self, batch_id: str) -> Iterator[tuple[str, Reply | Failure]]:
        """What became of each request, by custom id, as it arrives; raises ResultsGone where nothing is left."""
        ...


_T = TypeVar("_T")


class Speaking:
    """What both services have in common: their errors, in the words of the one error policy."""

    def __init__(self, service: Service, model: str, clock: Clock) -> None:
        """For one model."""
        self.name, self.where, self.model = service.provider, service.where, model
        self._service, self._clock = service, clock

    def called(self, call: Callable[[], _T], limit_s: float, *, unknown: ProviderError | None = None) -> _T:
        """What a call to the SDK returns within `limit_s`; what it raises becomes a ProviderError.

        `unknown` is raised where the service does not know what the call is about.
        """
        alarm = Alarm(limit_s)
        try:
            with alarm, alarm.attending():
                return call()
        except Exception as error:
            failure = self._classified(error, unknown)
        # Out here: the SDK's error holds the request with its headers, and nothing of it may be carried along.
        raise too_late(self._service, self.model, limit_s) if alarm.has_rung else failure

    def relayed(
        self, lines: Callable[[], Iterator[str]], *, unknown: ProviderError | None = None
    ) -> Iterator[str]:
        """The lines that a service sends, as long as they come; errors as above."""
        try:
            yield from filter(None, lines())
            return
        except Exception as error:
            failure = self._classified(error, unknown)
        raise failure

    def failed(self, error: Exception, request_id: str = "") -> Failure:
        """A request that the service tried and could not answer."""
        return Failure(str(self._classified(error)), was_asked=True, request_id=request_id)

    def told(self, code: object, message: object, request_id: str = "") -> Failure:
        """The same, where the service says why."""
        said = [value if isinstance(value, str) else "" for value in (code, message)]
        return self.failed(ErrorEvent(said[0], said[1]), request_id)

    def _classified(self, error: Exception, unknown: ProviderError | None = None) -> ProviderError:
        if unknown is not None and getattr(error, "status_code", 0) == 404:
            return unknown
        return classify(error, self._service, self.model, self._clock.now())

    def unknown(self, batch_id: str) -> ProviderError:
        """A batch that the service does not know."""
        return ProviderConfigError(
            f"The batch {batch_id} is not known at {self.where} with this key. It belongs to the account and project "
            f"that it was sent from: set {self._service.key_variable} to a key of that one. If the batch was deleted "
            f"there, `--batch --forget {batch_id}` gives its questions free."
        )


def readable(reply: Reply) -> Reply:
    """A reply that a database takes: some services send halves of surrogate pairs."""
    return replace(reply, text=reply.text.encode("utf-8", "replace").decode())
