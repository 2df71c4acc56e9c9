"""Replies: what the assistant writes, from the participant's message to the closed reply. Load, decide, save.

A running reply is a row with an owner and a lease, so that no truth lives in this process: the text is committed every
0.3 s by one flusher, a stop is a flag in that row, and whoever finds a lapsed lease closes the reply as interrupted.
A failed attempt is tried again only while nothing was shown and time is left; half a reply is kept and marked.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from oversight_app.errors import (
    OversightError,
    ProviderError,
    ProviderUnavailable,
    Refusal,
)
from oversight_app.proctor import Proctor, trial_at_hand
from oversight_app.providers.base import Provider, Reply, Request, Scene, Turn
from oversight_app.providers.patience import Patience
from oversight_app.store.store import Record
from oversight_app.study import trial_actions as trial_verbs
from oversight_app.study.events import Event, ReplyBegun, ReplyClosed
from oversight_app.study.letters import OptionOrder
from oversight_app.study.protocols import next_turn
from oversight_app.study.questions import folded
from oversight_app.study.sitting import Sitting
from oversight_app.study.transcript import fill, holes, lines, visible_messages
from oversight_app.study.trial import Speaker, Trial, apply_to_trial

FLUSH_S = 0.3
LEASE_S = 10.0
MAX_WRITING = 32
"""Replies written at the same time by one process; more wait their turn."""

_log = logging.getLogger(__name__)


@dataclass
class _Job:
    """One reply on its way."""

    participant_id: str
    n: int
    reply_id: str
    request: Request
    deadline: datetime
    trial_deadline: datetime | None
    started_at: datetime
    patience: Patience
    stop: threading.Event = field(default_factory=threading.Event)
    text: str = ""
    first_text_at: datetime | None = None


class Replies:
    """Generates replies for one study. `inline` writes them before `ask` returns, as a rehearsal wants."""

    def __init__(
        self, proctor: Proctor, provider: Provider, *, inline: bool = False, paced: bool = True
    ) -> None:
        """`paced`: whether the scripted assistant types at the design's pace."""
        self._proctor = proctor
        self._provider = provider
        self._inline = inline
        self._paced = paced
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._writers = ThreadPoolExecutor(MAX_WRITING, thread_name_prefix="reply")
        self._flusher: threading.Thread | None = None

    def ask(self, participant_id: str, n: int, text: str) -> None:
        """The participant writes to the assistant of trial `n`; raises Reminder when they cannot now."""

        def decide(trial: Trial, now: datetime) -> tuple[list[Event], Trial]:
            message_id = f"{trial.plan.trial_id}.{len(trial.messages) + 1}"
            sent = trial_verbs.send(trial, message_id, text, now)
            return [sent], apply_to_trial(trial, sent, now)

        self._start(participant_id, n, decide)

    def ask_again(self, participant_id: str, n: int) -> None:
        """Ask once more for the reply that failed or broke off."""

        def decide(trial: Trial, now: datetime) -> tuple[list[Event], Trial]:
            last = trial.messages[-1] if trial.messages else None
            if last is None or last.status not in ("failed", "interrupted") or not trial.is_open:
                raise Refusal("there is no broken reply to ask for again")
            if last.context != trial.context:
                raise Refusal("the assistant has been made to forget what it was asked")
            kept = [
                m
                for m in trial.messages
                if m.speaker is Speaker.PARTICIPANT or m.status not in ("failed", "interrupted")
            ]
            return [], replace(trial, messages=tuple(kept))

        self._start(participant_id, n, decide)

    def stop(self, participant_id: str, n: int) -> None:
        """The participant has read enough of the reply being written."""

        def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            running = trial_at_hand(sitting, n).running_reply
            if running is not None:
                record.replies.ask_stop(running.message_id)
            return []

        self._proctor.act(participant_id, decide)

    def reset_context(self, participant_id: str, n: int) -> None:
        """Make the assistant forget what was said so far."""
        self._proctor.act(
            participant_id,
            lambda sitting, now, record: [trial_verbs.reset_context(trial_at_hand(sitting, n), now)],
        )

    def sweep(self) -> None:
        """Close replies whose process has died as interrupted, or failed where nothing was shown."""
        with self._proctor.store.write() as record:
            lapsed = record.replies.lapsed(self._proctor.clock.now())
        for running in lapsed:
            status = "interrupted" if running.text else "failed"
            closed = ReplyClosed(
                running.n, running.reply_id, running.text, status, error="the server stopped"
            )
            self._proctor.act(running.participant_id, _close_once(closed))

    def close(self) -> None:
        """Stop writing: what was written so far is kept as interrupted."""
        self._closing.set()
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()
        self._writers.shutdown(wait=True)

    # -- starting ---------------------------------------------------------------------

    def _start(
        self, participant_id: str, n: int, decide: Callable[[Trial, datetime], tuple[list[Event], Trial]]
    ) -> None:
        jobs: list[_Job] = []

        def decide_now(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
            trial = trial_at_hand(sitting, n)
            events, seen = decide(trial, now)
            speech = next_turn(seen)
            if speech is None:
                return events
            deadline = now + timedelta(seconds=self._proctor.plan.design.assistant.reply_limit_s)
            if trial.deadline_at is not None:
                deadline = min(deadline, trial.deadline_at)
            reply_id = f"{trial.plan.trial_id}.{len(trial.messages) + len(events) + 1}"
            request = self._request(seen, speech.prompt, (deadline - now).total_seconds())
            provider, model = self._proctor.plan.design.assistant.provider_and_model
            begun = ReplyBegun(
                n,
                reply_id,
                trial.context,
                provider,
                model,
                request.prompt_hash,
                tuple(message.message_id for message in visible_messages(seen)),
            )
            record.replies.begin(reply_id, participant_id, n, self._owner, now + timedelta(seconds=LEASE_S))
            patience = Patience(self._proctor.clock)
            jobs.append(
                _Job(participant_id, n, reply_id, request, deadline, trial.deadline_at, now, patience)
            )
            return [*events, begun]

        self._proctor.act(participant_id, decide_now)
        for job in jobs:
            if self._inline:
                self._write(job)
            else:
                with self._lock:
                    self._jobs[job.reply_id] = job
                self._keep_flushing()
                self._writers.submit(self._write, job)

    def _request(self, trial: Trial, prompt: str, seconds: float) -> Request:
        """The prompt, the passage first, and what the model can see of the chat."""
        plan, assistant = self._proctor.plan, self._proctor.plan.design.assistant
        question = self._proctor.questions[trial.plan.question_id]
        filling = holes(
            question, trial.plan.option_order, trial.plan.stance, pass_question=assistant.pass_question
        )
        turns = [Turn(line.role, line.text) for line in lines(trial)]
        if assistant.passage_in_first_turn and filling["passage"] and turns:
            turns[0] = Turn("user", f"{filling['passage']}\n\n{turns[0].text}")
            filling = filling | {"passage": ""}
        order = OptionOrder(trial.plan.option_order)
        shown = order.shown(question.options)
        return Request(
            model=assistant.provider_and_model[1],
            system=fill(plan.prompts[prompt], filling, name=prompt).strip(),
            turns=tuple(turns),
            max_tokens=assistant.max_tokens,
            deadline_s=seconds,
            temperature=assistant.temperature,
            words_per_s=assistant.words_per_s if self._paced else None,
            scene=Scene(
                question=folded(question.text),
                options=(shown[0], shown[1], shown[2], shown[3]),
                stance=order.displayed(trial.plan.stance) if trial.plan.stance else "",
                dice=f"{plan.design.seed}/{trial.plan.trial_id}",
                arguments=order.shown(question.arguments) if question.arguments else (),
                passage=question.passage.text if question.passage else "",
                holds_share=assistant.holds_share,
            ),
        )

    # -- writing -------------------------------------------------------------------------

    def _write(self, job: _Job) -> None:
        """Generate the reply and close it, whatever happens."""
        clock = self._proctor.clock
        error, final = "", None
        try:
            final = self._attempts(job)
        except ProviderError as failure:
            error = str(failure)
        except Exception as failure:
            # A provider's defect must not leave the participant before a frozen pane.
            _log.exception("%s: the provider broke", job.reply_id)
            error = f"{type(failure).__name__} in the provider"
        now = clock.now()
        usage = final.usage if final else None
        closed = ReplyClosed(
            job.n,
            job.reply_id,
            job.text,
            self._status(job, final, now),
            finish_reason=final.finish_reason if final else "",
            tokens_in=usage.tokens_in if usage else None,
            tokens_cached=usage.tokens_cached if usage else None,
            tokens_out=usage.tokens_out if usage else None,
            first_text_s=(job.first_text_at - job.started_at).total_seconds() if job.first_text_at else None,
            total_s=(now - job.started_at).total_seconds(),
            request_id=final.request_id if final else "",
            model_answered=final.model if final else "",
            attempts=job.patience.attempts,
            error=error,
        )
        try:
            self._proctor.act(job.participant_id, _close_once(closed))
        except Exception:
            # The lease lapses now, and whoever finds it closes the reply as interrupted.
            _log.exception("%s: the reply could not be closed", job.reply_id)
        finally:
            with self._lock:
                self._jobs.pop(job.reply_id, None)

    def _attempts(self, job: _Job) -> Reply | None:
        """Try until a reply comes, text was shown, or time is up."""
        return job.patience.persist(
            lambda left: self._attempt(job, left),
            (job.deadline - self._proctor.clock.now()).total_seconds(),
            may_retry=lambda: not job.text,
        )

    def _attempt(self, job: _Job, seconds: float) -> Reply | None:
        """One attempt; None when it was stopped, by the participant or the clock."""
        if job.stop.is_set():
            return None
        clock = self._proctor.clock
        pieces = self._provider.reply(replace(job.request, deadline_s=seconds))
        try:
            for piece in pieces:
                if isinstance(piece, Reply):
                    # A service that does not stream says everything at the end.
                    job.text = job.text or _storable(piece.text)
                    return piece
                job.text += _storable(piece.text)
                job.first_text_at = job.first_text_at or clock.now()
                if job.stop.is_set() or clock.now() >= job.deadline:
                    return None
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        raise ProviderUnavailable("the stream of a reply ended without saying how")

    def _status(self, job: _Job, final: Reply | None, now: datetime) -> str:
        """How a reply ended: stopped by participant or deadline; or broken off, and then it can be asked for again."""
        if final is not None and final.finish_reason and job.text:
            return "complete"
        is_stopped = job.stop.is_set() or (job.trial_deadline is not None and now >= job.trial_deadline)
        if is_stopped and not self._closing.is_set():
            return "stopped"
        return "interrupted" if job.text else "failed"

    # -- flushing ---------------------------------------------------------------------------

    def _keep_flushing(self) -> None:
        with self._lock:
            if self._flusher is None or not self._flusher.is_alive():
                self._flusher = threading.Thread(
                    target=self._flush_while_writing, name="flusher", daemon=True
                )
                self._flusher.start()

    def _flush_while_writing(self) -> None:
        """Commit running texts, renew leases and pass on stops, until nothing is being written."""
        while not self._closing.wait(FLUSH_S):
            with self._lock:
                texts = {reply_id: job.text for reply_id, job in self._jobs.items()}
                if not texts:
                    self._flusher = None
                    return
            try:
                with self._proctor.store.write() as record:
                    lease = self._proctor.clock.now() + timedelta(seconds=LEASE_S)
                    stopped = record.replies.flush(texts, self._owner, lease)
            except OversightError:
                continue  # a full disk now is not one for ever; the texts are still in memory
            with self._lock:
                for reply_id in stopped & self._jobs.keys():
                    self._jobs[reply_id].stop.set()


def _close_once(closed: ReplyClosed) -> Callable[[Sitting, datetime, Record], list[Event]]:
    """Close a reply unless somebody else has."""

    def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        trial = sitting.trials[closed.n - 1]
        message = next((m for m in trial.messages if m.message_id == closed.reply_id), None)
        return [closed] if message is not None and message.is_running else []

    return decide


def _storable(text: str) -> str:
    """The text without halves of surrogate pairs, which some services send and no database takes."""
    return text.encode("utf-8", "replace").decode()
