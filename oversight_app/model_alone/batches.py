"""A model that answers alone, asked in batches: the same calls, handed in together and read when they are done.

A method says which calls can be made now. All of them, of all open questions, go into one batch, or as many as the
service's limits ask for; what follows from their replies goes into the next, until every answer can be read. Replies
land in the stream of the same participant as live ones, each once, however often they are read.

Each step is on record before the next, so a run can be stopped anywhere and goes on anywhere: `BatchPlanned`, then the
service is asked, then `BatchSent`; replies, then `BatchEnded`. A batch that was planned and not noted as sent is looked
for at its service, and sent again only when it has had the time to appear there and has not.
"""

import contextlib
from collections import Counter
from collections.abc import Callable
from functools import partial

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan, ProviderConfigError, ProviderUnavailable
from oversight_app.model_alone.asking import Items
from oversight_app.model_alone.batch_calls import BatchCalls
from oversight_app.model_alone.batch_looking import BatchLooking
from oversight_app.model_alone.batch_record import BatchRecord
from oversight_app.model_alone.batch_summary import BatchSummary
from oversight_app.model_alone.participant import participant_of
from oversight_app.model_alone.run import check_settings, compared_with, placed_in
from oversight_app.model_alone.summary import AloneSummary
from oversight_app.projections import planned_questions
from oversight_app.providers.abilities import unhonoured_request
from oversight_app.providers.base import Request
from oversight_app.providers.batches import Batches, BatchState
from oversight_app.providers.batching import batches_for, must_have_batches
from oversight_app.store import Store
from oversight_app.study.batches import batch_key, custom_id, parted
from oversight_app.study.design import split_model
from oversight_app.study.events import BatchCall, BatchPlanned
from oversight_app.study.methods import Orders, check_prompts_held, examples_for, method_named, parse
from oversight_app.study.position_bias import position_bias
from oversight_app.study.trial import TrialStatus

FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 300.0

Asked = list[tuple[BatchCall, Request]]
Services = Callable[[str], Batches]


def answer_in_batches(
    store: Store,
    model: str,
    *,
    method: str = "zero_shot",
    clock: Clock,
    services: Services | None = None,
    limit: int | None = None,
    repeat: int = 1,
    wait: bool = True,
    tell: Callable[[str], None] = lambda line: None,
) -> BatchSummary:
    """Ask a model in batches what it has not answered of the plan's questions, `limit` at most.

    Without `wait` it sends, or looks, once. A request that fails stays open and is sent again by the next run, not by
    this one. Raises BadInput where a model cannot be asked in batches, NoPlan before there is a plan,
    ProviderConfigError and ProviderUnavailable where the service cannot be spoken to; whatever was sent goes on there.
    """
    return BatchRun(store, model, method, clock, services, repeat, tell).go(limit, wait=wait)


class BatchRun:
    """One model at work on one study in batches."""

    def __init__(
        self,
        store: Store,
        model: str,
        method: str,
        clock: Clock,
        services: Services | None = None,
        repeat: int = 1,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Load what there is; nothing is asked."""
        plan = store.plan()
        if plan is None:
            raise NoPlan(store.path.parent)
        how = method_named(*parse(method))
        check_prompts_held(plan, how)
        for asked in filter(None, (model, how.settings.scorer)):
            must_have_batches(asked)
        provider, name = split_model(model)
        check_settings(how, provider)
        bank = store.questions()
        examples = examples_for(plan, bank, how.shots)
        self._items = Items(plan, planned_questions(plan, bank), examples)
        self._notes = [note for note in (how.manner, examples.describe()) if note]
        self._plan, self._model, self._clock, self._repeat, self._tell = plan, model, clock, repeat, tell
        self.who = participant_of(plan, provider, name, how, without=examples.left_out)
        self._services: Services = services or partial(batches_for, clock=clock)
        self._known: dict[str, Batches] = {}
        self.batches = BatchRecord(store, self.who.participant_id)
        # A batch of an earlier run may be about more repeats than are asked for now.
        repeats = [batch.planned.repeat for batch in self.batches.under_way]
        self.calls = BatchCalls(store, self._items, self.who, max([repeat, *repeats]), clock)
        self._n_trials = self.calls.n_trials(repeat)
        self._looking = BatchLooking(self.batches, self.calls, self.service, clock, tell)

    def go(self, limit: int | None, *, wait: bool) -> BatchSummary:
        """Send, look and read until there is nothing left, or once."""
        wanted, before = self.wanted(limit), self.calls.statuses(self._n_trials)
        summary = BatchSummary(self._alone(before, len(wanted)))
        wait_s, n_known = FIRST_WAIT_S, -1
        while True:
            self._looking.look_at_all(summary)
            is_unsent = False
            # Only news of batches, of this process or another, makes calls that can be sent.
            if self.batches.n_changes != n_known:
                self.calls.refresh()
                n_sent = summary.n_sent
                is_unsent = not self._send(wanted, summary)
                wait_s = FIRST_WAIT_S if summary.n_sent > n_sent else wait_s
                n_known = -1 if is_unsent else self.batches.n_changes
            if not wait or not (self.batches.under_way or is_unsent):
                break
            self._clock.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            n_changes = self.batches.n_changes
            self.batches.catch_up()
            if self.batches.n_changes != n_changes:
                self.calls.refresh()  # what follows from what another process has read must be known before
        self.calls.refresh()
        came = self.calls.statuses(self._n_trials) - before
        # Those that another process has read at the same time are as good.
        summary.alone.n_answered = came[TrialStatus.ANSWERED]
        summary.alone.n_unreadable = came[TrialStatus.UNREADABLE]
        summary.n_under_way = sum(len(batch.planned.calls) for batch in self.batches.under_way)
        if self.who.method.settings.orders is Orders.ROTATED:
            summary.alone.position_bias = position_bias(placed_in(self.calls.record, self._items))
        return summary

    def wanted(self, limit: int | None) -> frozenset[int]:
        """The trials that this run is about: the first that are open, those in batches included."""
        return frozenset(self.calls.open_trials(self._n_trials)[:limit])

    def requests(self, wanted: frozenset[int]) -> dict[str, Asked]:
        """What can be sent now, by the model that is asked."""
        away = {(call.n, call.part) for batch in self.batches.under_way for call in batch.planned.calls}
        away |= self._looking.tried
        found: dict[str, Asked] = {}
        for n, call, request in self.calls.callable(wanted):
            if (n, call.part) not in away:
                planned = BatchCall(n, call.part, request.prompt_hash)
                found.setdefault(call.asks or self._model, []).append((planned, request))
        return found

    def service(self, model: str) -> Batches:
        """The batches of a model; made when first needed."""
        if model not in self._known:
            self._known[model] = self._services(model)
        return self._known[model]

    def parts(self, model: str, asked: Asked) -> list[Asked]:
        """These requests, parted into batches as the service's limits have it."""
        service = self.service(model)
        longest = custom_id("0" * 12, len(asked))
        sizes = [service.size(longest, request) for _, request in asked]
        parts = parted(sizes, service.limits.n_requests, service.limits.n_bytes)
        return [[asked[i] for i in part] for part in parts]

    def forget(self, batch_id: str) -> int:
        """Take a batch as ended that its service no longer knows; returns how many requests are free again."""
        for batch in self.batches.under_way:
            if batch_id in (batch.batch_id, batch.key):
                self.batches.note_ended(batch.key, "forgotten", self._clock.now())
                return len(batch.planned.calls)
        raise BadInput(f"No batch {batch_id} of {self._model} ({self.who.label}) is under way in this study.")

    def _alone(self, before: Counter[str], n_wanted: int) -> AloneSummary:
        return AloneSummary(
            self.who.participant_id,
            self._model,
            self.who.label,
            self._n_trials,
            self._n_trials - before[""],
            compared=compared_with(self._plan, self.who),
            notes=self._notes,
            n_wanted=n_wanted,
        )

    def _send(self, wanted: frozenset[int], summary: BatchSummary) -> bool:
        """Send what can be sent; False where something of it has to wait for the next look."""
        for model, asked in self.requests(wanted).items():
            service = self.service(model)
            if problems := unhonoured_request(service.name, asked[0][1]):
                raise ProviderConfigError(problems[0])
            for part in self.parts(model, asked):
                if not self._send_one(service, part, summary):
                    return False
        return True

    def _send_one(self, service: Batches, asked: Asked, summary: BatchSummary) -> bool:
        participant_id, calls = self.who.participant_id, tuple(call for call, _ in asked)
        key = batch_key(self._plan.study_id, participant_id, self._clock.now(), self.batches.n)
        requests = {custom_id(key, i): request for i, (_, request) in enumerate(asked, start=1)}
        try:
            parcel = service.pack(key, requests)
        except ProviderUnavailable as error:
            self._looking.note_silence(error)
            return False
        planned = BatchPlanned(key, participant_id, service.name, service.model, self._repeat, calls)
        if not self.batches.plan([planned], self._clock.now()):
            return False  # another process is at work on the same; first see what it did
        summary.n_sent += len(asked)
        try:
            batch_id = service.send(parcel)
        except ProviderConfigError as error:
            self.batches.note_ended(key, BatchState.FAILED.value, self._clock.now(), message=str(error))
            raise
        except ProviderUnavailable as error:
            self._tell(f"{error} Whether it has the batch is not known; looking for it there.")
            with contextlib.suppress(ProviderUnavailable):
                self._looking.seek(self.batches.known(key), service)
            return True
        self.batches.note_sent(key, batch_id, self._clock.now())
        self._tell(
            f"Sent {len(asked):,} requests to {service.where} as batch {batch_id}. It may take up to 24 hours; this "
            "command may be stopped and run again."
        )
        return True
