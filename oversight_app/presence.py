"""Which tab a participant is working in, of all that are open: the one in which they last meant to.

A tab tells which one it is, and since when somebody means to work in it: it was opened, or "Go on here" was pressed in
it. The latest is in charge, and every other one learns so at its next run. All of this is said again by the tabs
whenever a process has forgotten it, so nothing of it is kept; and whatever it says, an action counts or not by the
record alone.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ALIVE = timedelta(seconds=90)
"""A tab not heard of for so long is closed; browsers let those in the background speak once a minute."""


class Standing(StrEnum):
    """How a tab stands to the others of the same participant."""

    IN_CHARGE = "in_charge"
    TOOK_OVER = "took_over"
    """In charge, for the first time, and another one was at work a moment ago."""
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab, and since when somebody means to work in it."""

    tab_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class _InCharge:
    tab: Tab
    heard_at: datetime


class Connections:
    """The cookies of all who hold a connection to this process, with how many each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[str] = Counter()

    def count(self, cookie: str, by: int) -> None:
        """One connection more or less of the visitor with this cookie."""
        with self._lock:
            self._open[cookie] += by
            if self._open[cookie] <= 0:
                del self._open[cookie]

    def cookies(self) -> list[str]:
        """Who is there."""
        with self._lock:
            return list(self._open)


class Presence:
    """The tab in charge of each participant, as far as this process has heard since it was started."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._lock = threading.Lock()
        self._in_charge: dict[str, _InCharge] = {}

    def hear(self, participant_id: str, tab: Tab, now: datetime) -> Standing:
        """A tab is there; how it stands."""
        with self._lock:
            known = self._in_charge.get(participant_id)
            if known is not None and _is_later(known.tab, tab):
                return Standing.TAKEN_OVER
            self._in_charge[participant_id] = _InCharge(tab, now)
        if known is None or known.tab.tab_id == tab.tab_id:
            return Standing.IN_CHARGE
        # A tab from before the start was told by the process before, and only this one has to hear of it anew.
        is_news = tab.since >= self._started_at and now - known.heard_at <= ALIVE
        return Standing.TOOK_OVER if is_news else Standing.IN_CHARGE

    def go_on_in(self, participant_id: str, tab_id: str, now: datetime) -> Tab:
        """Put a tab in charge that had been taken over."""
        tab = Tab(tab_id, now)
        with self._lock:
            self._in_charge[participant_id] = _InCharge(tab, now)
        return tab


def _is_later(one: Tab, other: Tab) -> bool:
    return (one.since, one.tab_id) > (other.since, other.tab_id)
