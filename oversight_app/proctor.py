"""The proctor: seats participants, keeps the time, takes their answers.

Each verb is one act on the ledger: load, decide, save. All verbs are idempotent; an action that comes too late or twice
changes nothing.
"""

import logging
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from oversight_app import places
from oversight_app.clock import Clock
from oversight_app.errors import Refusal, StoreError
from oversight_app.ledger import GAP_S, Ledger
from oversight_app.recruits import Recruits
from oversight_app.store import Store
from oversight_app.store.store import Record
from oversight_app.study import lapse, sitting_actions, trial_actions
from oversight_app.study.assignment import trials_for
from oversight_app.study.cells import choose_cell, next_turn
from oversight_app.study.events import Event, ParticipantEnrolled, ParticipantReturned
from oversight_app.study.mark import from_page
from oversight_app.study.page import Page
from oversight_app.study.plan import hash_of
from oversight_app.study.showing import page_of
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study.survey import Answer
from oversight_app.study.trial import Trial

BEAT_S = 2.0
"""How often a server notes that it is up."""

_log = logging.getLogger(__name__)


class Proctor(Ledger):
    """One study's proctor. `kind` is human, or simulated in a rehearsal and for judges."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        kind: str = "human",
        settings: Mapping[str, str] | None = None,
        watches_uptime: bool = False,
    ) -> None:
        """As a ledger; raises NoPlan without a frozen plan. `settings` go on record with everybody who enrols."""
        super().__init__(store, clock, watches_uptime=watches_uptime)
        self._recruits = Recruits(store, clock, self.plan.design.sitting.person_parameter)
        self._kind = kind
        self._settings = dict(settings or {})
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._last_beat: datetime | None = None

    # -- who is there ---------------------------------------------------------------

    def participant_of(self, token: str) -> str | None:
        """Whom an invitation's link stands for; None for an unknown one."""
        return self.store.participant_of(token)

    def participant_from_platform(self, parameters: Mapping[str, str]) -> str | None:
        """The participant behind a recruiting platform's link; None where it names nobody. Nobody is enrolled by it."""
        return self._recruits.participant_of(parameters)

    def page(self, participant_id: str) -> Page:
        """The page to show now. A question's clock starts at its first showing here; somebody who had left is back."""
        now = self.clock.now()
        sitting = self.sitting(participant_id)
        due_at = lapse.due_at(sitting, self.plan.design)
        if _starts(sitting) or sitting.has_left or (due_at is not None and due_at <= now):
            sitting = self.act(participant_id, self._arrive)
            now = self.clock.now()
        running = sitting.trial.running_replies if sitting.stage is Stage.TRIAL else ()
        texts = {reply.message_id: self.store.reply_text(reply.message_id) for reply in running}
        return page_of(sitting, self.plan, self.questions, now, texts)

    # -- what a participant does ------------------------------------------------------

    def give_consent(self, participant_id: str, *, agreed: bool) -> None:
        """The click on the consent page, which enrols the participant."""

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            events = sitting_actions.consent(
                sitting,
                hash_of(self.plan.text("consent")),
                agreed=agreed,
                asks_screening=bool(self.plan.screening),
            )
            if agreed and not self._has_place(record):
                events = sitting_actions.turn_away(sitting)
            self._recruits.enrol(record, participant_id)
            return [ParticipantEnrolled(self._kind, self._settings), *events]

        self.act(participant_id, decide)

    def answer_screening(self, participant_id: str, answers: tuple[int, ...]) -> None:
        """The questions that decide who may take part: the chosen option's index for each."""
        self.act(
            participant_id,
            lambda sitting, now, record: sitting_actions.answer_screening(sitting, answers, self.plan),
        )

    def finish_instructions(self, participant_id: str) -> None:
        """The click that ends the instructions."""
        self.act(participant_id, lambda sitting, now, record: sitting_actions.read_instructions(sitting))

    def answer_comprehension(self, participant_id: str, answers: tuple[int, ...]) -> None:
        """One attempt at the comprehension check."""
        self.act(
            participant_id,
            lambda sitting, now, _: sitting_actions.answer_comprehension(sitting, answers, self.plan, now),
        )

    def begin(self, participant_id: str, *, pledged: bool = False) -> None:
        """The click on Begin: the participant joins a cell and gets their trials.

        Raises Reminder where the study asks for a pledge and it was not given.
        """

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            if sitting.stage is not Stage.READY:
                raise Refusal("the place is taken already")
            pledge = self.plan.text("pledge") if "pledge" in self.plan.texts else ""
            promised = sitting_actions.must_have_pledged(
                sitting, hash_of(pledge) if pledge else "", pledged=pledged
            )
            if not self._has_place(record):
                return sitting_actions.turn_away(sitting)
            arrival = record.n_arrivals(self._kind)
            cell, by_lot = choose_cell(
                self.plan.cells,
                record.people_by_cell(self._kind),
                self.plan.dice(f"cell/{arrival}"),
                random_share=self.plan.design.conditions.random_share,
            )
            turn = next_turn(record.turns_taken(self._kind, cell.strand))
            trials = trials_for(self.plan, self.questions, cell, participant_id, arrival=arrival, turn=turn)
            begun = sitting_actions.begin(sitting, cell, turn, by_lot=by_lot, trials=trials)
            return [*promised, *begun]

        self.act(participant_id, decide)

    def go_on(self, participant_id: str) -> None:
        """The click that ends a rest."""
        self.act(participant_id, lambda sitting, now, record: sitting_actions.ask_next(sitting))

    def read_passage(self, participant_id: str, n: int) -> None:
        """Ask for question `n` before its reading phase is over."""
        self.act(
            participant_id,
            lambda sitting, now, record: sitting_actions.read_passage(sitting, n, now, self.plan.design),
        )

    def read_feedback(self, participant_id: str, n: int) -> None:
        """The click that ends the feedback on trial `n`."""
        self.act(participant_id, lambda sitting, now, record: sitting_actions.read_feedback(sitting, n))

    def save_draft(
        self,
        participant_id: str,
        n: int,
        choice: int | None,
        confidence: float | None,
        *,
        probabilities: tuple[float | None, ...] = (),
        reason: str = "",
        is_initial: bool | None = None,
    ) -> None:
        """Keep what is marked so far. `choice` and `probabilities` count the options from the top.

        `is_initial` says whether the page asked for the first answer; a page that is over by then changes nothing.
        """

        def decide(trial: Trial, now: datetime) -> Event | None:
            mark = from_page(trial.plan.option_order, choice, confidence, probabilities, reason)
            return trial_actions.save_draft(trial, mark, self.plan.design.answer, now, is_initial=is_initial)

        self._act_on_trial(participant_id, n, decide)

    def commit_initial(
        self,
        participant_id: str,
        n: int,
        choice: int | None,
        confidence: float | None,
        *,
        probabilities: tuple[float | None, ...] = (),
        browser_response_time_s: float | None = None,
    ) -> None:
        """The own answer to trial `n` that comes before the assistant; raises Reminder when something is missing."""

        def decide(trial: Trial, now: datetime) -> Event | None:
            return trial_actions.commit_initial(
                trial,
                from_page(trial.plan.option_order, choice, confidence, probabilities),
                self.plan.design,
                now,
                browser_response_time_s=browser_response_time_s,
            )

        self._act_on_trial(participant_id, n, decide)

    def submit(
        self,
        participant_id: str,
        n: int,
        choice: int | None,
        confidence: float | None,
        *,
        probabilities: tuple[float | None, ...] = (),
        reason: str = "",
        browser_response_time_s: float | None = None,
    ) -> None:
        """The participant's answer to trial `n`; raises Reminder when something is missing from it."""

        def decide(trial: Trial, now: datetime) -> Event | None:
            return trial_actions.submit(
                trial,
                from_page(trial.plan.option_order, choice, confidence, probabilities, reason),
                self.plan.design,
                now,
                browser_response_time_s=browser_response_time_s,
            )

        self._act_on_trial(participant_id, n, decide)

    def skip(self, participant_id: str, n: int, *, browser_response_time_s: float | None = None) -> None:
        """Go on from trial `n` without an answer, where the design allows it."""

        def decide(trial: Trial, now: datetime) -> Event | None:
            return trial_actions.skip(
                trial, self.plan.design, now, browser_response_time_s=browser_response_time_s
            )

        self._act_on_trial(participant_id, n, decide)

    def state_belief(
        self,
        participant_id: str,
        n: int,
        reply_id: str,
        choice: int | None,
        confidence: float | None,
        *,
        probabilities: tuple[float | None, ...] = (),
        p_source: str = "elicited",
    ) -> None:
        """Which option is held to be right after a reply; raises Reminder when something is missing.

        `p_source` is where the numbers come from: people are asked, a judge has other ways to say them.
        """

        def decide(trial: Trial, now: datetime) -> Event | None:
            mark = from_page(trial.plan.option_order, choice, confidence, probabilities)
            return trial_actions.state_belief(
                trial, reply_id, mark, self.plan.design.answer, now, p_source=p_source
            )

        self._act_on_trial(participant_id, n, decide)

    def pause_after(self, participant_id: str, n: int) -> None:
        """Rest after trial `n`."""
        self._act_on_trial(participant_id, n, trial_actions.pause_after)

    def withdraw(self, participant_id: str, *, keeps_data: bool | None = None) -> None:
        """The participant ends the sitting for good, and may say whether their data may be used."""
        self.act(
            participant_id,
            lambda sitting, now, record: sitting_actions.withdraw(
                sitting, now, self.plan.design, keeps_data=keeps_data
            ),
        )

    def answer_survey(self, participant_id: str, answers: Mapping[str, Answer]) -> None:
        """Hand in the questionnaire; raises Reminder where an answer is missing that the study needs."""
        self.act(participant_id, lambda stands, *_: sitting_actions.answer_survey(stands, answers, self.plan))

    def finish(self, participant_id: str) -> None:
        """The click that ends the debrief."""
        self.act(participant_id, lambda sitting, now, record: sitting_actions.debrief(sitting))

    # -- what time does -----------------------------------------------------------------

    def sweep(self, connected: Callable[[], Iterable[str]] = tuple) -> int:
        """Close what is due, for everybody; returns how many sittings changed. Any number of processes may sweep.

        `connected` names those who have the page open here; it is noted beside the beat.
        """
        now = self.clock.now()
        if self._watches_uptime and (
            self._last_beat is None or (now - self._last_beat).total_seconds() >= BEAT_S
        ):
            here = tuple(connected())
            with self.store.write() as record:
                record.beat(self._process, now, tolerance_s=GAP_S)
                record.see(here, now)
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

    # -- what the verbs share ---------------------------------------------------------------

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
        at_latest = sitting.limit_at(self.plan.design)
        if sitting.stage is Stage.TRIAL and sitting.trial.shown_at is None:
            events.append(trial_actions.show(sitting.trial, now, at_latest=at_latest))
        elif sitting.stage is Stage.READING and sitting.trial.passage_shown_at is None:
            events.append(trial_actions.show_passage(sitting.trial, now, at_latest=at_latest))
        return events

    def _has_place(self, record: Record) -> bool:
        """Whether a newcomer may take part; raises Reminder while enrolment is paused."""
        return places.has_place(record, self._kind, self.plan.design.sitting.max_participants)


def trial_at_hand(sitting: Sitting, n: int) -> Trial:
    """Trial `n` if it is the one on the page; raises Refusal for a page that is over."""
    if sitting.stage is not Stage.TRIAL or sitting.trial.plan.n != n:
        raise Refusal(f"question {n} is not on the page")
    return sitting.trial


def _starts(sitting: Sitting) -> bool:
    """Whether showing the page now starts a clock."""
    if sitting.stage is Stage.TRIAL:
        return sitting.trial.shown_at is None
    return sitting.stage is Stage.READING and sitting.trial.passage_shown_at is None
