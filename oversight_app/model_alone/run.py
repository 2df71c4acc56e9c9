"""Through the questions: ask what a method asks, keep what was said, until every answer can be read.

Threads ask (`workers`); the thread that called keeps what they heard, a group at a time, and says what is to be asked
next (`agenda`). A run may end early: the researcher stops it, the service is down or will never answer, the disk is
full. What is on record then is whole, and the same command goes on from there.
"""

import threading
from collections.abc import Callable, Set
from dataclasses import dataclass

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan, ProviderConfigError, ProviderError
from oversight_app.model_alone.agenda import Agenda, Task
from oversight_app.model_alone.asking import CALL_LIMIT_S, Items, asked_of, failed_of, request_for
from oversight_app.model_alone.batch_record import in_batches
from oversight_app.model_alone.participant import AloneParticipant, participant_of
from oversight_app.model_alone.record import AloneRecord, Heard
from oversight_app.model_alone.seats import Seats, given, registered
from oversight_app.model_alone.summary import AloneSummary
from oversight_app.model_alone.workers import Workers
from oversight_app.projections import planned_questions
from oversight_app.providers import has_grammar, has_temperature
from oversight_app.providers.asking import Answered
from oversight_app.providers.base import Provider
from oversight_app.providers.prices import price_of
from oversight_app.store import Store
from oversight_app.study.design import Price, split_model
from oversight_app.study.methods import (
    Call,
    Method,
    Orders,
    check_prompts_held,
    examples_for,
    method_named,
    parse,
    told_in,
)
from oversight_app.study.model_answer import simulated_stances
from oversight_app.study.plan import Plan
from oversight_app.study.position_bias import Placed, position_bias
from oversight_app.study.questions import LETTERS
from oversight_app.study.trouble import Trouble

PARALLEL = 16
"""Calls at once: enough for a service that answers in a second, and few enough for the limits of most accounts."""
GIVE_UP_AFTER = 3
"""So many calls in a row without a reply mean that the service is down, and the run ends."""


def answer_alone(
    store: Store,
    model: str,
    *,
    method: str = "zero_shot",
    clock: Clock,
    provider: Provider | None = None,
    scorer: Provider | None = None,
    limit: int | None = None,
    repeat: int = 1,
    parallel: int = PARALLEL,
    rpm: int | None = None,
    tpm: int | None = None,
    stop: threading.Event | None = None,
    on_progress: Callable[[AloneSummary], None] = lambda summary: None,
) -> AloneSummary:
    """Ask a model, PROVIDER:NAME[@BASE_URL], what it has not answered of the plan's questions, `limit` at most.

    `method` is a label such as "zero_shot" or "best_of_n(n=5)"; each question is answered `repeat` times. `parallel`
    calls are made at once, no more than `rpm` requests and `tpm` tokens a minute. A question without a reply stays open
    and is counted; when `stop` is set, nothing more is asked. Raises ProviderConfigError when no question will ever get
    a reply, what came before being kept; BadInput for an unknown model or method, NoPlan before there is a plan.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    how = method_named(*parse(method))
    check_prompts_held(plan, how)
    bank = store.questions()
    examples = examples_for(plan, bank, how.shots)
    stop = stop or threading.Event()
    find = registered(clock) if provider is None else given(model, provider, scorer)
    seats = Seats(clock, find, stop.is_set)
    seat = seats.of(model, rpm=rpm, tpm=tpm)
    check_settings(how, seat.provider.name)
    if how.settings.scorer:
        seats.of(how.settings.scorer)  # what is wrong with it is said before anything is asked
    who = participant_of(plan, seat.provider.name, seat.name, how, without=examples.left_out)
    items = Items(plan, planned_questions(plan, bank), examples)
    record = AloneRecord(store, items, who, repeat=repeat, now=clock.now())
    elsewhere = in_batches(store, who.participant_id)
    summary = _Run(model, who, items, record, seats, clock).go(limit, parallel, stop, on_progress, elsewhere)
    if how.settings.orders is Orders.ROTATED:
        summary.position_bias = position_bias(placed_in(record, items))
    return summary


def check_settings(how: Method, provider: str) -> None:
    """Raise BadInput for a setting that the service cannot honour."""
    if how.settings.temperature is not None and not has_temperature(provider):
        raise BadInput(
            f"The method {how.settings.label(how.name)} sets a temperature, but {provider} models take none. Take it "
            "out; what is sampled is then drawn at the model's own default."
        )
    if how.settings.forced and not has_grammar(provider):
        raise BadInput(
            f"The method {how.settings.label(how.name)} forces letters by a grammar, but {provider} models take none. "
            "Take it out, or ask a local server (compatible:NAME@BASE_URL)."
        )


def placed_in(record: AloneRecord, items: Items) -> list[Placed]:
    """Every answer in the record, with the places where options and key stood."""
    return [
        Placed(
            trial.plan.question_id,
            trial.plan.option_order,
            LETTERS[items.questions[trial.plan.question_id].correct],
            trial.closed.choice,
        )
        for trial in record.trials
        if trial.closed is not None
    ]


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of a task. `heard` is None for a call that was never sent, because it could not be in time."""

    n: int
    model: str
    heard: Heard | None = None
    error: ProviderError | None = None
    was_stopped: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether no call will ever get a reply; a text that is too long says that of its own question only."""
        return isinstance(self.error, ProviderConfigError) and self.error.trouble != Trouble.TOO_LONG


class _Run:
    """One model at work on one study."""

    def __init__(
        self,
        model: str,
        who: AloneParticipant,
        items: Items,
        record: AloneRecord,
        seats: Seats,
        clock: Clock,
    ) -> None:
        self._model, self._who, self._clock, self._seats = model, who, clock, seats
        self._items, self._plan, self._record = items, items.plan, record
        plans = [trial.plan for trial in record.trials]
        self._stances = simulated_stances(items.plan, items.questions, plans, who.model)
        self._prices: dict[str, Price | None] = {}
        self._failed: set[int] = set()
        self._failures_in_a_row = 0
        self._lock = threading.Lock()

    def go(
        self,
        limit: int | None,
        parallel: int,
        stop: threading.Event,
        on_progress: Callable[[AloneSummary], None],
        elsewhere: Set[int] = frozenset(),
    ) -> AloneSummary:
        """Ask until nothing is open, or the run has to end; raises what ended it, where that was an error.

        Trials that are `elsewhere` are left alone.
        """
        trials = self._record.trials
        open_ones = [trial for trial in trials if trial.closed is None]
        wanted = [trial for trial in open_ones if trial.plan.n not in elsewhere]
        n_in_batches = len(open_ones) - len(wanted)
        # What a run before this one began comes first.
        wanted = sorted(wanted, key=lambda trial: not told_in(trial))[:limit]
        summary = AloneSummary(
            self._who.participant_id,
            self._model,
            self._who.label,
            len(trials),
            sum(trial.closed is not None for trial in trials),
            compared=compared_with(self._plan, self._who),
            notes=[note for note in (self._who.method.manner, self._items.examples.describe()) if note],
            n_wanted=len(wanted),
            n_in_batches=n_in_batches,
        )
        agenda = Agenda([trial.plan.n for trial in wanted], self._calls_of)
        workers = Workers(parallel if wanted else 0, agenda, self._ask, self._is_last)
        began_at = self._clock.monotonic()
        refusal: ProviderError | None = None
        workers.start()
        try:
            while not workers.is_done:
                group = workers.heard()
                if stop.is_set() and not summary.was_stopped:
                    summary.was_stopped = True
                    workers.stop(hang_up=True)
                if group:
                    summary.elapsed_s = self._clock.monotonic() - began_at
                    self._keep(group, workers, summary, on_progress)
                    refusal = refusal or next((result.error for result in group if result.is_refused), None)
        except BaseException:
            stop.set()
            workers.stop(hang_up=True)
            raise
        workers.end()
        n_closed = sum(trial.closed is not None for trial in self._record.trials)
        summary.n_elsewhere = max(0, n_closed - summary.n_before - summary.n_here)
        if refusal is not None:
            raise ProviderConfigError(" ".join([str(refusal), *summary.describe().splitlines()]))
        return summary

    # -- on the thread that writes -----------------------------------------------------------------

    def _keep(
        self,
        group: list[_Result],
        workers: Workers[_Result],
        summary: AloneSummary,
        on_progress: Callable[[AloneSummary], None],
    ) -> None:
        """Record a group, count it, and say what follows from it."""
        heard = [result.heard for result in group if result.heard is not None]
        standings = self._record.take(heard) if heard else []
        failed = [
            result.n for result in group if result.error and not result.was_stopped and not result.is_refused
        ]

        def change(agenda: Agenda) -> None:
            for standing in standings:
                agenda.go_on(standing.n, standing.calls)
                if standing.answer:
                    agenda.leave(standing.n)
            for n in failed:
                agenda.leave(n)

        workers.finished(len(group), change)
        for result in group:
            if result.heard is not None:
                asked = result.heard.asked
                summary.usage.add(asked, self._price_of(result.model))
                if result.heard.has_reply:
                    summary.last_empty = asked.error or summary.last_empty
        for standing in standings:
            if standing.answer:
                summary.count(standing.answer)
                on_progress(summary)
        for result in group:
            if result.n in failed and result.n not in self._failed:
                self._failed.add(result.n)
                summary.n_failed += 1
                summary.last_error = str(result.error)
                on_progress(summary)

    def _price_of(self, model: str) -> Price | None:
        if model not in self._prices:
            planned = self._plan.prices.get(model)
            self._prices[model] = planned or price_of(model, self._plan.design.prices)
        return self._prices[model]

    # -- on the threads that ask ---------------------------------------------------------------------

    def _calls_of(self, n: int) -> tuple[Call, ...]:
        """What a trial can be asked when its turn comes; nothing where another run has closed it."""
        trial = self._record.trials[n - 1]
        if trial.closed is not None:
            return ()
        return self._who.method.calls(self._items.of(trial.plan), told_in(trial))

    def _ask(self, task: Task) -> _Result:
        model = task.call.asks or self._model
        seat = self._seats.of(model)
        call, item = task.call, self._items.of(self._record.trials[task.n - 1].plan)
        request = request_for(call, item, self._who, self._plan.design, self._stances)
        answered = seat.pacer.ask(seat.provider, request)
        now = self._clock.now()
        if isinstance(answered, Answered):
            return _Result(task.n, model, Heard(asked_of(call, item, self._who, request, answered, now), now))
        heard = None
        if answered.attempts:
            asked = failed_of(call, item, self._who, request, answered, now)
            heard = Heard(asked, now)
        return _Result(task.n, model, heard, answered.error, answered.was_stopped)

    def _is_last(self, result: _Result) -> bool:
        """Whether nothing more should be asked after this; results are told here in the order in which they end."""
        with self._lock:
            if result.error is None or result.was_stopped:
                self._failures_in_a_row = 0
            else:
                self._failures_in_a_row += 1
            # A call that was never sent had to wait for longer than any call may take.
            was_held = result.error is not None and result.heard is None
            return result.is_refused or was_held or self._failures_in_a_row >= GIVE_UP_AFTER


def compared_with(plan: Plan, who: AloneParticipant) -> str:
    """What the plan compares people with, where that is not this participant."""
    primary = plan.design.primary_model_alone
    is_it = split_model(primary.model) == (who.provider, who.model) and primary.method == who.label
    return "" if is_it else f"{primary.model} ({primary.method})"


__all__ = ["CALL_LIMIT_S", "GIVE_UP_AFTER", "PARALLEL", "answer_alone", "participant_of"]
