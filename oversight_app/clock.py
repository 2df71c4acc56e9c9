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

    def monotonic(self) -> float:
        """Seconds since some moment, for measuring lengths: it never goes back, whatever happens to the date."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(max(0.0, seconds))

    def monotonic(self) -> float:
        """Seconds by the machine's steady clock."""
        return time.monotonic()


class SimulatedClock:
    """A clock that stands still until it is told to move; sleeping moves it."""

    def __init__(self, start: datetime) -> None:
        """Start at a moment in UTC."""
        self._now = start
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        """The simulated moment."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on by so many seconds, at once."""
        self._now += timedelta(seconds=max(0.0, seconds))
        self._elapsed_s += max(0.0, seconds)

    def monotonic(self) -> float:
        """Seconds slept or moved forward; a move into the past does not count."""
        return self._elapsed_s

    def set(self, moment: datetime) -> None:
        """Move to a moment; people simulated one after another each start at a time of their own."""
        self._elapsed_s += max(0.0, (moment - self._now).total_seconds())
        self._now = moment


def stamp(at: datetime) -> str:
    """A moment in UTC as the name of a folder: 20261120T171015Z."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
