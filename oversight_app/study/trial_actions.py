"""What can be done with a trial: each verb looks at the trial and the time and says what happens, one event.

A verb raises `Refusal` when the action does not count now, `Reminder` when the participant should read why. The
deadline is the first showing plus the limit; at the deadline the draft becomes the answer, whoever notices and however
late.
"""

from datetime import datetime, timedelta
from math import ceil, inf
from typing import Any

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.design import AnswerDesign, AssistantDesign, ConfidenceScale, Design
from oversight_app.study.events import (
    BeliefStated,
    ContextReset,
    DraftSaved,
    InitialAnswered,
    MessageSent,
    PassageShown,
    PauseAsked,
    TrialClosed,
    TrialShown,
)
from oversight_app.study.mark import NOTHING, Mark, checked, must_be_whole, settled
from oversight_app.study.protocols import may_write, rules_of
from oversight_app.study.trial import Trial, TrialStatus

MAX_MESSAGE_CHARACTERS = 4000


def show_passage(trial: Trial, now: datetime, *, at_latest: datetime | None = None) -> PassageShown:
    """The passage is on the page alone: the reading phase runs, to end `at_latest` with the sitting.

    Refused when it already was.
    """
    if trial.passage_shown_at is not None:
        raise Refusal("this passage has been shown already")
    until = now + timedelta(seconds=trial.plan.reading_s)
    return PassageShown(trial.plan.n, until if at_latest is None else min(until, at_latest))


def show(trial: Trial, now: datetime, *, at_latest: datetime | None = None) -> TrialShown:
    """The question is on the page: its clock starts, to end `at_latest` with the sitting. Refused a second time."""
    if trial.shown_at is not None:
        raise Refusal("this question has been shown already")
    limit = trial.plan.time_limit_s
    deadline = None if limit is None else now + timedelta(seconds=limit)
    if at_latest is not None:
        deadline = at_latest if deadline is None else min(deadline, at_latest)
    return TrialShown(trial.plan.n, deadline)


def save_draft(
    trial: Trial, mark: Mark, answer: AnswerDesign, now: datetime, *, is_initial: bool | None = None
) -> DraftSaved | None:
    """Keep what is marked so far; None when nothing is new. Refused after the deadline, and for what no page offers.

    `is_initial` says whether the page that it comes from asked for the first answer: what is marked there late, in a
    second tab, must not become a draft of the final one.
    """
    _must_be_open(trial, now)
    if is_initial is not None and is_initial != trial.awaits_initial:
        raise Refusal("this answer is committed already")
    mark = checked(mark, answer)
    if mark == trial.draft:
        return None
    return DraftSaved(trial.plan.n, mark.choice, mark.confidence, mark.probabilities, mark.reason)


def commit_initial(
    trial: Trial,
    mark: Mark,
    design: Design,
    now: datetime,
    *,
    browser_response_time_s: float | None = None,
) -> InitialAnswered:
    """The participant's own answer, after which the assistant may be asked. It cannot be changed, only followed."""
    _must_be_open(trial, now)
    if not trial.awaits_initial:
        raise Refusal("the first answer is committed already")
    mark = _whole(trial, mark, design, now, asks_reason=False)
    return InitialAnswered(
        trial.plan.n,
        mark.choice,
        mark.confidence,
        _numbers(mark),
        browser_response_time_s=_measured(browser_response_time_s),
    )


def submit(
    trial: Trial,
    mark: Mark,
    design: Design,
    now: datetime,
    *,
    browser_response_time_s: float | None = None,
) -> TrialClosed:
    """The participant's answer. Refused while incomplete, right after opening, and before `min_time_s`."""
    _must_be_open(trial, now)
    if trial.awaits_initial:
        raise Refusal("the first answer comes before the final one")
    mark = _whole(trial, mark, design, now)
    assert trial.shown_at is not None  # _must_be_open
    early_s = trial.plan.min_time_s - (now - trial.shown_at).total_seconds()
    if early_s > 0:
        raise Reminder("min_time", n=ceil(early_s))
    return _closed(
        trial,
        TrialStatus.ANSWERED,
        mark,
        design.answer.confidence,
        now,
        browser_response_time_s=_measured(browser_response_time_s),
    )


def skip(
    trial: Trial,
    design: Design,
    now: datetime,
    *,
    browser_response_time_s: float | None = None,
) -> TrialClosed:
    """Go on without an answer, where the design allows it; what was marked is no answer."""
    _must_be_open(trial, now)
    if not design.answer.skip or trial.plan.is_attention_check:
        raise Refusal("this question cannot be skipped")
    _must_have_been_seen(trial, now, design)
    return _closed(
        trial,
        TrialStatus.SKIPPED,
        NOTHING,
        design.answer.confidence,
        now,
        browser_response_time_s=_measured(browser_response_time_s),
    )


def state_belief(
    trial: Trial,
    reply_id: str,
    mark: Mark,
    answer: AnswerDesign,
    now: datetime,
    *,
    p_source: str = "elicited",
) -> BeliefStated:
    """Which option the participant now holds to be right, after the reply with this id; once for each reply."""
    _must_be_open(trial, now)
    if not answer.belief_after_reply or not reply_id or reply_id != trial.belief_due:
        raise Refusal("no belief is asked for here")
    mark = checked(mark, answer)
    must_be_whole(mark, answer, asks_reason=False)
    mark = settled(mark, answer.confidence)
    numbers = _numbers(mark)
    has_numbers = mark.confidence is not None or bool(numbers)
    return BeliefStated(
        trial.plan.n, reply_id, mark.choice, mark.confidence, numbers, p_source if has_numbers else ""
    )


def close_due(trial: Trial, now: datetime, scale: ConfidenceScale, *, was_up: bool) -> TrialClosed | None:
    """The close that the clock makes once the deadline has passed; None before, and without a deadline.

    `was_up` says whether the server was running at the deadline; if not, the trial is void: the time in which nobody
    could answer is not the participant's.
    """
    if not trial.is_open or trial.deadline_at is None or now < trial.deadline_at:
        return None
    if not was_up:
        status = TrialStatus.VOID
    else:
        status = TrialStatus.TIMED_OUT if trial.draft.choice else TrialStatus.TIMED_OUT_NO_ANSWER
    return _closed(trial, status, trial.draft, scale, trial.deadline_at)


def abandon(trial: Trial, at: datetime, scale: ConfidenceScale, *, was_up: bool = True) -> TrialClosed:
    """The close of a trial whose participant has gone; void when it was the server that was away."""
    return _closed(trial, TrialStatus.ABANDONED if was_up else TrialStatus.VOID, trial.draft, scale, at)


def void(trial: Trial, at: datetime, scale: ConfidenceScale) -> TrialClosed:
    """The close of a trial that the assistant's outage has spoilt."""
    return _closed(trial, TrialStatus.VOID, trial.draft, scale, at)


def unreadable(trial: Trial, now: datetime) -> TrialClosed:
    """The close of a trial whose simulated participant said something that is no answer; no draft counts for it."""
    _must_be_open(trial, now)
    return TrialClosed(trial.plan.n, TrialStatus.UNREADABLE.value, "", None, now)


def send(trial: Trial, message_id: str, text: str, now: datetime, rules: AssistantDesign) -> MessageSent:
    """The participant's message. Refused where none can be written, while somebody is writing, and when empty."""
    _must_be_open(trial, now)
    if trial.awaits_initial:
        raise Refusal("the first answer comes before the assistant")
    if trial.running_replies:
        raise Reminder("still_writing")
    if not may_write(trial, rules):
        raise Refusal("nothing can be written in this question now")
    if not text.strip():
        raise Reminder("empty_message")
    return MessageSent(trial.plan.n, message_id, text[:MAX_MESSAGE_CHARACTERS], trial.context)


def reset_context(trial: Trial, now: datetime) -> ContextReset:
    """Wipe what the model can see. Refused while it is writing, and where contexts are the protocol's own business."""
    _must_be_open(trial, now)
    if not rules_of(trial).has_reset:
        raise Refusal("nothing can be reset in this question")
    if trial.running_replies:
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


def _must_have_been_seen(trial: Trial, now: datetime, design: Design) -> None:
    """A click within `min_display_s` of the showing is the second half of a double click on the page before."""
    since = trial.initial_at or trial.shown_at
    assert since is not None  # the trial is open
    if (now - since).total_seconds() < design.sitting.min_display_s:
        raise Refusal("the question has only just opened")


def _whole(trial: Trial, mark: Mark, design: Design, now: datetime, *, asks_reason: bool = True) -> Mark:
    """The mark as an answer; raises Refusal or Reminder where it is none yet."""
    mark = checked(mark, design.answer)
    _must_have_been_seen(trial, now, design)
    must_be_whole(mark, design.answer, asks_reason=asks_reason)
    return settled(mark, design.answer.confidence)


def _closed(
    trial: Trial,
    status: TrialStatus,
    mark: Mark,
    scale: ConfidenceScale,
    at: datetime,
    *,
    browser_response_time_s: float | None = None,
) -> TrialClosed:
    mark = settled(mark, scale)
    probabilities = _numbers(mark)
    return TrialClosed(
        trial.plan.n,
        status.value,
        mark.choice,
        mark.confidence,
        at,
        probabilities=probabilities,
        p_source="elicited" if probabilities else "",
        browser_response_time_s=browser_response_time_s,
        reason=mark.reason,
    )


def _numbers(mark: Mark) -> tuple[float, ...]:
    return tuple(p for p in mark.probabilities if p is not None)


def _measured(seconds: Any) -> float | None:
    """A time that the browser says it measured; None for anything that is no length of time."""
    return float(seconds) if type(seconds) in (int, float) and 0 <= seconds < inf else None
