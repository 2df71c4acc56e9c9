"""What has become of batches: found where their sending was not noted, looked at, and read when they are done."""

from collections.abc import Callable
from datetime import datetime, timedelta

from oversight_app.clock import Clock
from oversight_app.errors import ProviderUnavailable
from oversight_app.model_alone.batch_calls import BatchCalls, Result
from oversight_app.model_alone.batch_record import BatchRecord
from oversight_app.model_alone.batch_summary import BatchSummary
from oversight_app.providers.base import Reply
from oversight_app.providers.batches import SEND_LIMIT_S, Batches, BatchState, Failure, Look, ResultsGone
from oversight_app.study.batches import Batch

GIVE_UP_AFTER = 16
"""So many looks in a row without an answer of the service, more than an hour, end the run; the batches go on there."""
GROUP = 200
"""So many results are kept in one transaction."""
UNSEEN_FOR = timedelta(seconds=SEND_LIMIT_S + 300)
"""A batch whose sending was never noted is taken as not sent when it could not be found for so long."""
_SHORT_DOWNLOADS = 3
"""So often results are read again that are fewer than the service counted; then what there is is believed."""
_WHY_UNTRIED = {
    BatchState.EXPIRED: "was not done within 24 hours",
    BatchState.CANCELLED: "was cancelled at the service",
}


class BatchLooking:
    """Over the batches of one participant. `tried` are the calls that this process knows not to have worked."""

    def __init__(
        self,
        batches: BatchRecord,
        calls: BatchCalls,
        service_of: Callable[[str], Batches],
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        """`service_of` names who answers for a model."""
        self._batches, self._calls, self._service_of = batches, calls, service_of
        self._clock, self._tell = clock, tell
        self.tried: set[tuple[int, str]] = set()
        self._n_silent = 0
        self._n_short: dict[str, int] = {}
        self._told: dict[str, str] = {}

    def look_at_all(self, summary: BatchSummary) -> None:
        """Look at each batch that has not ended; a service that does not answer is asked again at the next look."""
        for batch in self._batches.under_way:
            service = self._service_of(batch.model)
            try:
                if batch.batch_id:
                    self._look_at(batch, service, summary)
                else:
                    self.seek(batch, service)
            except ProviderUnavailable as error:
                self.note_silence(error)
            else:
                self._n_silent = 0

    def note_silence(self, error: ProviderUnavailable) -> None:
        """Count an answer that did not come; raises ProviderUnavailable when that was so for more than an hour."""
        self._n_silent += 1
        if self._n_silent >= GIVE_UP_AFTER:
            raise ProviderUnavailable(
                f"{error} That was so {self._n_silent} times in a row. What was sent goes on there; the same command "
                "reads what comes of it."
            )
        self._tell_once("", f"{error} Trying again.")

    def seek(self, batch: Batch, service: Batches) -> None:
        """Find out whether a batch was sent of which only the plan is on record."""
        planned_at, now = batch.planned_at, self._clock.now()
        seen = service.find(batch.key, len(batch.planned.calls), planned_at, self._batches.ids)
        if seen.batch_id:
            self._tell(f"Found the batch {seen.batch_id} at {service.where}; its sending was not on record.")
            self._batches.note_sent(batch.key, seen.batch_id, now)
        elif seen.may_be:
            self._tell_once(
                batch.key,
                f"Whether {service.where} has the batch that was planned at {_time(planned_at)} is not known: "
                f"{' or '.join(seen.may_be)} may be it, and shows it when it has ended. Nothing is sent twice.",
            )
        elif now >= planned_at + UNSEEN_FOR:
            self._tell(f"{service.where} never had the batch that was planned at {_time(planned_at)}.")
            self._batches.note_ended(batch.key, "not_sent", now)
        else:
            self._tell_once(
                batch.key,
                f"{service.where} does not show the batch that was planned at {_time(planned_at)}. It may still appear "
                f"until {_time(planned_at + UNSEEN_FOR)}; if it does not, its questions are sent again.",
            )

    def _look_at(self, batch: Batch, service: Batches, summary: BatchSummary) -> None:
        look = service.look(batch.batch_id)
        name, n = f"Batch {batch.batch_id}", len(batch.planned.calls)
        if look.state is BatchState.UNDER_WAY:
            self._tell_once(
                batch.key, f"{name}: {look.says}, {look.n_done:,} of {look.n_requests or n:,} done."
            )
            return
        self._tell(f"{name}: {look.says}.")
        if look.state is BatchState.FAILED:
            self._end(batch, look.state.value, message=look.message)
            summary.troubles.append(
                f"{service.where} refused the batch {batch.batch_id} of {n:,} requests as a whole: "
                f"{look.message or 'it does not say why'}. Nothing of it was run, and nothing has to be paid."
            )
            return
        try:
            self._read(batch, look, service, summary)
        except ResultsGone as error:
            self._end(batch, "gone")
            summary.troubles.append(str(error))

    def _read(self, batch: Batch, look: Look, service: Batches, summary: BatchSummary) -> None:
        """Keep what came of a batch, a group at a time."""
        calls, seen, n_replies, n_failed = batch.calls, set[str](), 0, 0
        group: list[Result] = []
        for its_id, outcome in service.results(batch.batch_id):
            if its_id not in calls or its_id in seen:
                continue
            seen.add(its_id)
            n_replies += isinstance(outcome, Reply)
            if isinstance(outcome, Failure):
                if not outcome.was_asked:
                    continue
                n_failed += 1
                summary.last_failure = outcome.error
            group.append((calls[its_id], outcome))
            if len(group) >= GROUP:
                self._calls.keep(group, batch, summary.alone)
                group = []
        self._calls.keep(group, batch, summary.alone)
        self._must_be_whole(batch, look, service, n_replies + n_failed)
        n_untried = len(calls) - n_replies - n_failed
        self._end(batch, look.state.value, n_replies=n_replies, n_failed=n_failed, n_untried=n_untried)
        summary.n_failed += n_failed
        if n_untried:
            summary.troubles.append(
                f"The batch {batch.batch_id} {_WHY_UNTRIED.get(look.state, 'left something out')}: {n_untried:,} of "
                f"its {len(calls):,} requests brought neither a reply nor an error. The next run sends them again."
            )

    def _must_be_whole(self, batch: Batch, look: Look, service: Batches, n: int) -> None:
        """Raise ProviderUnavailable where a download that looks whole is shorter than the service says."""
        n_short = self._n_short.get(batch.key, 0)
        if n < look.n_replies and n_short < _SHORT_DOWNLOADS:
            self._n_short[batch.key] = n_short + 1
            raise ProviderUnavailable(
                f"{service.where} counts {look.n_replies:,} replies in the batch {batch.batch_id}, but {n:,} came."
            )

    def _end(
        self,
        batch: Batch,
        state: str,
        *,
        n_replies: int = 0,
        n_failed: int = 0,
        n_untried: int = 0,
        message: str = "",
    ) -> None:
        self.tried |= {(call.n, call.part) for call in batch.planned.calls}
        self._batches.note_ended(
            batch.key,
            state,
            self._clock.now(),
            n_replies=n_replies,
            n_failed=n_failed,
            n_untried=n_untried,
            message=message,
        )

    def _tell_once(self, about: str, line: str) -> None:
        if self._told.get(about) != line:
            self._told[about] = line
            self._tell(line)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
