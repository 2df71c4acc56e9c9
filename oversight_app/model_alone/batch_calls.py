"""The calls that a model's open questions wait for, and what the record keeps of those that a batch brings back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from oversight_app.clock import Clock
from oversight_app.model_alone.asking import asked_of, request_for
from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.model_alone.record import AloneRecord
from oversight_app.projections import planned_questions
from oversight_app.providers.asking import Answered
from oversight_app.providers.base import Reply, Request
from oversight_app.providers.batches import PRICE_SHARE, Failure
from oversight_app.providers.prices import price_of
from oversight_app.store import Store
from oversight_app.study.batches import Batch
from oversight_app.study.cost import cost_usd
from oversight_app.study.design import Price
from oversight_app.study.events import AloneAsked, BatchCall
from oversight_app.study.methods import Call, Examples, Item, told_in
from oversight_app.study.model_answer import ModelAnswer, simulated_stances
from oversight_app.study.plan import Plan
from oversight_app.study.position_bias import Placed
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial import Trial


class BatchCalls:
    """One participant's questions, with its stream."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        who: AloneParticipant,
        examples: Examples,
        repeat: int,
        clock: Clock,
    ) -> None:
        """As they stand now, each to be answered `repeat` times."""
        self._store, self._plan, self._who, self._clock = store, plan, who, clock
        self._examples, self._repeat = examples, repeat
        self._questions = planned_questions(plan, store.questions())
        self.refresh()
        plans = [trial.plan for trial in self._record.trials]
        self._stances = simulated_stances(plan, self._questions, plans, who.model)
        self.n_kept = 0
        """Replies that have come on record here."""
        self.cost_usd: float | None = 0.0
        """Of those; None where a price or a counter is not known."""

    def refresh(self) -> None:
        """Read again what is on record, by whichever process."""
        self._record = AloneRecord(
            self._store, self._plan, self._questions, self._who, repeat=self._repeat, now=self._clock.now()
        )

    def n_trials(self, repeat: int) -> int:
        """How many there are with so many repeats; they are the first."""
        return len(self._who.trials(self._plan, self._questions, repeat=repeat))

    def statuses(self, n_trials: int) -> Counter[str]:
        """How many of the first trials have ended in which way; "" for those that are open."""
        return Counter(trial.status for trial in self._record.trials[:n_trials])

    def open_trials(self, n_trials: int) -> list[int]:
        """The numbers of those among the first that are open."""
        return [trial.plan.n for trial in self._record.trials[:n_trials] if trial.closed is None]

    def callable(self, wanted: frozenset[int]) -> Iterator[tuple[int, Call, Request]]:
        """The calls of these trials that can be made now."""
        for trial in self._record.trials:
            if trial.closed is None and trial.plan.n in wanted:
                item = self._item(trial)
                for call in self._who.method.calls(item, told_in(trial)):
                    yield trial.plan.n, call, self._request(call, item)

    @property
    def placed(self) -> list[Placed]:
        """Every answer in the record, with the places where options and key stood."""
        return [
            Placed(
                trial.plan.question_id,
                trial.plan.option_order,
                LETTERS[self._questions[trial.plan.question_id].correct],
                trial.closed.choice,
            )
            for trial in self._record.trials
            if trial.closed is not None
        ]

    def keep(self, call: BatchCall, outcome: Reply | Failure, batch: Batch) -> ModelAnswer | None:
        """Bring on record what came of a call, and the answer where that was the last; what is there stays."""
        trial = self._record.trials[call.n - 1]
        item, told = self._item(trial), told_in(trial)
        asked_for = next(
            (made for made in self._who.method.calls(item, told) if made.part == call.part), None
        )
        if trial.closed is not None or asked_for is None:
            return None
        assert batch.sent_at is not None
        is_reply = isinstance(outcome, Reply)
        reply = outcome if isinstance(outcome, Reply) else Reply("", "", request_id=outcome.request_id)
        asked = asked_of(
            asked_for,
            item,
            self._who,
            self._request(asked_for, item),
            Answered(reply, batch.sent_at, 1),
            self._clock,
        )
        asked = replace(
            asked,
            prompt_hash=call.prompt_hash,
            total_s=None,
            batch_id=batch.batch_id,
            error=outcome.error if isinstance(outcome, Failure) else asked.error,
        )
        if is_reply:
            told[call.part] = asked
            self._count(batch.model, asked)
        is_over = is_reply and not self._who.method.calls(item, told)
        answer = self._who.method.answer(item, told) if is_over else None
        self._record.take(call.n, [asked], answer, self._clock.now())
        return answer

    def price(self, model: str) -> Price | None:
        """What a model's tokens cost in a batch; None where that is not known."""
        price = self._plan.prices.get(model) or price_of(model, self._plan.design.prices)
        if price is None:
            return None
        parts = {name: getattr(price, name) for name in ("input", "output", "cached", "cache_written")}
        return price.model_copy(
            update={name: each * PRICE_SHARE for name, each in parts.items() if each is not None}
        )

    def _count(self, model: str, asked: AloneAsked) -> None:
        cost = cost_usd(asked, self.price(model))
        self.n_kept += 1
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost

    def _item(self, trial: Trial) -> Item:
        question = self._questions[trial.plan.question_id]
        return Item(self._plan, trial.plan, question, self._examples.of_question(question.question_id))

    def _request(self, call: Call, item: Item) -> Request:
        return request_for(call, item, self._who, self._plan.design, self._stances)
