"""Patience: a call is tried again while its failure may pass and time is left.

The waits double from half a second; a service that says when to come back is believed, if that is in time. Nothing that
was shown to a participant is ever taken back by a second attempt: `may_retry` says whether it still can be hidden.
"""

from collections.abc import Callable
from typing import TypeVar

from oversight_app.clock import Clock
from oversight_app.errors import ProviderUnavailable

MAX_ATTEMPTS = 4
FIRST_WAIT_S = 0.5
LEAST_DEADLINE_S = 0.1

T = TypeVar("T")


class Patience:
    """The patience with one reply: `seconds` in all, from the first attempt on. `attempts` counts those made."""

    def __init__(self, clock: Clock) -> None:
        """Waits pass on this clock."""
        self._clock = clock
        self.attempts = 0

    def persist(
        self, attempt: Callable[[float], T], seconds: float, *, may_retry: Callable[[], bool] = lambda: True
    ) -> T:
        """The result of the first attempt that succeeds; each is told how many seconds are left for it.

        Raises the last ProviderUnavailable when patience ends, and any other error at once.
        """
        ends_at = self._clock.monotonic() + seconds
        wait = FIRST_WAIT_S
        while True:
            self.attempts += 1
            try:
                return attempt(max(ends_at - self._clock.monotonic(), LEAST_DEADLINE_S))
            except ProviderUnavailable as error:
                pause = max(wait, error.retry_after_s or 0.0)
                is_late = self._clock.monotonic() + pause >= ends_at
                if is_late or self.attempts >= MAX_ATTEMPTS or not (error.may_retry and may_retry()):
                    raise
            self._clock.sleep(pause)
            wait *= 2
