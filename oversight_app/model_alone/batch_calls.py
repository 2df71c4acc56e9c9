"""The calls that a model's open questions wait for, and what the record keeps of those that a batch brings back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from oversight_app.clock import Clock
from oversight_app.errors import ProviderUnavailable
from oversight_app.model_alone.asking import Items, asked_of, failed_of, request_for
from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.model_alone.record import AloneRecord, Heard
from oversight_app.model_alone.summary import AloneSummary
from oversight_app.providers.asking import Answered
from oversight_app.providers.base import Reply, Request
from oversight_app.providers.batches import PRICE_SHARE, Failure
from oversight_app.providers.pacer import Unanswered
from oversight_app.providers.prices import price_of
from oversight_app.store import Store
from oversight_app.study.batches import Batch
from oversight_app.study.cost import at_share
from oversight_app.study.design import Price
from oversight_app.study.events import BatchCall
from oversight_app.study.methods import Call, told_in
from oversight_app.study.model_answer import simulated_stances

Result = tuple[BatchCall, Reply | Failure]


class BatchCalls:
    """One participant's questions, with its stream."""

    def __init__(self, store: Store, items: Items, who: AloneParticipant, repeat: int, clock: Clock) -> None:
        """As they stand now, each to be answered `repeat` times."""
        self._store, self._who, self._repeat, self._clock = store, who, repeat, clock
        self._items, self._plan = items, items.plan
        self.refresh()
        plans = [trial.plan for trial in self.record.trials]
        self._stances = simulated_stances(self._plan, items.questions, plans, who.model)

    def refresh(self) -> None:
        """Read again what is on record, by whichever process."""
        self.record = AloneRecord(
            self._store, self._items, self._who, repeat=self._repeat, now=self._clock.now()
        )

    def n_trials(self, repeat: int) -> int:
        """How many there are with so many repeats; they are the first."""
        return len(self._who.trials(self._plan, self._items.questions, repeat=repeat))

    def statuses(self, n_trials: int) -> Counter[str]:
        """How many of the first trials have ended in which way; "" for those that are open."""
        return Counter(trial.status for trial in self.record.trials[:n_trials])

    def open_trials(self, n_trials: int) -> list[int]:
        """The numbers of those among the first that are open."""
        return [trial.plan.n for trial in self.record.trials[:n_trials] if trial.closed is None]

    def callable(self, wanted: frozenset[int]) -> Iterator[tuple[int, Call, Request]]:
        """The calls of these trials that can be made now."""
        for trial in self.record.trials:
            if trial.closed is None and trial.plan.n in wanted:
                item = self._items.of(trial.plan)
                for call in self._who.method.calls(item, told_in(trial)):
                    yield trial.plan.n, call, self._request(call, trial.plan.n)

    def keep(self, results: Sequence[Result], batch: Batch, summary: AloneSummary) -> None:
        """Bring on record what came of these calls, and answers where they make some; what is there stays."""
        now = self._clock.now()
        heard = [kept for call, outcome in results if (kept := self._heard(call, outcome, batch, now))]
        if not heard:
            return
        for call in heard:
            if call.has_reply:
                summary.usage.add(call.asked, self.price(batch.model))
                summary.last_empty = call.asked.error or summary.last_empty
        for standing in self.record.take(heard):
            if standing.answer:
                summary.count(standing.answer)

    def price(self, model: str) -> Price | None:
        """What a model's tokens cost in a batch; None where that is not known."""
        return at_share(
            self._plan.prices.get(model) or price_of(model, self._plan.design.prices), PRICE_SHARE
        )

    def _heard(self, call: BatchCall, outcome: Reply | Failure, batch: Batch, now: datetime) -> Heard | None:
        """What is kept of a result; None where the question has its answer, or asks for this no longer."""
        trial = self.record.trials[call.n - 1]
        item = self._items.of(trial.plan)
        calls = self._who.method.calls(item, told_in(trial)) if trial.closed is None else ()
        made = next((made for made in calls if made.part == call.part), None)
        if made is None:
            return None
        assert batch.sent_at is not None
        request = self._request(made, call.n)
        if isinstance(outcome, Reply):
            answered = Answered(outcome, batch.sent_at, 1)
            asked = asked_of(made, item, self._who, request, answered, now)
        else:
            error = ProviderUnavailable(outcome.error)
            error.request_id = outcome.request_id
            asked = failed_of(made, item, self._who, request, Unanswered(error, batch.sent_at, 1), now)
        # How long a batch took says nothing of the model.
        asked = replace(asked, prompt_hash=call.prompt_hash, total_s=None, batch_id=batch.batch_id)
        return Heard(asked, now)

    def _request(self, call: Call, n: int) -> Request:
        item = self._items.of(self.record.trials[n - 1].plan)
        return request_for(call, item, self._who, self._plan.design, self._stances)
