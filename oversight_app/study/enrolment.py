"""Enrolment: whether new people may take part, how many places there are, and who has looked at accuracy.

It is folded from the study's own stream. Whoever takes part already is not touched by it: a pause or a close concerns
newcomers only. How well people do is hidden from the researcher until enrolment is closed, because whoever sees results
come in decides differently when to stop; looking earlier is possible, and stays on record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from oversight_app.errors import BadInput
from oversight_app.study.events import AccuracyShown, EnrolmentSet, Event, Happened, TargetRaised, iso

MOST_PLACES = 1_000_000
LONGEST_NAME = 80


class EnrolmentState(StrEnum):
    """Whether newcomers may take part: now, not just now, or no more."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Where enrolment stands. `target` is the number of places, None where as many may come as want to."""

    state: EnrolmentState = EnrolmentState.OPEN
    target: int | None = None
    planned: int | None = None
    """The number of places that the plan was frozen with."""
    was_closed: bool = False
    looks: tuple[Happened, ...] = ()
    """Each time that accuracy was asked for, by whom, and where enrolment stood."""
    changes: tuple[Happened, ...] = ()
    """Each change of the state or the target."""

    @property
    def shows_accuracy(self) -> bool:
        """Whether the console may show how well people do."""
        return bool(self.looks) or self.state is EnrolmentState.CLOSED

    @property
    def accuracy_seen(self) -> bool:
        """Whether somebody could have looked at accuracy by now."""
        return bool(self.looks) or self.was_closed

    def about(self) -> dict[str, object]:
        """What an export's manifest and `status --json` say of it; times are ISO 8601 UTC."""
        return {
            "state": self.state.value,
            "target": self.target,
            "planned_target": self.planned,
            "accuracy_seen": self.accuracy_seen,
            "changes": [_entry(item) for item in self.changes],
            "accuracy_shown": [_entry(item) for item in self.looks],
        }


def enrolment_of(happened: Iterable[Happened], planned: int | None) -> Enrolment:
    """Where enrolment stands after these events of the study's stream."""
    enrolment = Enrolment(target=planned, planned=planned)
    for item in happened:
        match item.event:
            case EnrolmentSet(state=state):
                enrolment = replace(
                    enrolment,
                    state=EnrolmentState(state),
                    was_closed=enrolment.was_closed or state == EnrolmentState.CLOSED,
                    changes=(*enrolment.changes, item),
                )
            case TargetRaised(after=after):
                enrolment = replace(enrolment, target=after, changes=(*enrolment.changes, item))
            case AccuracyShown():
                enrolment = replace(enrolment, looks=(*enrolment.looks, item))
            case _:
                pass
    return enrolment


# -- what a researcher can do -------------------------------------------------------------------------


def put(enrolment: Enrolment, state: EnrolmentState, by: str) -> list[Event]:
    """Open, pause or close it; nothing where it stands so already."""
    return [] if enrolment.state is state else [EnrolmentSet(state.value, signed(by))]


def raise_target(enrolment: Enrolment, target: int, by: str) -> list[Event]:
    """More places; nothing where there are so many already. Places are never taken away: somebody may be in one."""
    if enrolment.target is None:
        raise BadInput(
            "This study has no number of places, so there is none to raise: as many take part as come. "
            "Pause or close enrolment to stop it."
        )
    if target == enrolment.target:
        return []
    if not enrolment.target < target <= MOST_PLACES:
        raise BadInput(
            f"The target is {enrolment.target:,} places and can only be raised, found {target:,}. "
            "Close enrolment to stop earlier."
        )
    return [TargetRaised(enrolment.target, target, signed(by), enrolment.accuracy_seen)]


def look(enrolment: Enrolment, how: str, by: str) -> list[Event]:
    """Ask to see accuracy. After enrolment has closed there is nothing to say of it; before, each way is said once."""
    if enrolment.state is EnrolmentState.CLOSED:
        return []
    known = {
        (item.event.how, item.event.by) for item in enrolment.looks if isinstance(item.event, AccuracyShown)
    }
    if (how, signed(by)) in known:
        return []
    return [AccuracyShown(how, enrolment.state.value, signed(by))]


def signed(by: str) -> str:
    """A name as it goes on record: one line, not too long, and a word where there is none."""
    return " ".join(by.split())[:LONGEST_NAME] or "researcher"


def _entry(item: Happened) -> dict[str, object]:
    entry: dict[str, object] = {"at": iso(item.at)}
    match item.event:
        case EnrolmentSet(state, by):
            return entry | {"what": "enrolment", "state": state, "by": by}
        case TargetRaised(before, after, by, accuracy_seen):
            raised = {"before": before, "after": after, "by": by, "accuracy_seen": accuracy_seen}
            return entry | {"what": "target_raised"} | raised
        case AccuracyShown(how, state, by):
            return entry | {"what": "accuracy_shown", "how": how, "enrolment": state, "by": by}
        case _:
            return entry
