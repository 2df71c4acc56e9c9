"""The proctor: seats participants, keeps the time, takes their answers. Load, decide, save.

Every verb is one transaction: the sitting is folded from its events, what the clock has brought about meanwhile is
applied first, the pure core decides, and events and projections are on disk before the verb returns. All verbs are
idempotent and safe from any thread and any process; an action that comes too late or twice changes nothing. Folded
sittings are remembered only to fold less: each load reads the events that came since.
"""

import logging
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from oversight_app.clock import Clock
from oversight_app.errors import NoPlan, Refusal, Reminder, StoreError
from oversight_app.projections import keep, planned_questions
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study import sitting as verbs
from oversight_app.study import trial as trial_verbs
from oversight_app.study.assignment import trials_for
from oversight_app.study.cells import choose_cell, next_turn
from oversight_app.study.events import (
    Event,
    Happened,
    ParticipantEnrolled,
    ParticipantReturned,
    ReplyClosed,
    TrialClosed,
)
from oversight_app.study.letters import OptionOrder
from oversight_app.study.page import Page, page_of
from oversight_app.study.plan import Plan, hash_of
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.trial import Trial

BEAT_S = 2.0
"""How often a server notes that it is up."""
GAP_S = 6.0
"""A longer silence than this means that the server was down."""

PLATFORM_KEYS = ("PROLIFIC_PID", "workerId", "participantId", "participant_label")
"""The parameter that names a person, for each recruiting platform."""

Decide = Callable[[Sitting, datetime, Record], Sequence[Event]]

_log = logging.getLogger(__name__)


class Proctor:
    """One study's proctor. `kind` is human, or simulated in a rehearsal."""

    def __init__(
        self, store: Store, clock: Clock, *, kind: str = "human", watches_uptime: bool = False
    ) -> None:
        """Over an open store with a frozen plan; raises NoPlan without one.

        `watches_uptime`: whether `sweep` runs beside this proctor, so that a deadline in a gap of its beats means that
        the server was down. A rehearsal's clock jumps, so it does not watch.
        """
        plan = store.plan()
        if plan is None:
            raise NoPlan(store.path.parent)
        self.plan: Plan = plan
        self.questions: Mapping[str, Question] = planned_questions(plan, store.questions())
        self.store = store
        self.clock = clock
        self._kind = kind
        self._watches_uptime = watches_uptime
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._last_beat: datetime | None = None
        self._folded: dict[str, tuple[int, Sitting]] = {}

    # -- who is there ---------------------------------------------------------------

    def participant_of(self, token: str) -> str | None:
        """Whom an invitation's link stands for; None for an unknown one."""
        return self.store.participant_of(token)

    def participant_from_platform(self, parameters: Mapping[str, str]) -> str | None:
        """The participant behind a recruiting platform's link; None for no person.

        The same person is the same participant. Only a name is kept; nobody is enrolled before they agree to take part.
        """
        for key in PLATFORM_KEYS:
            if parameters.get(key):
                person = f"{key}={parameters[key]}"
                known = self.store.person_of_platform(person)
                if known is not None:
                    return known
                with self.store.write() as record:
                    return record.person_of_platform(
                        person, new_participant_id(), parameters, self.clock.now()
                    )
        return None

    def sitting(self, participant_id: str) -> Sitting:
        """The sitting as it is recorded; what the clock has brought about since is not in it."""
        return self._fold(participant_id, self.store.events_of)

    def page(self, participant_id: str) -> Page:
        """The page to show now. A question's clock starts at its first showing here; somebody who had left is back."""
        now = self.clock.now()
        sitting = self.sitting(participant_id)
        starts = sitting.stage is Stage.TRIAL and sitting.trial.shown_at is None
        due_at = verbs.due_at(sitting, self.plan.design)
        if starts or sitting.has_left or (due_at is not None and due_at <= now):
            sitting = self.act(participant_id, self._arrive)
            now = self.clock.now()
        running = sitting.trial.running_reply if sitting.stage is Stage.TRIAL else None
        text = self.store.reply_text(running.message_id) if running else ""
        return page_of(sitting, self.plan, self.questions, now, text)

    # -- what a participant does ------------------------------------------------------

    def give_consent(self, participant_id: str, *, agreed: bool) -> None:
        """The click on the consent page, which enrols the participant."""

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            events = verbs.consent(sitting, hash_of(self.plan.text("consent")), agreed=agreed)
            return [ParticipantEnrolled(self._kind), *events]

        self.act(participant_id, decide)

    def finish_instructions(self, participant_id: str) -> None:
        """The click that ends the instructions."""
        self.act(participant_id, lambda sitting, now, record: verbs.read_instructions(sitting))

    def answer_comprehension(self, participant_id: str, answers: tuple[int, ...]) -> None:
        """One attempt at the comprehension check."""
        self.act(
            participant_id,
            lambda sitting, now, record: verbs.answer_comprehension(sitting, answers, self.plan, now),
        )

    def begin(self, participant_id: str) -> None:
        """The click on Begin: the participant joins a cell and gets their trials."""

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            if sitting.stage is not Stage.READY:
                raise Refusal("the place is taken already")
            arrival = record.n_arrivals(self._kind)
            cell, by_lot = choose_cell(
                self.plan.cells,
                record.people_by_cell(self._kind),
                self.plan.dice(f"cell/{arrival}"),
                random_share=self.plan.design.conditions.random_share,
            )
            turn = next_turn(record.turns_taken(self._kind, cell.strand))
            trials = trials_for(self.plan, self.questions, cell, participant_id, arrival=arrival, turn=turn)
            return verbs.begin(sitting, cell, turn, by_lot=by_lot, trials=trials)

        self.act(participant_id, decide)

    def go_on(self, participant_id: str) -> None:
        """The click that ends a rest."""
        self.act(participant_id, lambda sitting, now, record: verbs.ask_next(sitting))

    def read_feedback(self, participant_id: str, n: int) -> None:
        """The click that ends the feedback on trial `n`."""
        self.act(participant_id, lambda sitting, now, record: verbs.read_feedback(sitting, n))

    def save_draft(self, participant_id: str, n: int, choice: int | None, confidence: float | None) -> None:
        """Keep what is marked so far; `choice` counts the options from the top, 0-3."""

        def decide(trial: Trial, now: datetime) -> Event | None:
            scale = self.plan.design.answer.confidence
            return trial_verbs.save_draft(trial, _original(trial, choice), confidence, scale, now)

        self._act_on_trial(participant_id, n, decide)

    def submit(
        self,
        participant_id: str,
        n: int,
        choice: int | None,
        confidence: float | None,
        *,
        browser_response_time_s: float | None = None,
    ) -> None:
        """The participant's answer to trial `n`; raises Reminder when something is missing from it."""

        def decide(trial: Trial, now: datetime) -> Event | None:
            return trial_verbs.submit(
                trial,
                _original(trial, choice),
                confidence,
                self.plan.design.answer.confidence,
                now,
                min_display_s=self.plan.design.sitting.min_display_s,
                browser_response_time_s=browser_response_time_s,
            )

        self._act_on_trial(participant_id, n, decide)

    def pause_after(self, participant_id: str, n: int) -> None:
        """Rest after trial `n`."""
        self._act_on_trial(participant_id, n, trial_verbs.pause_after)

    def withdraw(self, participant_id: str) -> None:
        """The participant ends the sitting for good."""
        self.act(participant_id, lambda sitting, now, record: verbs.withdraw(sitting, now))

    def finish(self, participant_id: str, *, external_help: bool | None) -> None:
        """The click that ends the debrief."""
        self.act(
            participant_id, lambda sitting, now, record: verbs.debrief(sitting, external_help=external_help)
        )

    # -- what time does -----------------------------------------------------------------

    def sweep(self) -> int:
        """Close what is due, for everybody; returns how many sittings changed. Any number of processes may sweep."""
        now = self.clock.now()
        if self._watches_uptime and (
            self._last_beat is None or (now - self._last_beat).total_seconds() >= BEAT_S
        ):
            with self.store.write() as record:
                record.beat(self._process, now, tolerance_s=GAP_S)
            self._last_beat = now
        due = self.store.due(now)
        for participant_id in due:
            try:
                self.act(participant_id, lambda sitting, now, record: [])
            except StoreError:
                raise
            except Exception:
                # One sitting that cannot be read must not keep everybody else's trials open.
                _log.exception("the sitting of %s cannot be swept", participant_id)
        return len(due)

    # -- load, decide, save ---------------------------------------------------------------

    def act(self, participant_id: str, decide: Decide) -> Sitting:
        """Apply what time has brought about, then what `decide` says, in one transaction; the sitting after it.

        Raises Reminder for the participant to read. Any other Refusal means that the page acted on is over: nothing
        happens, and the next page shows where the sitting stands.
        """
        # Asked before the wait for the lock: who was in time stays in time when the server is busy.
        now = self.clock.now()
        reminder: Reminder | None = None
        with self.store.write() as record:
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
            self._folded[participant_id] = (last, after)
        if reminder is not None:
            raise reminder
        return after

    def _act_on_trial(
        self, participant_id: str, n: int, decide: Callable[[Trial, datetime], Event | None]
    ) -> None:
        def decide_now(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            event = decide(trial_at_hand(sitting, n), now)
            return [] if event is None else [event]

        self.act(participant_id, decide_now)

    def _arrive(self, sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        """The participant is looking at the page."""
        events: list[Event] = [ParticipantReturned()] if sitting.has_left else []
        if sitting.stage is Stage.TRIAL and sitting.trial.shown_at is None:
            events.append(trial_verbs.show(sitting.trial, now))
        return events

    def _passed(self, record: Record, sitting: Sitting, now: datetime) -> tuple[Sitting, int]:
        """Apply what the clock alone has brought about: a deadline, and then perhaps that nobody is there any more."""
        last = 0
        while (due_at := verbs.due_at(sitting, self.plan.design)) is not None and due_at <= now:
            was_up = not self._watches_uptime or record.was_up(due_at, tolerance_s=GAP_S)
            events = verbs.pass_time(sitting, now, self.plan.design, was_up=was_up)
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
                    running = sitting.trials[event.n - 1].running_reply
                    if running is not None:
                        record.replies.ask_stop(running.message_id)
                case _:
                    pass
        return sitting, last

    def _fold(self, participant_id: str, events_of: Callable[[str, int], Sequence[Happened]]) -> Sitting:
        # What is remembered is looked up once: another thread may put a sitting of another moment in its place.
        seq, sitting = self._folded.get(participant_id, (0, Sitting(participant_id)))
        for item in events_of(participant_id, seq):
            sitting = verbs.apply(sitting, item.event, item.at, self.plan.design)
            seq = item.seq
        self._folded[participant_id] = (seq, sitting)
        return sitting


def trial_at_hand(sitting: Sitting, n: int) -> Trial:
    """Trial `n` if it is the one on the page; raises Refusal for a page that is over."""
    if sitting.stage is not Stage.TRIAL or sitting.trial.plan.n != n:
        raise Refusal(f"question {n} is not on the page")
    return sitting.trial


def new_participant_id() -> str:
    """Eight lower-case letters and digits that say nothing about anybody."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(8))


def _original(trial: Trial, choice: int | None) -> str:
    if choice is None:
        return ""
    # Anything but 0-3 was not on the page; bool is an int, and floats compare equal to ints.
    if type(choice) is not int or choice not in range(len(LETTERS)):
        raise Refusal("this is not one of the options")
    return OptionOrder(trial.plan.option_order).original(LETTERS[choice])
