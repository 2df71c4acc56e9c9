"""A model reads the advice out of every assisted trial that is over. Load, decide, save.

The rule's reading stays what it is; the model's stands beside it, as an event of the participant's stream that is only
ever added. A trial that a model has read is not read again by it, so a run that was stopped goes on where it stood.
Nothing is read of people who withdrew and do not let their answers be used: their words go to no service.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from oversight_app.clock import Clock
from oversight_app.errors import NoPlan, ProviderUnavailable, StudyStateError
from oversight_app.projections import keep, planned_questions
from oversight_app.providers import check_provider, has_temperature, provider_for
from oversight_app.providers.asking import Answered, ask
from oversight_app.providers.base import Provider, Request, Scene, Turn
from oversight_app.providers.classify import without_words
from oversight_app.store import Store
from oversight_app.study.advice_reading import (
    NONE,
    PROMPT,
    Reading,
    ask_reader,
    has_advice_to_read,
    read_reading,
)
from oversight_app.study.answers import read_advice as read_by_rule
from oversight_app.study.design import split_model
from oversight_app.study.events import AdviceRead
from oversight_app.study.letters import OptionOrder
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question, folded
from oversight_app.study.sitting import Sitting, fold
from oversight_app.study.trial import Trial

CALL_LIMIT_S = 120.0
"""For one trial, retries included."""
GIVE_UP_AFTER = 3
"""So many trials in a row without a reply mean that the service is down, and the run ends."""


@dataclass(slots=True)
class ReadingSummary:
    """What a run came to. `n_as_the_rule` counts those in which model and rule read the same."""

    model: str
    n_trials: int
    n_before: int = 0
    n_stated: int = 0
    n_none: int = 0
    n_unreadable: int = 0
    n_as_the_rule: int = 0
    n_failed: int = 0
    last_error: str = ""

    @property
    def n_read(self) -> int:
        """Trials read in this run."""
        return self.n_stated + self.n_none + self.n_unreadable

    @property
    def n_open(self) -> int:
        """Trials that this model has not read."""
        return self.n_trials - self.n_before - self.n_read

    def describe(self) -> str:
        """The run in a few lines."""
        if not self.n_trials:
            return "No assisted question that is over has a reply of the assistant yet; nothing was read."
        lines = [
            f"{self.model} read the advice of {self.n_read} of {self.n_trials} trials"
            + (f", {self.n_before} were read before." if self.n_before else "."),
        ]
        if self.n_read:
            lines.append(
                f"An option in {self.n_stated}, none in {self.n_none}, unreadable {self.n_unreadable}; "
                f"as the rule reads it in {self.n_as_the_rule}."
            )
        if self.n_failed:
            lines.append(f"{self.n_failed} got no reply: {self.last_error}")
        if self.n_open:
            lines.append(f"{self.n_open} are still open; the same command reads only those.")
        return "\n".join(lines)


def read_advice(
    store: Store,
    model: str,
    *,
    clock: Clock,
    provider: Provider | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> ReadingSummary:
    """Let a model, PROVIDER:NAME[@BASE_URL], read what it has not read yet.

    A trial without a reply stays open and is counted. Raises ProviderConfigError at once when none will ever get one.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    if PROMPT not in plan.prompts:
        raise StudyStateError(
            f"The plan of this study holds no prompt {PROMPT}: it was frozen by an earlier release. "
            "The advice is read by rule only."
        )
    if provider is None:
        check_provider(model, os.environ)
        provider, name = provider_for(model, clock=clock)
    else:
        name = split_model(model)[1]
    run = _Run(store, plan, provider, name, clock)
    trials = list(run.trials())
    unread = [(sitting, trial) for sitting, trial in trials if not run.has_read(trial)]
    summary = ReadingSummary(model, len(trials), n_before=len(trials) - len(unread))
    in_a_row = 0
    for sitting, trial in unread:
        try:
            reading = run.read(sitting.participant_id, trial)
        except ProviderUnavailable as error:
            summary.n_failed += 1
            summary.last_error = str(error)
            in_a_row += 1
            if in_a_row >= GIVE_UP_AFTER:
                break
        else:
            in_a_row = 0
            summary.n_stated += reading.reading == "stated"
            summary.n_none += reading.reading == "none"
            summary.n_unreadable += reading.reading == "unreadable"
            is_same = reading.reading != "unreadable" and reading.choice == run.by_rule(trial)
            summary.n_as_the_rule += is_same
        on_progress(summary.n_before + summary.n_read + summary.n_failed, summary.n_trials)
    return summary


class _Run:
    """One model reading one study."""

    def __init__(self, store: Store, plan: Plan, provider: Provider, name: str, clock: Clock) -> None:
        self._store = store
        self._plan = plan
        self._provider = provider
        self._name = name
        self._clock = clock
        self._questions = planned_questions(plan, store.questions())

    def trials(self) -> Iterator[tuple[Sitting, Trial]]:
        """Every trial with something to read, in the order of people and questions."""
        people = [row for row in self._store.rows("sittings") if row["keeps_data"] != 0]
        for row in people:
            participant_id = row["participant_id"]
            sitting = fold(participant_id, self._store.events_of(participant_id), self._plan.design)
            yield from ((sitting, trial) for trial in sitting.trials if has_advice_to_read(trial))

    def has_read(self, trial: Trial) -> bool:
        """Whether this model has read this trial."""
        readers = {(reading.provider, reading.model) for reading in trial.advice_readings}
        return (self._provider.name, self._name) in readers

    def by_rule(self, trial: Trial) -> str:
        """The original letter that the rule reads last; "" for none."""
        stated = [letter for letter in read_by_rule(trial, self._question(trial)) if letter]
        return stated[-1] if stated else ""

    def read(self, participant_id: str, trial: Trial) -> Reading:
        """Ask the model about one trial and record what it says; raises ProviderUnavailable when it says nothing."""
        request = self._request(trial)
        answered = ask(self._provider, request, self._clock)
        reading = read_reading(answered.reply.text, trial.plan.option_order, self._question(trial))
        self._record(participant_id, trial, self._event(trial, request, answered, reading))
        return reading

    def _question(self, trial: Trial) -> Question:
        return self._questions[trial.plan.question_id]

    def _request(self, trial: Trial) -> Request:
        question = self._question(trial)
        order = OptionOrder(trial.plan.option_order)
        shown, by_rule = order.shown(question.options), self.by_rule(trial)
        return Request(
            model=self._name,
            system="",
            turns=(Turn("user", ask_reader(self._plan, trial, question)),),
            max_tokens=1,
            deadline_s=CALL_LIMIT_S,
            temperature=0.0 if has_temperature(self._provider.name) else None,
            letters=True,
            scene=Scene(
                question=folded(question.text),
                options=(shown[0], shown[1], shown[2], shown[3]),
                stance="",
                dice=f"{self._plan.design.seed}/{trial.plan.trial_id}",
                # The scripted reader reads as the rule does.
                says=order.displayed(by_rule) if by_rule else NONE,
            ),
        )

    def _event(self, trial: Trial, request: Request, answered: Answered, reading: Reading) -> AdviceRead:
        reply = answered.reply
        return AdviceRead(
            trial.plan.n,
            PROMPT,
            self._provider.name,
            self._name,
            PROMPT,
            request.prompt_hash,
            answered.asked_at,
            reply.text,
            "complete" if reply.text else "failed",
            finish_reason=reply.finish_reason,
            tokens_in=reply.usage.tokens_in,
            tokens_cached=reply.usage.tokens_cached,
            tokens_out=reply.usage.tokens_out,
            tokens_cache_written=reply.usage.tokens_cache_written,
            tokens_reasoning=reply.usage.tokens_reasoning,
            total_s=(self._clock.now() - answered.asked_at).total_seconds(),
            request_id=reply.request_id,
            model_answered=reply.model,
            attempts=answered.attempts,
            error="" if reply.text else without_words(reply.finish_reason),
            choice=reading.choice,
            reading=reading.reading,
        )

    def _record(self, participant_id: str, trial: Trial, event: AdviceRead) -> None:
        now = self._clock.now()
        with self._store.write() as record:
            sitting = fold(participant_id, record.events_of(participant_id), self._plan.design)
            # Another process may have read it meanwhile; what is recorded stays.
            if not self.has_read(sitting.trials[trial.plan.n - 1]):
                record.append(participant_id, [event], now)
                keep(record, sitting, [event], now, plan=self._plan, questions=self._questions)
