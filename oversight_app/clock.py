"""The time: the only place that asks for it, or waits for it to pass."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the present moment, and a way to wait."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(max(0.0, seconds))


class SimulatedClock:
    """A clock that stands still until it is told to move; sleeping moves it."""

    def __init__(self, start: datetime) -> None:
        """Start at a moment in UTC."""
        self._now = start

    def now(self) -> datetime:
        """The simulated moment."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on by so many seconds, at once."""
        self._now += timedelta(seconds=max(0.0, seconds))

    def set(self, moment: datetime) -> None:
        """Move to a moment; people simulated one after another each start at a time of their own."""
        self._now = moment
