"""A model answers the plan's questions alone. Load, decide, save.

A model asked by a method is a participant without a sitting: it has a stream, the trials of both forms, and one row per
answer in the same table as people. Its participant_id follows from provider, model and method, so a second run finds
the first one's stream and asks only what is open. Each answer is one transaction, made after the call, so that the
record is never held open while a model thinks and a run that is killed loses at most the question at hand.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from oversight_app.clock import Clock
from oversight_app.errors import BadInput, NoPlan, ProviderUnavailable
from oversight_app.projections import keep
from oversight_app.providers import check_provider, has_temperature, provider_for
from oversight_app.providers.asking import ask
from oversight_app.providers.base import Provider, Request, Scene, Turn
from oversight_app.providers.classify import trouble_without_words, without_words
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.assignment import trials_alone
from oversight_app.study.design import Outcome, split_model
from oversight_app.study.events import (
    Event,
    ParticipantAssigned,
    ParticipantEnrolled,
    ReplyBegun,
    ReplyClosed,
    SittingEnded,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.letters import OptionOrder
from oversight_app.study.model_answer import METHODS, read_answer, simulated_stances
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question, folded
from oversight_app.study.sent import sent_alone
from oversight_app.study.sitting import Sitting, apply, fold
from oversight_app.study.trial import Trial, TrialStatus

CALL_LIMIT_S = 120.0
"""For one question, retries included."""
GIVE_UP_AFTER = 3
"""So many questions in a row without a reply mean that the service is down, and the run ends."""
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(slots=True)
class AloneSummary:
    """What a run came to. `n_failed` questions got no reply, `n_open` are still to be asked, those included."""

    participant_id: str
    model: str
    method: str
    n_trials: int
    n_before: int = 0
    n_answered: int = 0
    n_unreadable: int = 0
    n_failed: int = 0
    last_error: str = ""
    last_empty: str = ""
    """Why the last reply without a word had none; such a reply is unreadable."""
    compared: str = ""
    """The model and method that the plan compares people with, where this is another."""

    @property
    def n_open(self) -> int:
        """Questions without an answer in the record."""
        return self.n_trials - self.n_before - self.n_answered - self.n_unreadable

    def describe(self) -> str:
        """The run in a few lines."""
        lines = [
            f"{self.model} ({self.method}) answered {self.n_answered + self.n_unreadable} of {self.n_trials} questions"
            + (f", {self.n_before} were answered before." if self.n_before else ".")
        ]
        if self.n_unreadable:
            lines.append(
                f"{self.n_unreadable} replies could not be read as an option; they are recorded as unreadable."
                + (f" The last one that was empty: {self.last_empty}." if self.last_empty else "")
            )
        if self.n_failed:
            lines.append(f"{self.n_failed} got no reply: {self.last_error}")
        if self.compared:
            lines.append(
                f"The plan compares people with {self.compared}; these answers will stand beside that comparison and "
                "not in it."
            )
        if self.n_open:
            lines.append(f"{self.n_open} are still open; the same command asks only those.")
        return "\n".join(lines)


def answer_alone(
    store: Store,
    model: str,
    *,
    method: str = "zero_shot",
    clock: Clock,
    provider: Provider | None = None,
    limit: int | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> AloneSummary:
    """Ask a model, PROVIDER:NAME[@BASE_URL], what it has not answered of the plan's questions, `limit` at most.

    A question without a reply stays open and is counted. Raises ProviderConfigError at once when no question will ever
    get one, BadInput for an unknown model or method, NoPlan before there is a plan.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    if method not in METHODS or method not in plan.prompts:
        raise BadInput(f"There is no method {method!r}; allowed are {', '.join(METHODS)}.")
    if provider is None:
        check_provider(model, os.environ)
        provider, name = provider_for(model, clock=clock)
    else:
        name = split_model(model)[1]
    run = _Run(store, plan, provider, name, method, clock)
    summary = AloneSummary(run.participant_id, model, method, len(run.sitting.trials), run.sitting.n_closed)
    primary = plan.design.primary_model_alone
    if (split_model(primary.model), primary.method) != ((provider.name, name), method):
        summary.compared = f"{primary.model} ({primary.method})"
    in_a_row = 0
    for trial in [trial for trial in run.sitting.trials if trial.closed is None][:limit]:
        try:
            status = run.answer(trial)
        except ProviderUnavailable as error:
            summary.n_failed += 1
            summary.last_error = str(error)
            in_a_row += 1
            if in_a_row >= GIVE_UP_AFTER:
                break
        else:
            in_a_row = 0
            summary.n_answered += status is TrialStatus.ANSWERED
            summary.n_unreadable += status is TrialStatus.UNREADABLE
            summary.last_empty = run.last_empty
        on_progress(summary.n_trials - summary.n_open + summary.n_failed, summary.n_trials)
    return summary


def model_participant_id(provider: str, model: str, method: str) -> str:
    """Eight letters and digits that a model asked by a method always has; people's are drawn by chance."""
    digest = hashlib.sha256("\n".join((provider, model, method)).encode()).digest()
    return "m" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:7])


class _Run:
    """One model at work on one study."""

    def __init__(
        self, store: Store, plan: Plan, provider: Provider, name: str, method: str, clock: Clock
    ) -> None:
        self._store = store
        self._plan = plan
        self._provider = provider
        self._name = name
        self._method = method
        self._clock = clock
        # The assistant's own model answers alone as hard as it thinks in chats: the comparison is of one system.
        assistant = plan.design.assistant
        is_the_assistant = (provider.name, name) == assistant.provider_and_model
        self._effort = (assistant.effort or "") if is_the_assistant else ""
        self._is_reasoned = self._effort not in ("", "none")
        # Models that think refuse a temperature, and some services have none.
        self._is_greedy = has_temperature(provider.name) and not self._is_reasoned
        self._questions = {question.question_id: question for question in store.questions()}
        self.participant_id = model_participant_id(provider.name, name, method)
        self.last_empty = ""
        self._seq = 0
        self.sitting = Sitting(self.participant_id)
        with store.write() as record:
            self._catch_up(record)
        if self._seq == 0:
            # It comes on record with the first answer: a service that never replies leaves no participant behind.
            for event in self._enrolment():
                self.sitting = apply(self.sitting, event, clock.now(), plan.design)
        trials = [trial.plan for trial in self.sitting.trials]
        self._stances = simulated_stances(plan, self._questions, trials, name)

    def answer(self, trial: Trial) -> TrialStatus:
        """Ask one question and record the answer; raises ProviderUnavailable and records nothing when none came."""
        question = self._questions[trial.plan.question_id]
        request = self._request(trial, question)
        answered = ask(self._provider, request, self._clock)
        reply, now = answered.reply, self._clock.now()
        answer = read_answer(reply.text, reply.log_probabilities, trial.plan.option_order, question)
        empty = "" if reply.text else without_words(reply.finish_reason)
        self.last_empty = empty or self.last_empty
        n, reply_id = trial.plan.n, f"{trial.plan.trial_id}.1"
        begun = ReplyBegun(
            n,
            reply_id,
            trial.context,
            self._provider.name,
            self._name,
            request.prompt_hash,
            (),
            prompt=self._method,
        )
        closed = ReplyClosed(
            n,
            reply_id,
            reply.text,
            "complete" if reply.text else "failed",
            finish_reason=reply.finish_reason,
            tokens_in=reply.usage.tokens_in,
            tokens_cached=reply.usage.tokens_cached,
            tokens_out=reply.usage.tokens_out,
            tokens_cache_written=reply.usage.tokens_cache_written,
            tokens_reasoning=reply.usage.tokens_reasoning,
            total_s=(now - answered.asked_at).total_seconds(),
            request_id=reply.request_id,
            model_answered=reply.model,
            attempts=answered.attempts,
            error=empty,
            trouble=trouble_without_words(reply.finish_reason).value if empty else "",
        )
        ending = TrialClosed(
            n,
            answer.status.value,
            answer.choice,
            answer.confidence,
            now,
            probabilities=answer.probabilities,
            p_source=answer.p_source,
        )
        with self._store.write() as record:
            self._catch_up(record)
            if self._seq == 0:
                self._append(record, self._enrolment(), answered.asked_at)
            # Another process may have answered it meanwhile; what is recorded stays.
            if self.sitting.trials[n - 1].closed is None:
                self._append(record, [TrialShown(n, None), begun], answered.asked_at)
                self._append(record, [closed, ending], now)
                if self.sitting.n_closed == len(self.sitting.trials):
                    self._append(record, [SittingEnded(Outcome.COMPLETED.value)], now)
        return answer.status

    # -- asking ------------------------------------------------------------------------

    def _request(self, trial: Trial, question: Question) -> Request:
        order = OptionOrder(trial.plan.option_order)
        shown = order.shown(question.options)
        told = sent_alone(self._plan, question, trial.plan, method=self._method)
        return Request(
            model=self._name,
            system=told.system,
            turns=tuple(Turn(line.role, line.text) for line in told.turns),
            # A model that thinks before its letter needs the room for that which it has in chats.
            max_tokens=1 if not self._is_reasoned else self._plan.design.assistant.max_tokens,
            deadline_s=CALL_LIMIT_S,
            temperature=0.0 if self._is_greedy else None,
            letters=True,
            effort=self._effort,
            prefix=told.prefix,
            scene=Scene(
                question=folded(question.text),
                options=(shown[0], shown[1], shown[2], shown[3]),
                stance=order.displayed(self._stances[trial.plan.trial_id]),
                dice=f"{self._plan.design.seed}/{trial.plan.trial_id}",
            ),
        )

    # -- recording -----------------------------------------------------------------------

    def _enrolment(self) -> list[Event]:
        settings = {"provider": self._provider.name, "model": self._name, "method": self._method}
        if self._effort:
            settings["effort"] = self._effort
        if not self._is_greedy:
            settings["temperature"] = "the provider's default"
        trials = trials_alone(self._plan, self._questions, self.participant_id)
        return [ParticipantEnrolled("model", settings), ParticipantAssigned("", 0, False, trials)]

    def _catch_up(self, record: Record) -> None:
        """Fold what has been recorded since, by this process or another."""
        happened = record.events_of(self.participant_id, self._seq)
        if self._seq == 0:
            self.sitting = fold(self.participant_id, happened, self._plan.design)
        else:
            for item in happened:
                self.sitting = apply(self.sitting, item.event, item.at, self._plan.design)
        self._seq = happened[-1].seq if happened else self._seq

    def _append(self, record: Record, events: list[Event], at: datetime) -> None:
        self._seq = record.append(self.participant_id, events, at)
        self.sitting = keep(record, self.sitting, events, at, plan=self._plan, questions=self._questions)
