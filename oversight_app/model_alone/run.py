"""Through the questions: ask what a method asks, keep what was said, until every answer can be read."""

import os
from collections.abc import Callable
from dataclasses import replace

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan, ProviderUnavailable
from oversight_app.model_alone.asking import CALL_LIMIT_S, asked_of, request_for
from oversight_app.model_alone.batch_record import in_batches
from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.model_alone.record import AloneRecord
from oversight_app.model_alone.summary import AloneSummary
from oversight_app.projections import planned_questions
from oversight_app.providers import check_provider, has_temperature, provider_for
from oversight_app.providers.asking import ask
from oversight_app.providers.base import Provider
from oversight_app.store import Store
from oversight_app.study.design import split_model
from oversight_app.study.methods import (
    Examples,
    Item,
    Method,
    Orders,
    check_prompts_held,
    examples_for,
    method_named,
    parse,
    told_in,
)
from oversight_app.study.model_answer import ModelAnswer, simulated_stances
from oversight_app.study.plan import Plan
from oversight_app.study.position_bias import Placed, position_bias
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial import Trial, TrialStatus

GIVE_UP_AFTER = 3
"""So many questions in a row without a reply mean that the service is down, and the run ends."""


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
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> AloneSummary:
    """Ask a model, PROVIDER:NAME[@BASE_URL], what it has not answered of the plan's questions, `limit` at most.

    `method` is a label such as "zero_shot" or "best_of_n(n=5)"; each question is answered `repeat` times. A question
    without a reply stays open and is counted. Raises ProviderConfigError at once when no question will ever get one,
    BadInput for an unknown model or method, NoPlan before there is a plan.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    how = method_named(*parse(method))
    check_prompts_held(plan, how)
    examples = examples_for(plan, store.questions(), how.shots)
    if provider is None:
        check_provider(model, os.environ)
        provider, name = provider_for(model, clock=clock)
    else:
        name = split_model(model)[1]
    check_settings(how, provider.name)
    if how.settings.scorer and scorer is None:
        check_provider(how.settings.scorer, os.environ)
        scorer, _ = provider_for(how.settings.scorer, clock=clock)
    who = replace(participant_of(plan, provider.name, name, how), without=frozenset(examples.left_out))
    run = _Run(store, plan, provider, scorer or provider, who, examples, clock, repeat)
    trials = run.record.trials
    summary = AloneSummary(
        who.participant_id,
        model,
        who.label,
        len(trials),
        sum(trial.closed is not None for trial in trials),
        compared=compared_with(plan, who),
        notes=[note for note in (how.manner, examples.describe()) if note],
    )
    in_a_row, elsewhere = 0, in_batches(store, who.participant_id)
    open_ones = [trial for trial in trials if trial.closed is None]
    free = [trial for trial in open_ones if trial.plan.n not in elsewhere]
    summary.n_in_batches = len(open_ones) - len(free)
    for trial in free[:limit]:
        try:
            answer = run.answer(trial)
        except ProviderUnavailable as error:
            summary.n_failed += 1
            summary.last_error = str(error)
            in_a_row += 1
            if in_a_row >= GIVE_UP_AFTER:
                break
        else:
            in_a_row = 0
            summary.n_answered += answer.status is TrialStatus.ANSWERED
            summary.n_unreadable += answer.status is TrialStatus.UNREADABLE
            summary.last_empty = run.last_empty
            summary.remarks.update([answer.remark] if answer.remark else [])
        on_progress(summary.n_trials - summary.n_open + summary.n_failed, summary.n_trials)
    if how.settings.orders is Orders.ROTATED:
        summary.position_bias = position_bias(run.placed())
    return summary


def check_settings(how: Method, provider: str) -> None:
    """Raise BadInput for a setting that the service cannot honour."""
    if how.settings.temperature is not None and not has_temperature(provider):
        raise BadInput(
            f"The method {how.settings.label(how.name)} sets a temperature, but {provider} models take none. Take it "
            "out; what is sampled is then drawn at the model's own default."
        )


def participant_of(plan: Plan, provider: str, name: str, method: Method) -> AloneParticipant:
    """The participant that this model is when it is asked by this method in this study."""
    # The assistant's own model answers alone as hard as it thinks in chats: the comparison is of one system.
    assistant = plan.design.assistant
    is_the_assistant = (provider, name) == assistant.provider_and_model
    effort = (assistant.effort or "") if is_the_assistant else ""
    # Models that think refuse a temperature, and some services have none.
    is_greedy = has_temperature(provider) and effort in ("", "none")
    return AloneParticipant(provider, name, method, effort, is_greedy)


def compared_with(plan: Plan, who: AloneParticipant) -> str:
    """What the plan compares people with, where that is not this participant."""
    primary = plan.design.primary_model_alone
    is_it = split_model(primary.model) == (who.provider, who.model) and primary.method == who.label
    return "" if is_it else f"{primary.model} ({primary.method})"


class _Run:
    """One model at work on one study."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        provider: Provider,
        scorer: Provider,
        who: AloneParticipant,
        examples: Examples,
        clock: Clock,
        repeat: int,
    ) -> None:
        self._plan, self._provider, self._who, self._clock = plan, provider, who, clock
        self._scorer, self._examples = scorer, examples
        self._questions = planned_questions(plan, store.questions())
        self.record = AloneRecord(store, plan, self._questions, who, repeat=repeat, now=clock.now())
        plans = [trial.plan for trial in self.record.trials]
        self._stances = simulated_stances(plan, self._questions, plans, who.model)
        self.last_empty = ""

    def answer(self, trial: Trial) -> ModelAnswer:
        """Ask one question and record the answer; raises ProviderUnavailable when a call of it got no reply."""
        method = self._who.method
        question = self._questions[trial.plan.question_id]
        item = Item(self._plan, trial.plan, question, self._examples.of_question(question.question_id))
        told = told_in(trial)
        while calls := method.calls(item, told):
            for call in calls:
                request = request_for(call, item, self._who, self._plan.design, self._stances)
                answered = ask(self._scorer if call.asks else self._provider, request, self._clock)
                asked = asked_of(call, item, self._who, request, answered, self._clock)
                self.last_empty = asked.error or self.last_empty
                told[call.part] = asked
                is_over = not method.calls(item, told)
                answer = method.answer(item, told) if is_over else None
                self.record.take(trial.plan.n, [asked], answer, self._clock.now())
        return method.answer(item, told)

    def placed(self) -> list[Placed]:
        """Every answer in the record, with the places where options and key stood."""
        return [
            Placed(
                trial.plan.question_id,
                trial.plan.option_order,
                LETTERS[self._questions[trial.plan.question_id].correct],
                trial.closed.choice,
            )
            for trial in self.record.trials
            if trial.closed is not None
        ]


__all__ = ["CALL_LIMIT_S", "GIVE_UP_AFTER", "answer_alone", "participant_of"]
