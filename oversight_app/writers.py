"""The writers: threads that generate replies, and the one flusher that keeps what they say so far.

A writer asks the provider, again where a failure may pass, and closes its reply whatever happens. Others may come
first: a stop, the end of a deadline that the service does not keep, the server's end, another process. Whoever takes a
job out of the list closes its reply, and what the writer does after that changes nothing.

No more replies are asked for at the same time than the design allows; the others wait their turn, within their time and
as if the service took so long.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from oversight_app.errors import OversightError, ProviderError, ProviderUnavailable
from oversight_app.proctor import Proctor
from oversight_app.providers.base import Provider, Reply, Request, Usage
from oversight_app.providers.classify import trouble_of, trouble_without_words, without_words
from oversight_app.providers.patience import Patience
from oversight_app.store.store import Record
from oversight_app.study.events import Event, ReplyClosed
from oversight_app.study.sitting import Sitting
from oversight_app.study.trouble import Trouble
from oversight_app.waiting_line import WaitingLine

FLUSH_S = 0.3
LEASE_S = 10.0
GRACE_S = 2.0
"""So long after its deadline a reply is closed without its writer: the service hangs, or its turn never came."""

_TOO_LATE = "no complete reply in time"
_BROKE_OFF = "the reply broke off without saying why"
_NO_TURN = "no turn came in time: as many replies as assistant.max_parallel allows were being written"

_log = logging.getLogger(__name__)


@dataclass
class Job:
    """One reply on its way."""

    participant_id: str
    n: int
    reply_id: str
    provider: Provider
    request: Request
    deadline: datetime
    trial_deadline: datetime | None
    started_at: datetime
    patience: Patience
    stop: threading.Event = field(default_factory=threading.Event)
    text: str = ""
    first_text_at: datetime | None = None
    queued_s: float | None = None
    """How long it waited for its turn; None before that came."""
    request_id: str = ""
    """The service's own name for the attempt that failed last, where it gave one."""
    is_closed: threading.Event = field(default_factory=threading.Event)
    """Set once nobody here has anything to do with the reply any more."""

    @property
    def first_text_s(self) -> float | None:
        """How long the participant waited for the first words."""
        return (self.first_text_at - self.started_at).total_seconds() if self.first_text_at else None


class Writers:
    """The writers of one process."""

    def __init__(self, proctor: Proctor, *, on_closed: Callable[[str, int], None]) -> None:
        """Nobody writes yet; `owner` names this process in the rows of its replies.

        `on_closed` is told of each reply that this process has closed: the participant, and the number of the trial.
        """
        self._proctor = proctor
        self._on_closed = on_closed
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._line = WaitingLine(proctor.plan.design.assistant.max_parallel)
        self._flusher: threading.Thread | None = None

    def start(self, job: Job) -> None:
        """Write this reply beside everything else."""
        self._keep(job)
        self._keep_flushing()
        # Not a pool: Python waits for a pool's threads at its end, however long their service hangs.
        threading.Thread(target=self._write, args=(job,), name=job.reply_id, daemon=True).start()

    def write(self, jobs: Sequence[Job], *, is_live: bool = False) -> None:
        """Write these replies, and come back when all are closed.

        `is_live`: at the same time, and with their leases kept, as others look after the record too; else one after
        another, as a simulated clock has but one hand.
        """
        if not is_live:
            for job in jobs:
                self._keep(job)
            for job in jobs:
                self._write(job)
            return
        for job in jobs:
            self.start(job)
        for job in jobs:
            job.is_closed.wait()

    def job(self, reply_id: str) -> Job | None:
        """The job of a reply that this process writes."""
        with self._lock:
            return self._jobs.get(reply_id)

    def let_go(self, reply_id: str) -> None:
        """Somebody has closed this reply: its writer, if it is here, need not go on."""
        if job := self._taken(reply_id):
            job.stop.set()
            job.is_closed.set()

    def close(self) -> None:
        """Stop writing: what was written so far is kept as interrupted."""
        self._closing.set()
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stop.set()
            self._settle(job, None, "the server stopped")

    def _keep(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.reply_id] = job

    # -- writing -------------------------------------------------------------------------

    def _write(self, job: Job) -> None:
        """Generate the reply and close it, whatever happens."""
        error, trouble, final = "", "", None
        try:
            with self._line.place(lambda: self._is_over(job)) as is_our_turn:
                if is_our_turn:
                    job.queued_s = (self._proctor.clock.now() - job.started_at).total_seconds()
                    final = self._attempts(job)
                else:
                    error, trouble = _NO_TURN, Trouble.BUSY
        except ProviderError as failure:
            error, job.request_id = str(failure), failure.request_id
            trouble = trouble_of(failure)
        except Exception as failure:
            # A provider's defect must not leave the participant before a frozen pane.
            _log.exception("%s: the provider broke", job.reply_id)
            error = f"{type(failure).__name__} in the provider"
        self._settle(job, final, error, trouble)

    def _is_over(self, job: Job) -> bool:
        """Whether a reply need not be asked for any more."""
        return job.stop.is_set() or self._proctor.clock.now() >= job.deadline

    def _settle(self, job: Job, final: Reply | None, error: str, trouble: str = "") -> None:
        """Close a reply that is still this process's to close; whoever comes second finds nothing to do."""
        if self._taken(job.reply_id) is None:
            return
        now = self._proctor.clock.now()
        usage = final.usage if final else Usage()
        status = self._status(job, final, now)
        if status == "failed" and final is not None and final.finish_reason:
            error = without_words(final.finish_reason)
            trouble = trouble_without_words(final.finish_reason)
        elif status in ("failed", "interrupted") and not error:
            # Neither an end nor an error: its time ran out while it was written, or its stream ended too early.
            error, trouble = (_TOO_LATE, Trouble.LATE) if final is None else (_BROKE_OFF, Trouble.UNREACHABLE)
        closed = ReplyClosed(
            job.n,
            job.reply_id,
            job.text,
            status,
            finish_reason=final.finish_reason if final else "",
            tokens_in=usage.tokens_in,
            tokens_cached=usage.tokens_cached,
            tokens_out=usage.tokens_out,
            tokens_cache_written=usage.tokens_cache_written,
            tokens_reasoning=usage.tokens_reasoning,
            first_text_s=job.first_text_s,
            total_s=(now - job.started_at).total_seconds(),
            request_id=final.request_id if final else job.request_id,
            model_answered=final.model if final else "",
            attempts=max(1, job.patience.attempts),
            error=error,
            trouble=str(trouble) if status != "complete" else "",
            queued_s=job.queued_s,
        )
        try:
            self._proctor.act(job.participant_id, close_once(closed))
            if not self._closing.is_set():
                self._on_closed(job.participant_id, job.n)
        except Exception:
            # The lease lapses now, and whoever finds it closes the reply as interrupted.
            _log.exception("%s: the reply could not be closed, or the next one not be begun", job.reply_id)
        finally:
            job.is_closed.set()

    def _taken(self, reply_id: str) -> Job | None:
        """The job, out of the list of those that this process writes; None where somebody else has taken it."""
        with self._lock:
            return self._jobs.pop(reply_id, None)

    def _attempts(self, job: Job) -> Reply | None:
        """Try until a reply comes, text was shown, or time is up."""
        return job.patience.persist(
            lambda left: self._attempt(job, left),
            (job.deadline - self._proctor.clock.now()).total_seconds(),
            may_retry=lambda: not job.text,
        )

    def _attempt(self, job: Job, seconds: float) -> Reply | None:
        """One attempt; None when it was stopped, by the participant or the clock."""
        if job.stop.is_set():
            return None
        clock = self._proctor.clock
        pieces = job.provider.reply(replace(job.request, deadline_s=seconds))
        try:
            for piece in pieces:
                if isinstance(piece, Reply):
                    # A service that does not stream says everything at the end.
                    job.text = job.text or _storable(piece.text)[: job.request.max_characters]
                    return piece
                job.text = (job.text + _storable(piece.text))[: job.request.max_characters]
                job.first_text_at = job.first_text_at or clock.now()
                if len(job.text) == job.request.max_characters:
                    return Reply(job.text, "length", model=job.request.model)
                if self._is_over(job):
                    return None
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        raise ProviderUnavailable("the stream of a reply ended without saying how")

    def _status(self, job: Job, final: Reply | None, now: datetime) -> str:
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
        """Commit running texts, renew leases, and close what was stopped or takes too long, until all are written."""
        while not self._closing.wait(FLUSH_S):
            with self._lock:
                jobs = dict(self._jobs)
                if not jobs:
                    self._flusher = None
                    return
            now = self._proctor.clock.now()
            try:
                with self._proctor.store.write() as record:
                    texts = {reply_id: job.text for reply_id, job in jobs.items()}
                    stopped = record.replies.flush(texts, self.owner, now + timedelta(seconds=LEASE_S))
            except OversightError:
                continue  # a full disk now is not one for ever; the texts are still in memory
            for reply_id, job in jobs.items():
                if reply_id in stopped:
                    job.stop.set()
                    self._settle(job, None, "")
                elif now >= job.deadline + timedelta(seconds=GRACE_S):
                    # Closed first: a reply that took too long was not stopped by anybody.
                    self._settle(job, None, _TOO_LATE, Trouble.LATE)
                    job.stop.set()


def close_once(closed: ReplyClosed) -> Callable[[Sitting, datetime, Record], list[Event]]:
    """Close a reply unless somebody else has."""

    def decide(sitting: Sitting, now: datetime, record: Record) -> list[Event]:
        trial = sitting.trials[closed.n - 1]
        message = next((m for m in trial.messages if m.message_id == closed.reply_id), None)
        return [closed] if message is not None and message.is_running else []

    return decide


def _storable(text: str) -> str:
    """The text without halves of surrogate pairs, which some services send and no database takes."""
    return text.encode("utf-8", "replace").decode()
