"""Anthropic's message batches.

A batch is one request that holds all others. It bears no word of ours but the custom ids of its requests, and those can
be read only when it has ended. A batch whose id was lost is therefore looked for among those of that hour with as many
requests: one that has ended says by its first custom id whether it is ours, one that is under way has to be waited for.
"""

import json
from collections.abc import Container, Generator, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from oversight_app.clock import Clock
from oversight_app.providers.anthropic_service import AnthropicProvider, anthropic_client
from oversight_app.providers.base import Reply, Request
from oversight_app.providers.batches import (
    CLOCKS_DIFFER_BY,
    LOOK_LIMIT_S,
    SEND_LIMIT_S,
    BatchState,
    Failure,
    Limits,
    Look,
    Parcel,
    ResultsGone,
    Sighting,
    Speaking,
    readable,
)
from oversight_app.providers.streamed import timeout
from oversight_app.providers.whole import parts_of, read_whole

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types.messages import MessageBatch
    from anthropic.types.messages.batch_create_params import Request as BatchRequest

_AROUND = 100
"""Bytes of what stands around the requests, and around each."""


class AnthropicBatches(Speaking):
    """The batches of one model."""

    limits = Limits(n_requests=100_000, n_bytes=256_000_000 - _AROUND)

    def __init__(self, provider: AnthropicProvider, model: str, clock: Clock) -> None:
        """Nothing is imported or asked yet."""
        super().__init__(provider.service, model, clock)
        self._provider = provider
        self._made: Anthropic | None = None

    def size(self, custom_id: str, request: Request) -> int:
        """The bytes of its entry."""
        return len(json.dumps(self._entry(custom_id, request)).encode()) + 1

    def pack(self, key: str, requests: Mapping[str, Request]) -> Parcel:
        """Nothing is uploaded beforehand."""
        return Parcel(key, requests)

    def send(self, parcel: Parcel) -> str:
        """All in one request."""
        entries = [self._entry(custom_id, request) for custom_id, request in parcel.requests.items()]
        return self.called(
            lambda: (
                self._client.messages.batches.create(
                    requests=cast("list[BatchRequest]", entries), timeout=timeout(SEND_LIMIT_S)
                ).id
            ),
            SEND_LIMIT_S,
        )

    def find(self, key: str, n_requests: int, since: datetime, known: Container[str]) -> Sighting:
        """By number and hour, then by a custom id; the list begins with the latest."""

        def search() -> list["MessageBatch"]:
            candidates: list[MessageBatch] = []
            for batch in self._client.messages.batches.list(limit=100, timeout=timeout(LOOK_LIMIT_S)):
                if batch.created_at < since - CLOCKS_DIFFER_BY:
                    break
                if batch.id not in known and _n_requests(batch) == n_requests:
                    candidates.append(batch)
            return candidates

        may_be: list[str] = []
        for batch in self.called(search, LOOK_LIMIT_S):
            if batch.processing_status != "ended":
                may_be.append(batch.id)
            elif batch.results_url and self._first_id(batch.id).startswith(f"{key}-"):
                return Sighting(batch.id)
        return Sighting(may_be=tuple(may_be))

    def look(self, batch_id: str) -> Look:
        """How far it is. While it is under way, Anthropic counts nothing but what is not done yet."""
        batch = self._batch(batch_id)
        counts, total = batch.request_counts, _n_requests(batch)
        state = BatchState.UNDER_WAY
        if batch.processing_status == "ended":
            state = BatchState.ENDED
            if counts.expired:
                state = BatchState.EXPIRED
            elif counts.canceled:
                state = BatchState.CANCELLED
        says = batch.processing_status.replace("_", " ")
        return Look(state, says, total - counts.processing, total, counts.succeeded)

    def results(self, batch_id: str) -> Generator[tuple[str, Reply | Failure]]:
        """The lines of the one file."""
        if not self._batch(batch_id).results_url:
            raise ResultsGone(
                f"{self.where} keeps the results of the batch {batch_id} no longer; it does so for 29 days. Its "
                "questions are open again."
            )

        def download() -> Iterator[str]:
            batches = self._client.messages.batches.with_streaming_response
            with batches.results(batch_id, timeout=timeout(LOOK_LIMIT_S)) as file:
                yield from file.iter_lines()

        for line in self.relayed(download):
            try:
                entry = parts_of(line)
                custom_id = str(entry["custom_id"])
            except (ValueError, TypeError, KeyError):
                continue  # one broken line takes nothing from the others
            yield custom_id, self._outcome(entry)

    @property
    def _client(self) -> "Anthropic":
        if self._made is None:
            self._made = anthropic_client(self._service)
        return self._made

    def _entry(self, custom_id: str, request: Request) -> dict[str, Any]:
        return {"custom_id": custom_id, "params": self._provider.arguments(request)}

    def _batch(self, batch_id: str) -> "MessageBatch":

        def retrieve() -> "MessageBatch":
            batch = self._client.messages.batches.retrieve(batch_id, timeout=timeout(LOOK_LIMIT_S))
            if not isinstance(getattr(batch, "processing_status", None), str):
                raise TypeError("no batch")
            return batch

        return self.called(retrieve, LOOK_LIMIT_S, unknown=self.unknown(batch_id))

    def _first_id(self, batch_id: str) -> str:
        """The custom id of its first result."""
        with closing(self.results(batch_id)) as results:
            return next(results, ("", None))[0]

    def _outcome(self, entry: Any) -> Reply | Failure:
        try:
            match entry.result.type:
                case "succeeded":
                    message = entry.result.message
                    return readable(read_whole(self._provider, message, message.id or ""))
                case "expired" | "canceled" as why:
                    return Failure(f"The batch {why} before its turn came.", was_asked=False)
            said = entry.result.error.error or entry.result.error
            return self.told(said.type, said.message, entry.result.error.request_id or "")
        except Exception as wrong:
            return self.failed(wrong)


def _n_requests(batch: "MessageBatch") -> int:
    counts = batch.request_counts
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
