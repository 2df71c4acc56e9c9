from datetime import datetime, timedelta
from typing import Any

import pytest

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.design import FIVE_POINTS, ConfidenceScale
from oversight_app.study.events import ContextReset, Event, ReplyBegun, ReplyClosed, TrialClosed
from oversight_app.study.trial import (
    MAX_MESSAGE_CHARACTERS,
    Trial,
    abandon,
    apply_to_trial,
    close_due,
    pause_after,
    reset_context,
    save_draft,
    send,
    show,
    submit,
)
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import START

FIVE, PERCENT, NONE = ConfidenceScale.FIVE_POINTS, ConfidenceScale.PERCENT, ConfidenceScale.NONE


def make_trial(limit_s: float | None = 60, protocol: str = "chat") -> Trial:
    plan = TrialPlan(
        trial_id="p1-001",
        n=1,
        block=1,
        position=1,
        position_in_block=1,
        passage_exposure=None,
        task="mmlu",
        question_id="q1",
        condition="human_with_model",
        protocol=protocol,
        assistant_mode="assigned",
        form="A",
        option_order="CADB",
        time_limit_s=limit_s,
        stance="B",
    )
    return Trial(plan)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def after(trial: Trial, event: Event | None, seconds: float = 1) -> Trial:
    assert event is not None
    return apply_to_trial(trial, event, at(seconds))


def shown(limit_s: float | None = 60, **changes: Any) -> Trial:
    trial = make_trial(limit_s, **changes)
    return after(trial, show(trial, at(0)), 0)


def with_draft(trial: Trial, choice: str, confidence: float | None = None) -> Trial:
    return after(trial, save_draft(trial, choice, confidence, FIVE, at(1)))


def with_reply(trial: Trial, status: str = "") -> Trial:
    trial = after(trial, send(trial, "m1", "Why?", at(1)))
    trial = after(trial, ReplyBegun(1, "r1", trial.context, "scripted", "demo", "0", ("m1",)))
    return after(trial, ReplyClosed(1, "r1", "Because.", status)) if status else trial


def test_the_deadline_is_the_first_showing_plus_the_limit() -> None:
    trial = shown(90)

    assert (trial.shown_at, trial.deadline_at) == (at(0), at(90))
    with pytest.raises(Refusal):
        show(trial, at(5))


def test_an_untimed_trial_has_no_deadline() -> None:
    trial = shown(None)

    assert trial.deadline_at is None
    assert close_due(trial, at(10**6), was_up=True) is None


@pytest.mark.parametrize("late_s", [60, 60.001, 10**6])
def test_late_input_changes_nothing(late_s: float) -> None:
    trial = with_draft(shown(60), "A", 0.6)
    late = at(late_s)

    for act in (
        lambda: save_draft(trial, "B", 0.8, FIVE, late),
        lambda: submit(trial, "B", 0.8, FIVE, late),
        lambda: send(trial, "m1", "Why?", late),
        lambda: reset_context(trial, late),
        lambda: pause_after(trial, late),
    ):
        with pytest.raises(Refusal):
            act()


@pytest.mark.parametrize("noticed_s", [60, 61, 10**6])
def test_at_the_deadline_the_draft_becomes_the_answer_however_late_that_is_noticed(noticed_s: float) -> None:
    trial = with_draft(shown(60), "C", 0.8)

    closed = close_due(trial, at(noticed_s), was_up=True)

    assert closed == TrialClosed(1, "timed_out", "C", 0.8, at(60))


def test_before_the_deadline_nothing_is_closed() -> None:
    assert close_due(shown(60), at(59.999), was_up=True) is None


def test_without_a_draft_a_timed_out_trial_has_no_answer_and_no_confidence() -> None:
    closed = close_due(shown(60), at(60), was_up=True)

    assert closed == TrialClosed(1, "timed_out_no_answer", "", None, at(60))


def test_a_confidence_that_nobody_touched_stays_missing() -> None:
    chosen = close_due(with_draft(shown(60), "C"), at(60), was_up=True)
    only_sure = close_due(with_draft(shown(60), "", 0.8), at(60), was_up=True)

    assert chosen is not None
    assert (chosen.choice, chosen.confidence, chosen.status) == ("C", None, "timed_out")
    assert only_sure is not None
    assert (only_sure.choice, only_sure.confidence, only_sure.status) == ("", 0.8, "timed_out_no_answer")


def test_a_deadline_while_the_server_was_down_makes_the_trial_void() -> None:
    closed = close_due(with_draft(shown(60), "C", 0.8), at(300), was_up=False)

    assert closed is not None
    assert (closed.status, closed.closed_at) == ("void", at(60))


def test_a_closed_trial_is_not_closed_again() -> None:
    trial = after(shown(60), submit(shown(60), "A", 0.6, FIVE, at(5)))

    assert close_due(trial, at(100), was_up=True) is None
    with pytest.raises(Refusal):
        submit(trial, "B", 0.6, FIVE, at(6))


def test_a_submit_needs_a_choice_and_a_confidence() -> None:
    for choice, confidence, says in (("", 0.6, "choose answer"), ("A", None, "mark confidence")):
        with pytest.raises(Reminder, match=says):
            submit(shown(), choice, confidence, FIVE, at(5))

    assert submit(shown(), "A", None, NONE, at(5)).confidence is None


def test_a_submit_right_after_opening_is_half_a_double_click() -> None:
    with pytest.raises(Refusal) as refused:
        submit(shown(), "A", 0.6, FIVE, at(0.3), min_display_s=0.7)

    assert not isinstance(refused.value, Reminder)
    assert submit(shown(), "A", 0.6, FIVE, at(0.7), min_display_s=0.7).status == "answered"


def test_a_draft_that_says_nothing_new_is_no_event() -> None:
    trial = with_draft(shown(), "A", 0.6)

    assert save_draft(trial, "A", 0.6, FIVE, at(2)) is None
    assert save_draft(trial, "", None, FIVE, at(2)) is not None


@pytest.mark.parametrize("choice", ["E", "AB", "a", " "])
def test_a_choice_that_is_not_on_the_page_is_refused(choice: str) -> None:
    with pytest.raises(Refusal):
        save_draft(shown(), choice, None, FIVE, at(1))


@pytest.mark.parametrize(
    ("confidence", "scale"),
    [
        (0.5, FIVE),
        (True, FIVE),
        ("0.6", FIVE),
        ([0.6], FIVE),
        (1.01, PERCENT),
        (-0.1, PERCENT),
        (float("nan"), PERCENT),
        ("1", PERCENT),
        (True, PERCENT),
        (0.6, NONE),
    ],
)
def test_a_confidence_that_is_not_on_the_page_is_refused(confidence: Any, scale: ConfidenceScale) -> None:
    with pytest.raises(Refusal):
        save_draft(shown(), "A", confidence, scale, at(1))


def test_every_confidence_on_the_page_is_kept() -> None:
    for confidence in FIVE_POINTS:
        assert submit(shown(), "A", confidence, FIVE, at(1)).confidence == confidence
    for confidence in (0, 0.005, 1):
        assert submit(shown(), "A", confidence, PERCENT, at(1)).confidence == confidence


@pytest.mark.parametrize("forged", ["3", -1, float("inf"), float("nan"), True, None])
def test_a_browser_time_that_is_no_length_of_time_is_missing(forged: Any) -> None:
    closed = submit(shown(), "A", 0.6, FIVE, at(5), browser_response_time_s=forged)

    assert closed.browser_response_time_s is None
    assert submit(shown(), "A", 0.6, FIVE, at(5), browser_response_time_s=4).browser_response_time_s == 4.0


def test_an_abandoned_trial_keeps_its_draft_and_a_trial_without_a_server_is_void() -> None:
    trial = with_draft(shown(None), "D", 0.42)

    assert abandon(trial, at(90)) == TrialClosed(1, "abandoned", "D", 0.42, at(90))
    assert abandon(trial, at(90), was_up=False).status == "void"


def test_there_is_nobody_to_write_to_without_an_assistant() -> None:
    with pytest.raises(Refusal):
        send(shown(protocol="unaided"), "m1", "Why?", at(1))


def test_one_message_at_a_time() -> None:
    writing = with_reply(shown())

    with pytest.raises(Reminder, match="still writing"):
        send(writing, "m2", "And?", at(2))
    with pytest.raises(Reminder, match="still writing"):
        reset_context(writing, at(2))
    assert send(with_reply(shown(), "complete"), "m2", "And?", at(2)).text == "And?"


def test_a_message_says_something_and_is_cut_to_a_length() -> None:
    with pytest.raises(Reminder, match="empty"):
        send(shown(), "m1", " \n ", at(1))

    assert len(send(shown(), "m1", "x" * 10_000, at(1)).text) == MAX_MESSAGE_CHARACTERS


def test_after_a_reset_messages_belong_to_a_new_context() -> None:
    trial = after(with_reply(shown(), "complete"), ContextReset(1))

    assert (trial.context, trial.n_resets) == (2, 1)
    assert send(trial, "m2", "Again?", at(3)).context == 2


def test_a_reply_has_a_status_from_its_first_moment() -> None:
    writing, closed = with_reply(shown()), with_reply(shown(), "stopped")

    assert [message.status for message in writing.messages] == ["sent", "running"]
    assert writing.running_reply is writing.messages[1]
    assert [message.status for message in closed.messages] == ["sent", "stopped"]
    assert closed.messages[1].text == "Because."
    assert closed.running_reply is None


def test_a_pause_is_asked_for_once() -> None:
    trial = shown()

    asked = pause_after(trial, at(1))

    assert asked is not None
    assert pause_after(after(trial, asked), at(2)) is None
