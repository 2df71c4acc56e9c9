"""The ledger: load, decide, save, for one sitting at a time.

Every act is one transaction: the sitting is folded from its events, what the clock has brought about meanwhile is
applied first, the pure core decides, and events and projections are on disk before the act returns. It is safe from any
thread and any process. Folded sittings are remembered only to fold less: each load reads the events that came since.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from oversight_app.clock import Clock
from oversight_app.errors import NoPlan, Refusal, Reminder
from oversight_app.projections import keep, planned_questions
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study import lapse
from oversight_app.study.events import Event, Happened, ReplyClosed, TrialClosed
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sitting import Sitting, apply

GAP_S = 6.0
"""A longer silence of every server than this means that the study was down."""

REMEMBERED = 512
"""So many folded sittings are kept. Each takes 70 KB when it is long, and a study may have thousands of people."""

Decide = Callable[[Sitting, datetime, Record], Sequence[Event]]

_log = logging.getLogger(__name__)


class Ledger:
    """The sittings of one study, acted on one at a time."""

    def __init__(self, store: Store, clock: Clock, *, watches_uptime: bool = False) -> None:
        """Over an open store with a frozen plan; raises NoPlan without one.

        `watches_uptime`: whether somebody notes beside this ledger that the server is up, so that a deadline in a gap
        of these notes means that it was down. A rehearsal's clock jumps, so it does not watch.
        """
        plan = store.plan()
        if plan is None:
            raise NoPlan(store.path.parent)
        self.plan: Plan = plan
        self.questions: Mapping[str, Question] = planned_questions(plan, store.questions())
        self.store = store
        self.clock = clock
        self._watches_uptime = watches_uptime
        self._folded = Remembered(REMEMBERED)

    def sitting(self, participant_id: str) -> Sitting:
        """The sitting as it is recorded; what the clock has brought about since is not in it."""
        return self._fold(participant_id, self.store.events_of)

    def act(self, participant_id: str, decide: Decide) -> Sitting:
        """Apply what time has brought about, then what `decide` says, in one transaction; the sitting after it.

        Raises Reminder for the participant to read. Any other Refusal means that the page acted on is over: nothing
        happens, and the next page shows where the sitting stands.
        """
        # Asked before the wait for the lock: who was in time stays in time when the server is busy.
        now = self.clock.now()
        reminder: Reminder | None = None
        with self.store.write() as record:
            if record.is_deleted(participant_id):
                # Their tab may still be open; whatever it says is about nobody.
                self._folded.forget(participant_id)
                return Sitting(participant_id)
            before = self._fold(participant_id, record.events_of)
            after, last = self._passed(record, before, now)
            try:
                chosen = decide(after, now, record)
            except Reminder as refusal:
                chosen, reminder = (), refusal
            except Refusal as refusal:
                _log.debug("%s: %s", participant_id, refusal)
                chosen = ()
            if chosen:
                after, last = self._save(record, after, chosen, now)
        if last:
            self._folded.keep(last, after)
        if reminder is not None:
            raise reminder
        return after

    def _passed(self, record: Record, sitting: Sitting, now: datetime) -> tuple[Sitting, int]:
        """Apply what the clock alone has brought about: a deadline, and then perhaps that nobody is there any more."""
        last = 0
        while (due_at := lapse.due_at(sitting, self.plan.design)) is not None and due_at <= now:
            was_up = not self._watches_uptime or record.was_up(due_at, tolerance_s=GAP_S)
            events = lapse.pass_time(sitting, now, self.plan.design, was_up=was_up)
            sitting, last = self._save(record, sitting, events, now)
        return sitting, last

    def _save(
        self, record: Record, sitting: Sitting, events: Sequence[Event], now: datetime
    ) -> tuple[Sitting, int]:
        """Append events, with their projections; the sitting after them, and its last seq."""
        last = record.append(sitting.participant_id, events, now)
        sitting = keep(record, sitting, events, now, plan=self.plan, questions=self.questions)
        for event in events:
            match event:
                case ReplyClosed():
                    record.replies.end(event.reply_id)
                case TrialClosed():
                    for running in sitting.trials[event.n - 1].running_replies:
                        record.replies.ask_stop(running.message_id)
                case _:
                    pass
        return sitting, last

    def _fold(self, participant_id: str, events_of: Callable[[str, int], Sequence[Happened]]) -> Sitting:
        # What is remembered is looked up once: another thread may put a sitting of another moment in its place.
        seq, sitting = self._folded.get(participant_id)
        for item in events_of(participant_id, seq):
            sitting = apply(sitting, item.event, item.at, self.plan.design)
            seq = item.seq
        self._folded.keep(seq, sitting)
        return sitting


class Remembered:
    """Folded sittings, each with the seq of its last event: those used last, and no more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sittings: OrderedDict[str, tuple[int, Sitting]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, participant_id: str) -> tuple[int, Sitting]:
        """A sitting and its seq; the empty sitting and 0 where it is not remembered."""
        with self._lock:
            return self._sittings.get(participant_id, (0, Sitting(participant_id)))

    def forget(self, participant_id: str) -> None:
        """Remember nothing of this one."""
        with self._lock:
            self._sittings.pop(participant_id, None)

    def keep(self, seq: int, sitting: Sitting) -> None:
        """Remember this one, and forget the one that was not asked for longest."""
        with self._lock:
            self._sittings[sitting.participant_id] = (seq, sitting)
            self._sittings.move_to_end(sitting.participant_id)
            if len(self._sittings) > self._most:
                self._sittings.popitem(last=False)
