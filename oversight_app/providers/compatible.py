"""Any server that speaks OpenAI's Chat Completions: llama.cpp, vLLM, Ollama, LM Studio, and many services.

Each reply is one streamed request, also when only a letter is wanted, so there is one way in which things go wrong.
`max_tokens` is sent and not `max_completion_tokens`, which llama-cpp-python ignores (it then writes until its context
is full). Nothing else that is one server's own is sent.

The deadline bounds the whole reply. The SDK's timeouts are per read, so a server that sends one byte a second is never
late for them; an alarm therefore hangs up the socket when the time is over, whatever the reading thread waits for.
"""

import contextlib
import math
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from oversight_app.clock import Clock
from oversight_app.errors import ProviderError
from oversight_app.providers.base import Piece, Reply, Request, Text, Usage
from oversight_app.providers.classify import broke_off, classify, not_a_stream, too_late
from oversight_app.study.questions import LETTERS

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI, Stream

NO_KEY = "none"
"""What is sent to servers that need no key; the SDK refuses an empty one."""
_CONNECT_S = 5.0
_TOP_LOG_PROBABILITIES = 20
"""The most that OpenAI and vLLM allow: the letters are not always among the first few."""


class CompatibleProvider:
    """One server. Replies may run on any number of threads at once."""

    name = "compatible"

    def __init__(self, base_url: str, clock: Clock, *, key: str = "", is_local: bool = False) -> None:
        """`is_local`: ask the server directly, whatever proxy the machine is set to use."""
        self._base_url = base_url
        self._clock = clock
        self._key = key or NO_KEY
        self._is_local = is_local
        self._lock = threading.Lock()
        self._made: OpenAI | None = None

    def reply(self, request: Request) -> Iterator[Piece]:
        """One attempt, streamed; raises ProviderConfigError or ProviderUnavailable, also after some of the text."""
        ends_at = self._clock.monotonic() + request.deadline_s
        heard = _Heard()
        alarm: _Alarm | None = None
        try:
            stream = self._ask(request)
            with (
                contextlib.closing(stream),
                _Alarm(stream.response, ends_at - self._clock.monotonic()) as alarm,
            ):
                content_type = stream.response.headers.get("content-type", "")
                if "event-stream" not in content_type:
                    raise not_a_stream(content_type, request.model, self._base_url)
                for chunk in stream:
                    text = heard.take(chunk)
                    if text:
                        yield Text(text)
                    if self._clock.monotonic() >= ends_at:
                        raise too_late(request.model, self._base_url, request.deadline_s)
            request_id = stream.response.headers.get("x-request-id", "")
        except Exception as error:
            if alarm is not None and alarm.has_rung:
                raise too_late(request.model, self._base_url, request.deadline_s) from None
            # The SDK's error holds the request and its headers, so nothing of it may be carried along.
            raise self._classified(error, request) from None
        # A socket that was hung up looks like the good end of a stream that was sent without a length.
        if alarm.has_rung and not heard.finish_reason:
            raise too_late(request.model, self._base_url, request.deadline_s)
        if not heard.text and not heard.finish_reason:
            raise broke_off(request.model, self._base_url)
        yield heard.reply(request_id)

    def _ask(self, request: Request) -> "Stream[Any]":
        messages = [{"role": "system", "content": request.system}] if request.system else []
        messages += [{"role": turn.role, "content": turn.text} for turn in request.turns]
        arguments: dict[str, Any] = {
            "model": request.model,
            "messages": messages,
            "max_tokens": request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            "timeout": _timeout(request.deadline_s),
        }
        if request.temperature is not None:
            arguments["temperature"] = request.temperature
        if request.letters:
            arguments |= {"max_tokens": 1, "logprobs": True, "top_logprobs": _TOP_LOG_PROBABILITIES}
        stream: Stream[Any] = self._client().chat.completions.create(**arguments)
        return stream

    def _client(self) -> "OpenAI":
        with self._lock:
            if self._made is None:
                import openai

                self._made = openai.OpenAI(
                    api_key=self._key,
                    base_url=self._base_url,
                    max_retries=0,
                    http_client=openai.DefaultHttpx2Client(trust_env=not self._is_local),
                )
            return self._made

    def _classified(self, error: Exception, request: Request) -> ProviderError:
        return classify(
            error, model=request.model, where=self._base_url, now=self._clock.now(), key=self._key
        )


@dataclass(slots=True)
class _Heard:
    """What has come of a reply so far. Servers differ in what they leave out; nothing is taken for granted."""

    text: str = ""
    finish_reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    log_probabilities: dict[str, float] | None = None

    def take(self, chunk: Any) -> str:
        """Note one chunk; the text it brings."""
        self.model = chunk.model or self.model
        if chunk.usage:
            details = getattr(chunk.usage, "prompt_tokens_details", None)
            self.usage = Usage(
                chunk.usage.prompt_tokens,
                getattr(details, "cached_tokens", None),
                chunk.usage.completion_tokens,
            )
        if not chunk.choices:  # the chunk with the usage has none
            return ""
        choice = chunk.choices[0]
        self.finish_reason = choice.finish_reason or self.finish_reason
        content = getattr(choice.logprobs, "content", None)
        if content and self.log_probabilities is None:
            self.log_probabilities = letter_log_probabilities(content[0].top_logprobs)
        text = (choice.delta.content if choice.delta else None) or ""
        self.text += text
        return text

    def reply(self, request_id: str) -> Reply:
        """The end of the reply."""
        return Reply(
            self.text, self.finish_reason, self.usage, request_id, self.model, self.log_probabilities or None
        )


def letter_log_probabilities(top: Any) -> dict[str, float]:
    """The letters A-D among the likeliest first tokens, with their natural log-probabilities.

    Variants of one letter ("A", " A") are different tokens for the same answer, so their probabilities are added.
    """
    found: dict[str, list[float]] = {}
    for entry in top or ():
        letter, value = (entry.token or "").strip(), entry.logprob
        if letter in LETTERS and len(letter) == 1 and value is not None and math.isfinite(value):
            found.setdefault(letter, []).append(value)
    return {letter: _log_sum(found[letter]) for letter in LETTERS if letter in found}


def _log_sum(values: list[float]) -> float:
    most = max(values)
    return most + math.log(sum(math.exp(value - most) for value in values))


def _timeout(seconds: float) -> "httpx2.Timeout":
    """Bounds until the headers are there. A server that reads a long passage is silent for as long as it needs."""
    import httpx2

    left = max(seconds, 0.001)
    return httpx2.Timeout(left, connect=min(_CONNECT_S, left))


class _Alarm:
    """Hangs up when the time is over, so that a thread that is reading wakes up. Used as a context manager."""

    def __init__(self, response: "httpx2.Response", seconds: float) -> None:
        self.has_rung = False
        self._response = response
        self._timer = threading.Timer(max(0.0, seconds), self._ring)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _ring(self) -> None:
        self.has_rung = True
        stream = self._response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream is not None else None
        # Closing would not wake the reader. The plain socket's method also leaves a TLS object alone that it is using.
        with contextlib.suppress(OSError):
            if connection is not None:
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
