"""The one stream of a model that answers alone: what is open, and what was said.

Calls are kept in groups, one transaction each, and the answer together with the last call that it needs. So a run that
is killed loses the calls that were on their way or came within that moment, and nothing that was counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from oversight_app.model_alone.asking import Items
from oversight_app.model_alone.participant import AloneParticipant
from oversight_app.projections import keep_all
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study.design import Outcome
from oversight_app.study.events import (
    AloneAsked,
    Event,
    Happened,
    ParticipantAssigned,
    ParticipantEnrolled,
    SittingEnded,
    TrialClosed,
    TrialsAdded,
    TrialShown,
)
from oversight_app.study.methods import Call, told_in
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.sitting import Sitting, apply, packed, unpacked
from oversight_app.study.trial import Trial


@dataclass(frozen=True, slots=True)
class Heard:
    """A call that has ended, with a reply or as a failure, and when."""

    asked: AloneAsked
    at: datetime

    @property
    def has_reply(self) -> bool:
        """Whether the model said how it ended; a failure is kept too, but says nothing."""
        return bool(self.asked.finish_reason)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a trial stands after a group was kept: closed with an answer now, or the calls that it can make next."""

    n: int
    answer: ModelAnswer | None = None
    calls: tuple[Call, ...] = ()


class AloneRecord:
    """The stream of one model participant. One thread writes it; other processes may write to it as well."""

    def __init__(
        self,
        store: Store,
        items: Items,
        who: AloneParticipant,
        *,
        repeat: int,
        now: datetime,
    ) -> None:
        """Read what there is. It comes on record with the first reply: a service that never replies leaves nothing."""
        self._store, self._items = store, items
        self._plan, self._questions = items.plan, items.questions
        self._who, self._repeat = who, repeat
        self._seq = 0
        self._sitting = Sitting(who.participant_id)
        self._failures: list[Heard] = []
        self._catch_up(store.events_of(who.participant_id))
        self._n_wanted = 0
        self._ahead = self._after([(event, now) for event in self._missing()])
        self._n_wanted = len(self._ahead.trials)

    @property
    def trials(self) -> Sequence[Trial]:
        """The trials as they stand, those included that come on record with the first reply."""
        return self._ahead.trials

    def take(self, heard: Sequence[Heard]) -> list[Standing]:
        """Keep calls that have ended, in one transaction, and answers where they make one; where their trials stand.

        What another process has recorded stays: a second reply to the same call is left out.
        """
        waiting = [*self._failures, *heard]
        if self._seq == 0 and not any(call.has_reply for call in waiting):
            self._failures = waiting
            return []
        with self._store.write() as record:
            self._catch_up(record.events_of(self._who.participant_id, self._seq))
            first_at = min(call.asked.asked_at for call in waiting)
            happened = [(event, first_at) for event in self._missing()]
            trials = self._after(happened).trials
            standings = self._happen(waiting, trials, happened)
            n_closed = sum(isinstance(event, TrialClosed) for event, _ in happened)
            if n_closed and self._sitting.n_closed + n_closed == len(trials):
                happened.append((SittingEnded(Outcome.COMPLETED.value), waiting[-1].at))
            self._append(record, happened)
        self._failures = []
        self._ahead = self._sitting
        return standings

    def _happen(
        self, waiting: Sequence[Heard], trials: Sequence[Trial], happened: list[tuple[Event, datetime]]
    ) -> list[Standing]:
        """Add to `happened` what these calls come to; where their trials stand then."""
        told: dict[int, dict[str, AloneAsked]] = {}
        standings: dict[int, Standing] = {}
        for call in waiting:
            n, asked = call.asked.n, call.asked
            trial = trials[n - 1]
            said = told.setdefault(n, told_in(trial))
            before = standings.get(n, Standing(n))
            is_over = trial.closed is not None or before.answer is not None
            if asked.part in said or _is_known(trial, asked):
                standings[n] = before
                continue
            if call.has_reply and not said and trial.shown_at is None and not is_over:
                happened.append((TrialShown(n, None), asked.asked_at))
            happened.append((asked, call.at))
            if is_over or not call.has_reply:
                standings[n] = before
                continue
            said[asked.part] = asked
            item = self._items.of(trial.plan)
            if calls := self._who.method.calls(item, said):
                standings[n] = Standing(n, calls=calls)
            else:
                answer = self._who.method.answer(item, said)
                happened.append((_closing(n, answer, call.at), call.at))
                standings[n] = Standing(n, answer)
        return list(standings.values())

    def _after(self, happened: Sequence[tuple[Event, datetime]]) -> Sitting:
        """The sitting as it will be when these are kept."""
        sitting = self._sitting
        for event, at in happened:
            sitting = apply(sitting, event, at, self._plan.design)
        return sitting

    def _missing(self) -> list[Event]:
        """What has to come on record before the first reply of this run: the participant, or more of its trials."""
        who, trials = self._who, self._sitting.trials
        if self._seq and self._n_wanted and len(trials) >= self._n_wanted:
            return []
        before = max((trial.plan.sample for trial in trials), default=0)
        added = who.trials(self._plan, self._questions, repeat=self._repeat, before=before, known=len(trials))
        if self._seq == 0:
            return [ParticipantEnrolled("model", who.settings), ParticipantAssigned("", 0, False, added)]
        return [TrialsAdded(added)] if added else []

    def _catch_up(self, since: Sequence[Happened]) -> None:
        """Fold what has been recorded since by another process."""
        if since:
            sitting = unpacked(self._sitting)
            for item in since:
                sitting = apply(sitting, item.event, item.at, self._plan.design)
            self._sitting, self._seq = packed(sitting), since[-1].seq

    def _append(self, record: Record, happened: Sequence[tuple[Event, datetime]]) -> None:
        if not happened:
            return
        self._seq = record.append(
            self._who.participant_id, [event for event, _ in happened], [at for _, at in happened]
        )
        self._sitting = keep_all(record, self._sitting, happened, plan=self._plan, questions=self._questions)


def _is_known(trial: Trial, asked: AloneAsked) -> bool:
    """Whether this result of a batch is on record: one may be read twice, and by two processes; failures as well."""
    return bool(asked.batch_id) and any(
        isinstance(known, AloneAsked) and (known.batch_id, known.part) == (asked.batch_id, asked.part)
        for known in trial.asked
    )


def _closing(n: int, answer: ModelAnswer, at: datetime) -> TrialClosed:
    return TrialClosed(
        n,
        answer.status.value,
        answer.choice,
        answer.confidence,
        at,
        probabilities=answer.probabilities,
        p_source=answer.p_source,
    )
