"""A loopback server with the batch services of OpenAI and of Anthropic, in the shapes that they document.

It keeps every request that it was asked for, so that a test can count what was paid for. A batch goes through the
states of `course`, one at each look, and then stays in the last. `outcome` says what becomes of each request; `breaks`
are connections that the server drops, each once: before it does what it was asked, after it, or in the middle of what
it sends.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from oversight_app.clock import Clock
from oversight_app.providers.anthropic_batch import AnthropicBatches
from oversight_app.providers.batches import Batches
from oversight_app.providers.openai_batch import OpenAIBatches
from tests.providers.attempts import KEY, provider_of

LOG_PROBABILITIES = [("B", -0.1), ("A", -3.0), ("C", -3.5), ("D", -4.0)]
COUNTED = {"input_tokens": 1000, "output_tokens": 10}


@dataclass(frozen=True)
class Became:
    """What a request came to: a reply with these words, or one of the other ends."""

    end: Literal["reply", "errored", "expired", "cancelled", "missing", "broken_line", "no_shape"] = "reply"
    text: str = "B"
    message: str = "the prompt is not allowed"


@dataclass
class Break:
    """A dropped connection: which request ("POST /v1/batches"), and when."""

    request: str
    when: Literal["before", "after", "middle"]


@dataclass
class Kept:
    """A batch as the server keeps it."""

    batch_id: str
    requests: dict[str, dict[str, Any]]
    created_at: datetime
    metadata: dict[str, str] = field(default_factory=dict)
    n_looks: int = 0
    status: str = ""


@dataclass
class BatchServer:
    """What the server does, and what it was asked."""

    api: str
    clock: Clock
    url: str = ""
    course: list[str] = field(default_factory=list)
    outcome: Callable[[str, dict[str, Any]], Became] = lambda custom_id, body: Became()
    errors: list[dict[str, Any]] = field(default_factory=list)
    """What a batch that fails as a whole says of its lines."""
    breaks: list[Break] = field(default_factory=list)
    refuses: int = 0
    """A status with which every request is refused; 0 for none."""
    keeps_results: bool = True
    asked: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def n_asked(self, pattern: str) -> int:
        """How many requests there were of this kind."""
        return sum(re.fullmatch(pattern, request) is not None for request in self.asked)

    @property
    def paid(self) -> list[dict[str, Any]]:
        """The body of every request in every batch: what somebody pays for."""
        return [body for batch in self.kept.values() for body in batch.requests.values()]

    def batches(self, model: str = "m") -> Batches:
        """The real adapter, speaking to this server."""
        if self.api == "anthropic":
            provider = provider_of(self.api, self.url)
            return AnthropicBatches(provider, model, self.clock)  # type: ignore[arg-type]
        return OpenAIBatches(provider_of(self.api, f"{self.url}/v1"), model, self.clock)  # type: ignore[arg-type]

    def add(self, requests: dict[str, dict[str, Any]], metadata: dict[str, str] | None = None) -> Kept:
        """A new batch."""
        batch_id = f"batch_{len(self.kept) + 1}"
        kept = Kept(batch_id, requests, self.clock.now(), metadata or {}, status=self.course[0])
        self.kept[batch_id] = kept
        return kept


COURSES = {
    "openai": ["validating", "in_progress", "finalizing", "completed"],
    "openai_chat": ["validating", "in_progress", "finalizing", "completed"],
    "anthropic": ["in_progress", "in_progress", "ended"],
}


@contextmanager
def batch_server(api: str, clock: Clock, **settings: Any) -> Iterator[BatchServer]:
    """Serve until the block ends."""
    server = BatchServer(api, clock, **({"course": list(COURSES[api])} | settings))

    class Handler(_Handler):
        state = server

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    state: BatchServer

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path, _, query = self.path.partition("?")
        request = f"{self.command} {path}"
        assert self.headers["authorization"] == f"Bearer {KEY}"
        with self.state.lock:
            self.state.asked.append(request)
            broken = next((b for b in self.state.breaks if re.fullmatch(b.request, request)), None)
            if broken is not None:
                self.state.breaks.remove(broken)
            if broken is not None and broken.when == "before":
                return self._drop()
            if self.state.refuses:
                error = {"type": "error", "error": {"type": "authentication_error", "message": "no"}}
                return self._send(json.dumps(error).encode(), self.state.refuses)
            status, said = self._answer(path, query, body)
        if broken is not None and broken.when == "after":
            return self._drop()
        self._send(said, status, cut=broken is not None)
        return None

    def _drop(self) -> None:
        self.close_connection = True

    def _send(self, said: bytes, status: int = 200, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said[: len(said) // 2] if cut else said)
        self.close_connection = True

    def _answer(self, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        if self.state.api == "anthropic":
            return _anthropic(self.state, self.command, path, query, body)
        return _openai(self.state, self.command, path, query, body)


def _json(value: Any, status: int = 200) -> tuple[int, bytes]:
    return status, json.dumps(value).encode()


def _not_found() -> tuple[int, bytes]:
    return _json({"error": {"message": "No such thing", "type": "invalid_request_error", "code": None}}, 404)


def _look(server: BatchServer, batch_id: str) -> Kept | None:
    """The batch, one step further on its course."""
    batch = server.kept.get(batch_id)
    if batch is not None:
        batch.status = server.course[min(batch.n_looks, len(server.course) - 1)]
        batch.n_looks += 1
    return batch


# -- OpenAI --------------------------------------------------------------------------------------------


def _openai(server: BatchServer, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
    if (method, path) == ("POST", "/v1/files"):
        parts = body.split(b"\r\n\r\n")
        lines = next(part for part in parts if part.startswith(b'{"custom_id"'))
        file_id = f"file_{len(server.files) + 1}"
        server.files[file_id] = lines.rsplit(b"\r\n--", 1)[0]
        return _json({"id": file_id, "object": "file", "bytes": len(lines), "created_at": 1, "filename": "f",
                      "purpose": "batch", "status": "processed"})  # fmt: skip
    if (method, path) == ("POST", "/v1/batches"):
        order = json.loads(body)
        assert order["completion_window"] == "24h"
        requests = {}
        for line in server.files[order["input_file_id"]].decode().splitlines():
            entry = json.loads(line)
            assert (entry["method"], entry["url"]) == ("POST", order["endpoint"])
            requests[entry["custom_id"]] = entry["body"]
        return _json(_openai_batch(server, server.add(requests, order["metadata"])))
    if (method, path) == ("GET", "/v1/batches"):
        latest_first = list(reversed(server.kept.values()))
        after = re.search(r"after=(\w+)", query)
        begin = [b.batch_id for b in latest_first].index(after[1]) + 1 if after else 0
        page = latest_first[begin : begin + 2]
        data = [_openai_batch(server, batch) for batch in page]
        return _json({"object": "list", "data": data, "has_more": begin + 2 < len(latest_first)})
    if match := re.fullmatch(r"/v1/batches/(\w+)", path):
        batch = _look(server, match[1])
        return _json(_openai_batch(server, batch)) if batch else _not_found()
    if match := re.fullmatch(r"/v1/files/(out|err)_(\w+)/content", path):
        if not server.keeps_results:
            return _not_found()
        return 200, _openai_file(server, server.kept[match[2]], match[1])
    return _not_found()


def _openai_batch(server: BatchServer, batch: Kept) -> dict[str, Any]:
    ends = [server.outcome(*item).end for item in batch.requests.items()]
    is_over = batch.status in ("completed", "expired", "cancelled")
    n_good = sum(end in ("reply", "no_shape", "broken_line") for end in ends)
    n_bad = sum(end in ("errored", "expired", "cancelled") for end in ends)
    failed = {"object": "list", "data": server.errors} if batch.status == "failed" else None
    return {
        "id": batch.batch_id,
        "object": "batch",
        "endpoint": "/v1/responses",
        "completion_window": "24h",
        "input_file_id": "file_1",
        "created_at": int(batch.created_at.timestamp()),
        "metadata": batch.metadata,
        "status": batch.status,
        "errors": failed,
        "output_file_id": f"out_{batch.batch_id}" if is_over and n_good else None,
        "error_file_id": f"err_{batch.batch_id}" if is_over and n_bad else None,
        "request_counts": {
            "total": len(ends),
            "completed": n_good if is_over else 0,
            "failed": n_bad if is_over else 0,
        },
    }


def _openai_file(server: BatchServer, batch: Kept, which: str) -> bytes:
    lines = []
    for custom_id, body in reversed(batch.requests.items()):
        became = server.outcome(custom_id, body)
        is_good = became.end in ("reply", "no_shape", "broken_line")
        if became.end == "missing" or is_good != (which == "out"):
            continue
        line: dict[str, Any] = {"id": f"batch_req_{custom_id}", "custom_id": custom_id, "error": None}
        match became.end:
            case "expired" | "cancelled":
                line["response"] = None
                line["error"] = {
                    "code": f"batch_{became.end}",
                    "message": "It could not be executed in time.",
                }
            case "errored":
                error = {"message": became.message, "type": "invalid_request_error", "code": "invalid_prompt"}
                line["response"] = {"status_code": 400, "request_id": "req-400", "body": {"error": error}}
            case "no_shape":
                line["response"] = {"status_code": 200, "request_id": "req-200", "body": "a text"}
            case _:
                made = _response if server.api == "openai" else _completion
                line["response"] = {
                    "status_code": 200,
                    "request_id": "req-200",
                    "body": made(became.text, body),
                }
        said = json.dumps(line)
        lines.append(said[: len(said) // 2] if became.end == "broken_line" else said)
    return "\n".join(lines).encode() + b"\n"


def _top() -> list[dict[str, Any]]:
    return [
        {"token": letter, "logprob": value, "bytes": [ord(letter)]} for letter, value in LOG_PROBABILITIES
    ]


def _response(text: str, body: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    if "top_logprobs" in body:
        said["logprobs"] = [{"token": text, "logprob": -0.1, "bytes": [66], "top_logprobs": _top()}]
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": f"{body['model']}-2026",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [said]},
        ],
        "usage": {
            **COUNTED,
            "total_tokens": 1010,
            "input_tokens_details": {"cached_tokens": 400, "cache_write_tokens": 100},
            "output_tokens_details": {"reasoning_tokens": 8},
        },
    }


def _completion(text: str, body: dict[str, Any]) -> dict[str, Any]:
    first = {"token": text, "logprob": -0.1, "bytes": [66], "top_logprobs": _top()}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": f"{body['model']}-2026",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "logprobs": {"content": [first], "refusal": None} if body.get("logprobs") else None,
                "finish_reason": "length",
            }
        ],
        "usage": {
            "prompt_tokens": 1000,
            "completion_tokens": 10,
            "total_tokens": 1010,
            "prompt_tokens_details": {"cached_tokens": 400, "cache_write_tokens": 100},
            "completion_tokens_details": {"reasoning_tokens": 8},
        },
    }


# -- Anthropic -----------------------------------------------------------------------------------------


def _anthropic(server: BatchServer, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
    if (method, path) == ("POST", "/v1/messages/batches"):
        requests = {entry["custom_id"]: entry["params"] for entry in json.loads(body)["requests"]}
        for custom_id in requests:
            assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", custom_id)
        return _json(_anthropic_batch(server, server.add(requests)))
    if (method, path) == ("GET", "/v1/messages/batches"):
        for batch_id in server.kept:
            _look(server, batch_id)
        data = [_anthropic_batch(server, batch) for batch in reversed(server.kept.values())]
        return _json({"data": data, "has_more": False, "first_id": None, "last_id": None})
    if match := re.fullmatch(r"/v1/messages/batches/(\w+)", path):
        batch = _look(server, match[1])
        return _json(_anthropic_batch(server, batch)) if batch else _not_found()
    if match := re.fullmatch(r"/v1/messages/batches/(\w+)/results", path):
        return 200, _anthropic_results(server, server.kept[match[1]])
    return _not_found()


def _anthropic_batch(server: BatchServer, batch: Kept) -> dict[str, Any]:
    is_over = batch.status == "ended"
    counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
    names = {"reply": "succeeded", "no_shape": "succeeded", "broken_line": "succeeded", "errored": "errored"}
    names |= {"expired": "expired", "cancelled": "canceled", "missing": "errored"}
    for item in batch.requests.items():
        counts[names[server.outcome(*item).end] if is_over else "processing"] += 1
    results = f"{server.url}/v1/messages/batches/{batch.batch_id}/results"
    return {
        "id": batch.batch_id,
        "type": "message_batch",
        "processing_status": batch.status,
        "request_counts": counts,
        "created_at": batch.created_at.isoformat(),
        "expires_at": (batch.created_at + timedelta(hours=24)).isoformat(),
        "ended_at": server.clock.now().isoformat() if is_over else None,
        "archived_at": None,
        "cancel_initiated_at": None,
        "results_url": results if is_over and server.keeps_results else None,
    }


def _anthropic_results(server: BatchServer, batch: Kept) -> bytes:
    lines = []
    for custom_id, body in reversed(batch.requests.items()):
        became = server.outcome(custom_id, body)
        result: dict[str, Any]
        match became.end:
            case "missing":
                continue
            case "expired":
                result = {"type": "expired"}
            case "cancelled":
                result = {"type": "canceled"}
            case "errored":
                error = {"type": "invalid_request_error", "message": became.message}
                result = {
                    "type": "errored",
                    "error": {"type": "error", "error": error, "request_id": "req-400"},
                }
            case "no_shape":
                result = {"type": "succeeded", "message": "a text"}
            case _:
                result = {"type": "succeeded", "message": _message(became.text, body)}
        said = json.dumps({"custom_id": custom_id, "result": result})
        lines.append(said[: len(said) // 2] if became.end == "broken_line" else said)
    return "\n".join(lines).encode() + b"\n"


def _message(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_200",
        "type": "message",
        "role": "assistant",
        "model": f"{body['model']}-2026",
        "content": [
            {"type": "thinking", "thinking": "", "signature": "s"},
            {"type": "text", "text": text},
        ],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 500,
            "cache_read_input_tokens": 400,
            "cache_creation_input_tokens": 100,
            "output_tokens": 10,
            "output_tokens_details": {"thinking_tokens": 8},
        },
    }
