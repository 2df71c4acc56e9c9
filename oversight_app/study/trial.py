"""The trial machine: one question from its first showing to its close.

A `Trial` is folded from events by `apply_to_trial`; each verb below looks at a trial and the time and says what happens
(one event), or raises `Refusal` when the action does not count now. The deadline is the first showing plus the limit;
at the deadline the draft becomes the answer, whoever notices and however late.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf
from typing import Any

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.design import FIVE_POINTS, ConfidenceScale
from oversight_app.study.events import (
    ContextReset,
    DraftSaved,
    Event,
    MessageSent,
    PauseAsked,
    ReplyBegun,
    ReplyClosed,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial_plan import TrialPlan

MAX_MESSAGE_CHARACTERS = 4000


class TrialStatus(StrEnum):
    """How a trial closed."""

    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    TIMED_OUT_NO_ANSWER = "timed_out_no_answer"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    ABANDONED = "abandoned"
    VOID = "void"


class Speaker(StrEnum):
    """Who wrote a message."""

    PARTICIPANT = "participant"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a trial's chat; `begun` and `closed` are the events of an assistant's reply."""

    message_id: str
    speaker: Speaker
    at: datetime
    context: int
    text: str
    begun: ReplyBegun | None = None
    closed: ReplyClosed | None = None

    @property
    def is_running(self) -> bool:
        """Whether this is a reply still being written."""
        return self.begun is not None and self.closed is None

    @property
    def status(self) -> str:
        """sent, running, complete, stopped, interrupted or failed."""
        if self.begun is None:
            return "sent"
        return self.closed.status if self.closed else "running"


@dataclass(frozen=True, slots=True)
class Trial:
    """Where a trial stands."""

    plan: TrialPlan
    shown_at: datetime | None = None
    deadline_at: datetime | None = None
    draft_choice: str = ""
    draft_confidence: float | None = None
    context: int = 1
    messages: tuple[Message, ...] = ()
    closed: TrialClosed | None = None
    is_abandoned: bool = False
    pause_after: bool = False

    @property
    def is_open(self) -> bool:
        """Shown, and not closed yet."""
        return self.shown_at is not None and self.closed is None

    @property
    def status(self) -> str:
        """The closing status; empty while open."""
        if self.closed is None:
            return ""
        return TrialStatus.ABANDONED.value if self.is_abandoned else self.closed.status

    @property
    def running_reply(self) -> Message | None:
        """The reply still being written, if there is one."""
        return next((message for message in reversed(self.messages) if message.is_running), None)

    @property
    def n_resets(self) -> int:
        """How often the participant wiped the model's memory."""
        return self.context - 1


def apply_to_trial(trial: Trial, event: Event, at: datetime) -> Trial:
    """The trial after this event; events that are not about a trial leave it as it is."""
    match event:
        case TrialShown():
            return replace(trial, shown_at=at, deadline_at=event.deadline_at)
        case DraftSaved():
            return replace(trial, draft_choice=event.choice, draft_confidence=event.confidence)
        case MessageSent():
            message = Message(event.message_id, Speaker.PARTICIPANT, at, event.context, event.text)
            return replace(trial, messages=(*trial.messages, message))
        case ReplyBegun():
            message = Message(event.reply_id, Speaker.ASSISTANT, at, event.context, "", begun=event)
            return replace(trial, messages=(*trial.messages, message))
        case ReplyClosed():
            messages = tuple(
                replace(message, text=event.text, closed=event)
                if message.message_id == event.reply_id
                else message
                for message in trial.messages
            )
            return replace(trial, messages=messages)
        case ContextReset():
            return replace(trial, context=trial.context + 1)
        case PauseAsked():
            return replace(trial, pause_after=True)
        case TrialClosed():
            return replace(trial, closed=event)
        case _:
            return trial


# -- what can be done with a trial -------------------------------------------------


def show(trial: Trial, now: datetime) -> TrialShown:
    """The question is on the page: the clock starts. Refused when it already was."""
    if trial.shown_at is not None:
        raise Refusal("this question has been shown already")
    limit = trial.plan.time_limit_s
    return TrialShown(trial.plan.n, None if limit is None else now + timedelta(seconds=limit))


def save_draft(
    trial: Trial, choice: str, confidence: float | None, scale: ConfidenceScale, now: datetime
) -> DraftSaved | None:
    """Keep what is marked so far; None when nothing is new. Refused after the deadline, and for what no page offers."""
    _must_be_open(trial, now)
    _check_answer(choice, confidence, scale)
    if (choice, confidence) == (trial.draft_choice, trial.draft_confidence):
        return None
    return DraftSaved(trial.plan.n, choice, confidence)


def submit(
    trial: Trial,
    choice: str,
    confidence: float | None,
    scale: ConfidenceScale,
    now: datetime,
    *,
    min_display_s: float = 0.0,
    browser_response_time_s: float | None = None,
) -> TrialClosed:
    """The participant's answer. Refused without a choice or a confidence, and in the first moments after opening.

    A submit within `min_display_s` of the showing is the second half of a double click on the page before.
    """
    _must_be_open(trial, now)
    _check_answer(choice, confidence, scale)
    assert trial.shown_at is not None  # _must_be_open
    if (now - trial.shown_at).total_seconds() < min_display_s:
        raise Refusal("the question has only just opened")
    if not choice:
        raise Reminder("choose_answer")
    if confidence is None and scale is not ConfidenceScale.NONE:
        raise Reminder("mark_confidence")
    return TrialClosed(
        trial.plan.n,
        TrialStatus.ANSWERED.value,
        choice,
        confidence,
        now,
        browser_response_time_s=_measured(browser_response_time_s),
    )


def close_due(trial: Trial, now: datetime, *, was_up: bool) -> TrialClosed | None:
    """The close that the clock makes once the deadline has passed; None before, and without a deadline.

    `was_up` says whether the server was running at the deadline; if not, the trial is void: the time in which nobody
    could answer is not the participant's.
    """
    if not trial.is_open or trial.deadline_at is None or now < trial.deadline_at:
        return None
    if not was_up:
        status = TrialStatus.VOID
    else:
        status = TrialStatus.TIMED_OUT if trial.draft_choice else TrialStatus.TIMED_OUT_NO_ANSWER
    return TrialClosed(
        trial.plan.n,
        status.value,
        trial.draft_choice,
        trial.draft_confidence,
        trial.deadline_at,
    )


def abandon(trial: Trial, at: datetime, *, was_up: bool = True) -> TrialClosed:
    """The close of a trial whose participant has gone; void when it was the server that was away."""
    status = TrialStatus.ABANDONED if was_up else TrialStatus.VOID
    return TrialClosed(trial.plan.n, status.value, trial.draft_choice, trial.draft_confidence, at)


def send(trial: Trial, message_id: str, text: str, now: datetime) -> MessageSent:
    """The participant's message to the assistant. Refused where there is none, while it is writing, and when empty."""
    _must_be_open(trial, now)
    if trial.plan.protocol != "chat":
        raise Refusal("there is no assistant in this question")
    if trial.running_reply is not None:
        raise Reminder("still_writing")
    if not text.strip():
        raise Reminder("empty_message")
    return MessageSent(trial.plan.n, message_id, text[:MAX_MESSAGE_CHARACTERS], trial.context)


def reset_context(trial: Trial, now: datetime) -> ContextReset:
    """Wipe what the model can see. Refused while it is writing."""
    _must_be_open(trial, now)
    if trial.running_reply is not None:
        raise Reminder("still_writing")
    return ContextReset(trial.plan.n)


def pause_after(trial: Trial, now: datetime) -> PauseAsked | None:
    """Rest after this question; the clock of this one goes on."""
    _must_be_open(trial, now)
    return None if trial.pause_after else PauseAsked(trial.plan.n)


def _must_be_open(trial: Trial, now: datetime) -> None:
    if not trial.is_open:
        raise Refusal("this question is not open")
    if trial.deadline_at is not None and now >= trial.deadline_at:
        raise Refusal("the time for this question is over")


def _check_answer(choice: str, confidence: float | None, scale: ConfidenceScale) -> None:
    """Widget values come from a browser and may be forged; only what the page offers is an answer."""
    if choice and choice not in tuple(LETTERS):
        raise Refusal("this is not one of the options")
    if confidence is None:
        return
    # bool is an int, and True would pass for certainty.
    if type(confidence) not in (int, float) or not (
        (scale is ConfidenceScale.FIVE_POINTS and confidence in FIVE_POINTS)
        or (scale is ConfidenceScale.PERCENT and 0 <= confidence <= 1)
    ):
        raise Refusal("this is not one of the confidence levels")


def _measured(seconds: Any) -> float | None:
    """A time that the browser says it measured; None for anything that is no length of time."""
    return float(seconds) if type(seconds) in (int, float) and 0 <= seconds < inf else None
