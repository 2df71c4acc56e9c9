"""Batches of calls as their events tell of them, and how calls are parted into batches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oversight_app.study.events import BatchCall, BatchEnded, BatchPlanned, BatchSent, Happened, iso
from oversight_app.study.plan import hash_of


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a batch stands. Without a `batch_id` nobody knows whether its service has it; `ended` closes it."""

    planned: BatchPlanned
    planned_at: datetime
    batch_id: str = ""
    sent_at: datetime | None = None
    ended: BatchEnded | None = None

    @property
    def key(self) -> str:
        """Our own name for it."""
        return self.planned.key

    @property
    def model(self) -> str:
        """Who is asked, as PROVIDER:NAME."""
        return f"{self.planned.provider}:{self.planned.model}"

    @property
    def calls(self) -> dict[str, BatchCall]:
        """Its calls by custom id."""
        return {custom_id(self.key, i): call for i, call in enumerate(self.planned.calls, start=1)}


def batch_after(batch: Batch | None, item: Happened) -> Batch | None:
    """The batch after an event of its own; None where the event is about no batch that is known."""
    match item.event:
        case BatchPlanned():
            return Batch(item.event, item.at)
        case BatchSent() if batch is not None and not batch.batch_id:
            return replace(batch, batch_id=item.event.batch_id, sent_at=item.at)
        case BatchEnded() if batch is not None and batch.ended is None:
            return replace(batch, ended=item.event)
    return batch


def batch_key(study_id: str, participant_id: str, at: datetime, n: int) -> str:
    """Twelve hex digits for the n-th batch of a moment; copies of a study sent at different times never share one."""
    return hash_of([study_id, participant_id, iso(at), n])[:12]


def custom_id(key: str, i: int) -> str:
    """What a batch's i-th request, from 1, is called at the service.

    Anthropic takes 1 to 64 letters, digits, hyphens and underscores (pattern ^[a-zA-Z0-9_-]{1,64}$); OpenAI any text.
    """
    return f"{key}-{i}"


def parted(sizes: Sequence[int], most: int, most_bytes: int) -> list[range]:
    """Which requests of these sizes go together: at most so many, with at most so many bytes.

    One that is too large for any batch goes alone, and the service says what it thinks of it.
    """
    parts: list[range] = []
    begin, n_bytes = 0, 0
    for i, size in enumerate(sizes):
        if i > begin and (i - begin >= most or n_bytes + size > most_bytes):
            parts.append(range(begin, i))
            begin, n_bytes = i, 0
        n_bytes += size
    return [*parts, range(begin, len(sizes))] if sizes else []
