"""OpenAI's batches, for its Responses API and its Chat Completions.

A batch is a file of requests, one JSON object a line, and an order to work through it. What comes of it stands in two
files: replies in one; in the other requests that were refused, and those whose turn did not come. The order bears our
key, so a batch whose id was lost is found again by that.

OpenAI keeps the files for thirty days unless somebody deletes them; `store: false` of the requests says nothing of it.
"""

import json
from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from oversight_app.clock import Clock
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
from oversight_app.providers.chat_completions import ChatCompletionsProvider
from oversight_app.providers.openai_client import openai_client
from oversight_app.providers.openai_service import OpenAIProvider
from oversight_app.providers.streamed import timeout
from oversight_app.providers.whole import parts_of, read_whole

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types import Batch

KEY_NAME = "oversight"
"""Under which the key stands in the metadata of a batch."""
_STATES = {
    "completed": BatchState.ENDED,
    "failed": BatchState.FAILED,
    "expired": BatchState.EXPIRED,
    "cancelled": BatchState.CANCELLED,
}
"""The others are validating, in_progress, finalizing and cancelling."""
_NEVER_TRIED = ("batch_expired", "batch_cancelled")
_MOST_ERRORS = 3


class OpenAIBatches(Speaking):
    """The batches of one model."""

    limits = Limits(n_requests=50_000, n_bytes=200_000_000)

    def __init__(self, provider: OpenAIProvider | ChatCompletionsProvider, model: str, clock: Clock) -> None:
        """Nothing is imported or asked yet."""
        super().__init__(provider.service, model, clock)
        self._provider = provider
        self._endpoint: Literal["/v1/responses", "/v1/chat/completions"] = (
            "/v1/responses" if isinstance(provider, OpenAIProvider) else "/v1/chat/completions"
        )
        self._made: OpenAI | None = None

    def size(self, custom_id: str, request: Request) -> int:
        """The bytes of its line."""
        return len(self._line(custom_id, request))

    def pack(self, key: str, requests: Mapping[str, Request]) -> Parcel:
        """Upload the file."""
        lines = b"".join(self._line(custom_id, request) for custom_id, request in requests.items())
        file_id = self.called(
            lambda: (
                self._client.files.create(
                    file=(f"{KEY_NAME}-{key}.jsonl", lines, "application/jsonl"),
                    purpose="batch",
                    timeout=timeout(SEND_LIMIT_S),
                ).id
            ),
            SEND_LIMIT_S,
        )
        return Parcel(key, requests, file_id)

    def send(self, parcel: Parcel) -> str:
        """Order the file to be worked through."""
        return self.called(
            lambda: (
                self._client.batches.create(
                    input_file_id=parcel.file_id,
                    endpoint=self._endpoint,
                    completion_window="24h",
                    metadata={KEY_NAME: parcel.key},
                    timeout=timeout(SEND_LIMIT_S),
                ).id
            ),
            SEND_LIMIT_S,
        )

    def find(self, key: str, n_requests: int, since: datetime, known: Container[str]) -> Sighting:
        """By the key in its metadata; the list begins with the latest."""

        def search() -> Sighting:
            for batch in self._client.batches.list(limit=100, timeout=timeout(LOOK_LIMIT_S)):
                if batch.created_at < (since - CLOCKS_DIFFER_BY).timestamp():
                    break
                if (batch.metadata or {}).get(KEY_NAME) == key:
                    return Sighting(batch.id)
            return Sighting()

        return self.called(search, LOOK_LIMIT_S)

    def look(self, batch_id: str) -> Look:
        """How far it is."""
        batch = self._batch(batch_id)
        counts = batch.request_counts
        n_replies, n_refused = (counts.completed, counts.failed) if counts else (0, 0)
        return Look(
            _STATES.get(batch.status, BatchState.UNDER_WAY),
            batch.status.replace("_", " "),
            n_replies + n_refused,
            counts.total if counts else 0,
            n_replies,
            _errors_of(batch),
        )

    def results(self, batch_id: str) -> Iterator[tuple[str, Reply | Failure]]:
        """The lines of both files."""
        batch = self._batch(batch_id)
        for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
            for line in self._lines(file_id, batch_id):
                try:
                    entry = parts_of(line)
                    custom_id = str(entry["custom_id"])
                except (ValueError, TypeError, KeyError):
                    continue  # one broken line takes nothing from the others
                yield custom_id, self._outcome(entry)

    @property
    def _client(self) -> "OpenAI":
        if self._made is None:
            self._made = openai_client(self._service)
        return self._made

    def _line(self, custom_id: str, request: Request) -> bytes:
        line = {
            "custom_id": custom_id,
            "method": "POST",
            "url": self._endpoint,
            "body": self._provider.arguments(request),
        }
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"

    def _batch(self, batch_id: str) -> "Batch":

        def retrieve() -> "Batch":
            batch = self._client.batches.retrieve(batch_id, timeout=timeout(LOOK_LIMIT_S))
            if not isinstance(getattr(batch, "status", None), str):
                raise TypeError("no batch")
            return batch

        return self.called(retrieve, LOOK_LIMIT_S, unknown=self.unknown(batch_id))

    def _lines(self, file_id: str, batch_id: str) -> Iterator[str]:
        gone = ResultsGone(
            f"{self.where} keeps the results of the batch {batch_id} no longer; it does so for thirty days, and not "
            "where somebody deletes the file. Its questions are open again."
        )

        def download() -> Iterator[str]:
            files = self._client.files.with_streaming_response
            with files.content(file_id, timeout=timeout(LOOK_LIMIT_S)) as file:
                yield from file.iter_lines()

        return self.relayed(download, unknown=gone)

    def _outcome(self, entry: Any) -> Reply | Failure:
        response, error = entry.response, entry.error
        request_id = (response.request_id if response else "") or ""
        try:
            if error:
                if error.code in _NEVER_TRIED:
                    return Failure(error.message or error.code, was_asked=False)
                return self.told(error.code, error.message, request_id)
            if response.status_code != 200:
                said = response.body.error
                return self.told(said.code or said.type, said.message, request_id)
            return readable(read_whole(self._provider, response.body, request_id))
        except Exception as wrong:
            return self.failed(wrong, request_id)


def _errors_of(batch: "Batch") -> str:
    """What is wrong with the file: "line 3: ... (invalid_json_line)"; as many as one reads."""
    errors = (batch.errors.data if batch.errors else None) or []
    said = [
        (f"line {error.line}: " if error.line is not None else "")
        + (error.message or "no reason given").rstrip(".")
        + (f" ({error.code})" if error.code else "")
        for error in errors[:_MOST_ERRORS]
    ]
    more = len(errors) - len(said)
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")
