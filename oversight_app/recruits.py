"""Recruits: people who come from a recruiting platform, and the codes of ours that they are known by.

A link that is opened leaves nothing: somebody new has a code waiting for them in the memory of this process, and the
record learns of them with their first act, in the same transaction. Should the process end before, another code waits;
nothing was recorded under the first. Whoever is on record is known again, whatever else their link says this time: the
first parameters they came with are kept, and the latest.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TypeVar

from oversight_app.clock import Clock
from oversight_app.errors import Refusal
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.events import canonical
from oversight_app.study.platforms import Arrival, read_arrival

_T = TypeVar("_T")

_MOST_REMEMBERED = 20_000
"""Links that are only opened must not fill the memory."""


class Recruits:
    """The people from platforms, for one process."""

    def __init__(self, store: Store, clock: Clock, person_parameter: str) -> None:
        """Over a study's record; `person_parameter` is the design's own name for a person in a link."""
        self._store = store
        self._clock = clock
        self._person_parameter = person_parameter
        self._lock = threading.Lock()
        self._awaited: OrderedDict[str, Arrival] = OrderedDict()
        self._codes: OrderedDict[str, str] = OrderedDict()
        self._noted: OrderedDict[str, None] = OrderedDict()

    def participant_of(self, parameters: Mapping[str, str]) -> str | None:
        """The participant behind a platform's link; None where it names nobody."""
        arrival = read_arrival(parameters.items(), self._person_parameter)
        if arrival is None:
            return None
        known = self._store.person_of_platform(arrival.person)
        if known is None:
            return self._await(arrival)
        self._note(arrival)
        return known

    def enrol(self, record: Record, participant_id: str) -> None:
        """Put somebody on record who acts for the first time; nothing to do for anybody else.

        Raises Refusal where the same person has acted under another code meanwhile: the next page is theirs.
        """
        arrival = self._awaited.get(participant_id)
        if arrival is None:
            return
        known = record.person_of_platform(
            arrival.person, participant_id, arrival.parameters, self._clock.now()
        )
        if known != participant_id:
            raise Refusal("this person is on record with another code")

    def _await(self, arrival: Arrival) -> str:
        with self._lock:
            code = self._codes.get(arrival.person) or new_participant_id()
            _remember(self._codes, arrival.person, code)
            _remember(self._awaited, code, arrival)
        return code

    def _note(self, arrival: Arrival) -> None:
        """Keep what the link says this time, once for each link and not at every look at the page."""
        link = canonical([arrival.person, arrival.parameters])
        if link in self._noted:
            return
        with self._store.write() as record:
            record.came_again(arrival.person, arrival.parameters, self._clock.now())
        with self._lock:
            _remember(self._noted, link, None)


def new_participant_id() -> str:
    """Eight lower-case letters and digits that say nothing about anybody."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(8))


def _remember(memory: OrderedDict[str, _T], key: str, value: _T) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > _MOST_REMEMBERED:
        memory.popitem(last=False)
