"""The one stream of a model that answers alone: what is open, and what was said.

A call is kept when its reply has come, and the answer with the last of them, so a run that is killed loses the calls
that were on their way and nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.projections import keep
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.design import Outcome
from oversight_app.study.events import (
    AloneAsked,
    Event,
    ParticipantAssigned,
    ParticipantEnrolled,
    SittingEnded,
    TrialClosed,
    TrialsAdded,
    TrialShown,
)
from oversight_app.study.methods import told_in
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sitting import Sitting, apply
from oversight_app.study.trial import Trial


class AloneRecord:
    """The stream of one model participant. One thread at a time; other processes may write to it as well."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        questions: Mapping[str, Question],
        who: AloneParticipant,
        *,
        repeat: int,
        now: datetime,
    ) -> None:
        """Read what there is. It comes on record with the first reply: a service that never replies leaves nothing."""
        self._store, self._plan, self._questions = store, plan, questions
        self._who, self._repeat = who, repeat
        self._seq = 0
        self._sitting = Sitting(who.participant_id)
        with store.write() as record:
            self._catch_up(record)
        self._ahead = self._sitting
        for event in self._missing():
            self._ahead = apply(self._ahead, event, now, plan.design)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The trials as they stand, those included that come on record with the first reply."""
        return self._ahead.trials

    def take(self, n: int, asked: Sequence[AloneAsked], answer: ModelAnswer | None, now: datetime) -> None:
        """Keep calls of one trial, and the answer where there is one. What another process has recorded stays."""
        with self._store.write() as record:
            self._catch_up(record)
            first_at = min(call.asked_at for call in asked)
            if missing := self._missing():
                self._append(record, missing, first_at)
            trial = self._sitting.trials[n - 1]
            asked = [call for call in asked if _is_news(trial, call)]
            if trial.closed is None and asked:
                if trial.shown_at is None:
                    self._append(record, [TrialShown(n, None)], first_at)
                self._append(record, [*asked, *_closing(n, answer, now)], now)
                if self._sitting.n_closed == len(self._sitting.trials):
                    self._append(record, [SittingEnded(Outcome.COMPLETED.value)], now)
        self._ahead = self._sitting

    def _missing(self) -> list[Event]:
        """What has to come on record before the first reply of this run: the participant, or more of its trials."""
        who, trials = self._who, self._sitting.trials
        before = max((trial.plan.sample for trial in trials), default=0)
        added = who.trials(self._plan, self._questions, repeat=self._repeat, before=before, known=len(trials))
        if self._seq == 0:
            return [ParticipantEnrolled("model", who.settings), ParticipantAssigned("", 0, False, added)]
        return [TrialsAdded(added)] if added else []

    def _catch_up(self, record: Record) -> None:
        """Fold what has been recorded since, by this process or another."""
        for item in record.events_of(self._who.participant_id, self._seq):
            self._sitting = apply(self._sitting, item.event, item.at, self._plan.design)
            self._seq = item.seq

    def _append(self, record: Record, events: Sequence[Event], at: datetime) -> None:
        self._seq = record.append(self._who.participant_id, events, at)
        self._sitting = keep(record, self._sitting, events, at, plan=self._plan, questions=self._questions)


def _is_news(trial: Trial, call: AloneAsked) -> bool:
    """Whether a call says what is not on record yet: results of a batch may be read twice, and by two processes."""
    return call.part not in told_in(trial) and not any(
        call.batch_id == known.batch_id != "" and call.part == known.part
        for known in trial.asked
        if isinstance(known, AloneAsked)
    )


def _closing(n: int, answer: ModelAnswer | None, now: datetime) -> list[Event]:
    if answer is None:
        return []
    return [
        TrialClosed(
            n,
            answer.status.value,
            answer.choice,
            answer.confidence,
            now,
            probabilities=answer.probabilities,
            p_source=answer.p_source,
        )
    ]
