"""Places: whether somebody new may take part now.

Enrolment as researchers open, pause and close it concerns people; simulated ones and judges come into a study by its
researcher's own hand, and know its number of places only.
"""

from oversight_app.errors import Reminder
from oversight_app.store.store import Record
from oversight_app.study.enrolment import EnrolmentState


def has_place(record: Record, kind: str, planned: int | None) -> bool:
    """Whether there is a place for one more of a kind; raises Reminder for a person while enrolment is paused."""
    target = planned
    if kind == "human":
        enrolment = record.enrolment(planned)
        if enrolment.state is EnrolmentState.PAUSED:
            raise Reminder("enrolment_paused")
        if enrolment.state is EnrolmentState.CLOSED:
            return False
        target = enrolment.target
    return target is None or record.n_places_taken(kind) < target
