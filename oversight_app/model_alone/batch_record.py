"""The batches of one model participant, as the study's stream tells of them."""

from collections.abc import Sequence
from datetime import datetime

from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.batches import Batch, batch_after
from oversight_app.study.events import STUDY_STREAM, BatchEnded, BatchPlanned, BatchSent

_BatchEvent = BatchPlanned | BatchSent | BatchEnded


class BatchRecord:
    """Reads what this process and others have written, and lets nobody plan on what they have not read."""

    def __init__(self, store: Store, participant_id: str) -> None:
        """As it stands now."""
        self._store, self._participant_id = store, participant_id
        self._seq = 0
        self._batches: dict[str, Batch] = {}
        self.n_changes = 0
        """How many events there are of these batches."""
        self.catch_up()

    @property
    def under_way(self) -> list[Batch]:
        """Those that have not ended, the earliest first."""
        return [batch for batch in self._batches.values() if batch.ended is None]

    @property
    def ids(self) -> set[str]:
        """What services call the batches that are known."""
        return {batch.batch_id for batch in self._batches.values() if batch.batch_id}

    @property
    def n(self) -> int:
        """How many there have been."""
        return len(self._batches)

    def known(self, key: str) -> Batch:
        """The batch with this key."""
        return self._batches[key]

    def catch_up(self) -> None:
        """Read what has been written since."""
        with self._store.write() as record:
            self._catch_up(record)

    def plan(self, batches: Sequence[BatchPlanned], now: datetime) -> bool:
        """Claim these calls; False where another process has written of batches meanwhile, so that nothing is."""
        with self._store.write() as record:
            before = self.n_changes
            self._catch_up(record)
            if self.n_changes != before:
                return False
            self._append(record, batches, now)
            return True

    def note_sent(self, key: str, batch_id: str, now: datetime) -> None:
        """A service has the batch of this key, under a name of its own."""
        self._note(BatchSent(key, self._participant_id, batch_id), now)

    def note_ended(
        self,
        key: str,
        state: str,
        now: datetime,
        *,
        n_replies: int = 0,
        n_failed: int = 0,
        n_untried: int = 0,
        message: str = "",
    ) -> None:
        """Nothing more will come of the batch of this key."""
        self._note(BatchEnded(key, self._participant_id, state, n_replies, n_failed, n_untried, message), now)

    def _note(self, event: BatchSent | BatchEnded, now: datetime) -> None:
        # Another process may have noted the same.
        with self._store.write() as record:
            self._catch_up(record)
            batch = self._batches[event.key]
            if batch.ended is None and not (isinstance(event, BatchSent) and batch.batch_id):
                self._append(record, [event], now)

    def _append(self, record: Record, events: Sequence[_BatchEvent], now: datetime) -> None:
        record.append(STUDY_STREAM, events, now)
        self._catch_up(record)

    def _catch_up(self, record: Record) -> None:
        for item in record.events_of(STUDY_STREAM, self._seq):
            self._seq = item.seq
            event = item.event
            if not isinstance(event, _BatchEvent) or event.participant_id != self._participant_id:
                continue
            self.n_changes += 1
            if (batch := batch_after(self._batches.get(event.key), item)) is not None:
                self._batches[event.key] = batch


def in_batches(store: Store, participant_id: str) -> set[int]:
    """The trials of which a call is in a batch that has not ended."""
    batches = BatchRecord(store, participant_id).under_way
    return {call.n for batch in batches for call in batch.planned.calls}
