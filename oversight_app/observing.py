"""Observing: what a page says of behaviour is read, judged and kept. Load, decide, save.

A browser can claim anything, so nothing here decides about a sitting; but a claim has to be well formed, about a
question that its participant has seen, of a kind that the study notes, and not more than a person can make. One batch
is one transaction, and a batch that comes twice is stored once.
"""

from collections.abc import Iterator
from enum import Enum

from oversight_app.proctor import Proctor
from oversight_app.store.observations import Observation
from oversight_app.study.design import Outcome
from oversight_app.study.events import canonical
from oversight_app.study.observations import MOST_PER_PERSON, Batch, Seen, body_of, read_batch, whose
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Trial


class Receipt(Enum):
    """What became of a batch; a page sends again only what was not received at all."""

    RECEIVED = "received"
    MALFORMED = "malformed"
    STRANGE = "strange"
    """It speaks of a question that this participant has not seen, or comes from somebody else's page."""
    TOO_MANY = "too many"
    """This participant's browser has said enough; the rest is not kept."""


def observe(proctor: Proctor, participant_id: str, raw: bytes) -> Receipt:
    """Keep a batch as it came from a participant's page."""
    batch = read_batch(raw)
    if batch is None:
        return Receipt.MALFORMED
    sitting = proctor.sitting(participant_id)
    if batch.whose != whose(participant_id) or any(_trial(sitting, seen) is None for seen in batch.seen):
        return Receipt.STRANGE
    if sitting.outcome == Outcome.WITHDREW:
        return (
            Receipt.RECEIVED
        )  # what a page had still to send when its participant left for good is not kept
    observations = list(_observations(proctor, sitting, batch))
    if not observations:
        return Receipt.RECEIVED
    at = proctor.clock.now()
    with proctor.store.write() as record:
        if record.observations.has(participant_id, batch.name):
            return Receipt.RECEIVED
        if record.observations.n_of(participant_id) + len(observations) > MOST_PER_PERSON:
            return Receipt.TOO_MANY
        record.observations.add(participant_id, batch.name, observations, at)
    return Receipt.RECEIVED


def _observations(proctor: Proctor, sitting: Sitting, batch: Batch) -> Iterator[Observation]:
    design = proctor.plan.design
    noted = {kind for kind, is_on in design.log if is_on}
    for seen in batch.seen:
        trial = _trial(sitting, seen)
        if trial is not None and seen.kind in noted:
            body = body_of(seen, trial.plan.option_order, design.answer.confidence)
            yield Observation(trial.plan.trial_id, seen.kind, canonical(body))


def _trial(sitting: Sitting, seen: Seen) -> Trial | None:
    """The trial that an observation is about; None where its page was never shown."""
    if seen.n > len(sitting.trials):
        return None
    trial = sitting.trials[seen.n - 1]
    since = trial.passage_shown_at if seen.phase == "reading" else trial.shown_at
    return trial if since is not None else None
