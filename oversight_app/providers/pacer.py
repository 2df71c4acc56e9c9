"""Requests of many threads to one service, at the pace that it allows, each asked until it is answered.

The rule is in `study.pace`; here are the lock, the clock and the waiting. When the service asks to wait, all threads
wait together, and that counts against nobody's attempts: only the time that a request has in all bounds it. What fails
in another way is tried again as `patience` says.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from oversight_app.clock import Clock
from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable
from oversight_app.providers.asking import Answered, attempt
from oversight_app.providers.base import Provider, Reply, Request
from oversight_app.providers.patience import FIRST_WAIT_S, LEAST_DEADLINE_S, MAX_ATTEMPTS
from oversight_app.study.pace import REQUESTS, TOKENS, Load, Pace, told

CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_TURN = 8
_SLICE_S = 0.2
"""So long at most nobody looks whether the run was stopped."""
_INSTANT_S = 1e-6


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request that got no reply. `attempts` is 0 where it was never sent: the service asks to wait for too long."""

    error: ProviderError
    asked_at: datetime
    attempts: int
    was_stopped: bool = False


class Pacer:
    """One service. `is_stopping` says that nothing more shall be sent, whoever waits."""

    def __init__(
        self,
        clock: Clock,
        *,
        rpm: int | None = None,
        tpm: int | None = None,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`rpm` requests and `tpm` tokens a minute are never exceeded; None: until the service tells its limits."""
        self._clock, self._is_stopping = clock, is_stopping
        now = clock.monotonic()
        limits = ((REQUESTS, rpm), (TOKENS, tpm))
        self._pace = Pace(told=tuple(told(kind, limit, now) for kind, limit in limits if limit is not None))
        self._lock = threading.Lock()

    def ask(self, provider: Provider, request: Request) -> Answered | Unanswered:
        """The reply, or why there is none. `request.deadline_s` is for all attempts, from the first on."""
        load = load_of(request)
        asked_at = self._clock.now()
        ends_at: float | None = None
        error: ProviderError = ProviderUnavailable("The run was stopped before this was asked.")
        attempts = n_failures = 0
        while True:
            try:
                self._take_turn(load, request.deadline_s, ends_at)
            except _NoTurn as no_turn:
                if attempts == 0 and not no_turn.is_stop:
                    error = ProviderUnavailable(f"The service asks to wait for {no_turn.wait_s:,.0f} s.")
                return Unanswered(error, asked_at, attempts, was_stopped=no_turn.is_stop)
            attempts += 1
            asked_at = self._clock.now()
            if ends_at is None:
                ends_at = self._clock.monotonic() + request.deadline_s
            left_s = max(ends_at - self._clock.monotonic(), LEAST_DEADLINE_S)
            try:
                reply = attempt(provider, replace(request, deadline_s=left_s))
            except ProviderUnavailable as unavailable:
                error = unavailable
                is_refusal = error.asks_to_wait or error.retry_after_s is not None
                self._note_failure(error.retry_after_s, is_refusal=is_refusal)
                n_failures += not is_refusal
                pause_s = 0.0 if is_refusal else FIRST_WAIT_S * 2.0 ** (attempts - 1)
                if self._is_stopping():
                    return Unanswered(_STOPPED, asked_at, attempts, was_stopped=True)
                is_late = self._clock.monotonic() + pause_s >= ends_at
                if is_late or n_failures >= MAX_ATTEMPTS or not error.may_retry:
                    return Unanswered(error, asked_at, attempts)
                if not self._sleep(pause_s):
                    return Unanswered(error, asked_at, attempts, was_stopped=True)
            except ProviderConfigError as config_error:
                self._note_failure(None, is_refusal=False)
                return Unanswered(config_error, asked_at, attempts)
            except BaseException:
                self._note_failure(None, is_refusal=False)
                raise
            else:
                self._note_answer(load, reply)
                return Answered(reply, asked_at, attempts)

    def _take_turn(self, load: Load, deadline_s: float, ends_at: float | None) -> None:
        """Come back when the request may be sent; raises _NoTurn where that is too late, or the run was stopped."""
        with self._lock:
            self._pace, wait_s = self._pace.reserved(self._clock.monotonic(), load)
        while True:
            now = self._clock.monotonic()
            # A turn may be far ahead when a limit is low. What a refusal costs on top of that has to be in time.
            if ends_at is not None and now + wait_s >= ends_at:
                raise _NoTurn(wait_s)
            if not self._sleep(wait_s):
                raise _NoTurn(wait_s, is_stop=True)
            with self._lock:
                now = self._clock.monotonic()
                held_s = self._pace.held_s(now)
                if held_s <= _INSTANT_S:
                    self._pace = self._pace.begun()
                    return
                pause_s = self._pace.not_before - now
            if pause_s >= (deadline_s if ends_at is None else ends_at - now):
                raise _NoTurn(pause_s)
            wait_s = min(held_s, _SLICE_S)

    def _note_failure(self, retry_after_s: float | None, *, is_refusal: bool) -> None:
        with self._lock:
            now = self._clock.monotonic()
            self._pace = self._pace.refused(now, retry_after_s) if is_refusal else self._pace.ended()

    def _note_answer(self, load: Load, reply: Reply) -> None:
        usage, limits = reply.usage, reply.limits
        used = Load(
            load.tokens_in if usage.tokens_in is None else usage.tokens_in,
            load.tokens_out if usage.tokens_out is None else usage.tokens_out,
            usage.tokens_cached or 0,
        )
        with self._lock:
            now = self._clock.monotonic()
            allowances = limits.allowances if limits else ()
            age_s = now - limits.told_at if limits else 0.0
            self._pace = self._pace.answered(now, load, used, allowances, age_s)

    def _sleep(self, seconds: float) -> bool:
        """Wait; False when the run was stopped meanwhile."""
        until = self._clock.monotonic() + seconds
        while not self._is_stopping():
            left_s = until - self._clock.monotonic()
            if left_s <= _INSTANT_S:
                return True
            self._clock.sleep(min(left_s, _SLICE_S))
        return False


class _NoTurn(Exception):
    """There is no turn in time."""

    def __init__(self, wait_s: float, *, is_stop: bool = False) -> None:
        super().__init__(wait_s)
        self.wait_s, self.is_stop = wait_s, is_stop


_STOPPED = ProviderUnavailable("The run was stopped before the reply came.")


def load_of(request: Request) -> Load:
    """What a request weighs before it is answered: its characters as tokens, and the longest reply."""
    n_characters = len(request.system) + sum(len(turn.text) for turn in request.turns)
    n_turns = len(request.turns) + bool(request.system)
    return Load(n_characters / CHARACTERS_PER_TOKEN + n_turns * _TOKENS_PER_TURN, request.max_tokens)
