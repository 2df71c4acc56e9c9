"""The researcher: what they do to a running study and to single sittings, each act one transaction on the record.

All verbs are idempotent, and safe beside any number of servers: these look into the record at their next act.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from oversight_app.ledger import Ledger
from oversight_app.store.store import Record
from oversight_app.study import enrolment as rules
from oversight_app.study import intervening
from oversight_app.study.design import Outcome
from oversight_app.study.enrolment import Enrolment, EnrolmentState
from oversight_app.study.events import STUDY_STREAM, Event
from oversight_app.study.sitting import Sitting


class Researcher(Ledger):
    """One study as its researcher acts on it; `by` is the name under which an act goes on record."""

    # -- the study as a whole -------------------------------------------------------------------------

    def enrolment(self) -> Enrolment:
        """Where enrolment stands."""
        return rules.enrolment_of(self.store.by_researchers(), self._planned)

    def put_enrolment(self, state: EnrolmentState, by: str) -> Enrolment:
        """Open, pause or close it; newcomers meet it at their next click."""
        return self._on_study(lambda stands: rules.put(stands, state, by))

    def raise_target(self, target: int, by: str) -> Enrolment:
        """More places; raises BadInput for fewer, and where there is no number of them."""
        return self._on_study(lambda stands: rules.raise_target(stands, target, by))

    def look(self, how: str, by: str) -> Enrolment:
        """Ask to see accuracy; on record from then on, where enrolment has not closed."""
        return self._on_study(lambda stands: rules.look(stands, how, by))

    # -- one sitting -----------------------------------------------------------------------------------

    def tell(self, participant_id: str, text: str, by: str) -> Sitting:
        """Write a line that stands on the participant's page; an empty one takes the last away."""
        return self.act(participant_id, lambda sitting, *_: intervening.tell(sitting, text, by))

    def stop(self, participant_id: str, outcome: Outcome, reason: str, by: str) -> Sitting:
        """End the sitting; what was answered stays."""

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            return intervening.stop(sitting, now, self.plan.design, outcome, reason, by)

        return self.act(participant_id, decide)

    def compensate(
        self, participant_id: str, key: str, amount: str, currency: str, reason: str, by: str
    ) -> Sitting:
        """Promise money beside the study's own rule; the same `key` again promises nothing more."""

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            return intervening.compensate(sitting, key, amount, currency, reason, by)

        return self.act(participant_id, decide)

    # -- what the verbs share ----------------------------------------------------------------------------

    @property
    def _planned(self) -> int | None:
        return self.plan.design.sitting.max_participants

    def _on_study(self, decide: Callable[[Enrolment], Sequence[Event]]) -> Enrolment:
        now = self.clock.now()
        with self.store.write() as record:
            if events := decide(record.enrolment(self._planned)):
                record.append(STUDY_STREAM, events, now)
            return record.enrolment(self._planned)
