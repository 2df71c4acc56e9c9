"""The stream of a model whose answers come from logs: what is on record, and what a log adds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from oversight_app.evaluation_logs import EvaluationLog
from oversight_app.model_alone import model_participant_id
from oversight_app.projections import keep
from oversight_app.store.store import Record
from oversight_app.study.design import Outcome
from oversight_app.study.events import (
    AnswerImported,
    Event,
    LogImported,
    ParticipantAssigned,
    ParticipantEnrolled,
    SittingEnded,
    TrialClosed,
    TrialsAdded,
    TrialShown,
)
from oversight_app.study.imported_answers import Found, Imported
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sent import prompt_hash
from oversight_app.study.sitting import Sitting, apply


class LogStream:
    """One participant inside one transaction: read with `catch_up`, then added to."""

    def __init__(
        self, plan: Plan, questions: Mapping[str, Question], provider: str, model: str, method: str
    ) -> None:
        """The participant that this model is when it was asked in this way."""
        self._plan, self._questions = plan, questions
        self._provider, self._model, self._method = provider, model, method
        self.participant_id = model_participant_id(provider, model, method)
        self.sitting = Sitting(self.participant_id)
        self.identities: set[str] = set()
        self._seq = 0

    @property
    def answered(self) -> set[str]:
        """The ids of the questions that have an answer, readable or not."""
        return {trial.plan.question_id for trial in self.sitting.trials if trial.closed is not None}

    def catch_up(self, record: Record) -> None:
        """Fold what is on record."""
        for item in record.events_of(self.participant_id, self._seq):
            self.sitting = apply(self.sitting, item.event, item.at, self._plan.design)
            self._seq = item.seq
            if isinstance(item.event, AnswerImported):
                self.identities.add(item.event.identity)

    def append(self, record: Record, log: EvaluationLog, found: Found, now: datetime) -> None:
        """Record what a log adds, and which log it was."""
        self._keep(record, [*self._enrolment(log, found), _of(log, found)], now)
        for each in found.answers:
            if each.logged.asked_at is not None:
                self._keep(record, [TrialShown(each.trial.n, None)], each.logged.asked_at)
            self._keep(record, list(self._answer(log, each, now)), now)
        # Every trial that it has is closed; another log brings more, and opens the stream again.
        self._keep(record, [SittingEnded(Outcome.COMPLETED.value)], now)

    def _enrolment(self, log: EvaluationLog, found: Found) -> list[Event]:
        trials = tuple(each.trial for each in found.answers)
        if self._seq:
            return [TrialsAdded(trials)]
        settings = {
            "provider": self._provider,
            "model": self._model,
            "method": self._method,
            "imported_from": log.run.tool,
        }
        return [ParticipantEnrolled("model", settings), ParticipantAssigned("", 0, False, trials)]

    def _answer(self, log: EvaluationLog, each: Imported, now: datetime) -> Iterator[Event]:
        logged, answer, n = each.logged, each.answer, each.trial.n
        ran_at = log.run.run_at or now
        system = "\n".join(turn.text for turn in logged.asked if turn.role == "system")
        turns = [(turn.role, turn.text) for turn in logged.asked if turn.role != "system"]
        yield AnswerImported(
            n,
            "answer",
            self._provider,
            self._model,
            self._method,
            prompt_hash(system, turns) if logged.asked else "",
            logged.asked_at or ran_at,
            logged.reply,
            "complete",
            finish_reason=logged.finish_reason,
            tokens_in=logged.usage.tokens_in,
            tokens_cached=logged.usage.tokens_cached,
            tokens_out=logged.usage.tokens_out,
            tokens_cache_written=logged.usage.tokens_cache_written,
            tokens_reasoning=logged.usage.tokens_reasoning,
            total_s=logged.total_s,
            request_id=logged.request_id,
            model_answered=logged.model_answered,
            part="answer",
            # JSON has no infinity; a letter that was impossible stands in the probabilities, as 0.
            log_probabilities={
                letter: value for letter, value in logged.log_probabilities.items() if math.isfinite(value)
            },
            log=log.sha256,
            record=logged.record,
            sample_id=logged.sample_id,
            identity=logged.identity,
            sent=tuple((turn.role, turn.text) for turn in logged.asked),
        )
        yield TrialClosed(
            n,
            answer.status.value,
            answer.choice,
            answer.confidence,
            logged.answered_at or ran_at,
            probabilities=answer.probabilities,
            p_source=answer.p_source,
        )

    def _keep(self, record: Record, events: Sequence[Event], at: datetime) -> None:
        self._seq = record.append(self.participant_id, events, at)
        self.sitting = keep(record, self.sitting, events, at, plan=self._plan, questions=self._questions)


def _of(log: EvaluationLog, found: Found) -> LogImported:
    return LogImported(
        log.name,
        log.sha256,
        log.run.tool,
        log.run.run_at,
        found.n_samples,
        found.n_matched,
        dict(log.run.versions),
        dict(log.run.settings),
    )
