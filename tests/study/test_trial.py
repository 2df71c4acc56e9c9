"""A trial as its events make it."""

import pytest

from oversight_app.study.events import (
    BeliefStated,
    ContextReset,
    Event,
    MessageSent,
    NextAsked,
    PassageRead,
    ReplyBegun,
    ReplyClosed,
    TrialClosed,
)
from oversight_app.study.mark import NOTHING
from oversight_app.study.trial import Trial, apply_to_trial
from oversight_app.study.trial_actions import show_passage
from tests.study.test_trial_actions import after, at, committed, make_trial, shown, with_draft, with_reply


def chatted(*statuses: str) -> Trial:
    """A message before each of these replies; a failed one says nothing."""
    trial = shown()
    for i, status in enumerate(statuses):
        text = "" if status == "failed" else "Because."
        events: list[Event] = [
            MessageSent(1, f"m{i}", "Why?", 1),
            ReplyBegun(1, f"r{i}", 1, "scripted", "demo", "0", ()),
        ]
        events += [ReplyClosed(1, f"r{i}", text, status)] if status != "running" else []
        for event in events:
            trial = after(trial, event)
    return trial


def checked(choice: str, status: str = "answered", expected: str = "B") -> Trial:
    trial = shown(is_attention_check=True, expected=expected)
    return after(trial, TrialClosed(1, status, choice, None, at(5)))


def test_a_reply_has_a_status_from_its_first_moment() -> None:
    writing, closed = with_reply(shown()), with_reply(shown(), "stopped")

    assert [message.status for message in writing.messages] == ["sent", "running"]
    assert writing.running_replies == (writing.messages[1],)
    assert [message.status for message in closed.messages] == ["sent", "stopped"]
    assert closed.messages[1].text == "Because."
    assert closed.running_replies == ()


@pytest.mark.parametrize(
    ("statuses", "n"),
    [
        ((), 0),
        (("failed", "interrupted"), 2),
        (("failed", "complete"), 0),
        (("complete", "failed"), 1),
        (("failed", "failed", "running"), 0),
        (("failed", "stopped", "failed", "failed", "failed"), 3),
    ],
)
def test_failures_are_counted_since_the_assistant_last_said_something(
    statuses: tuple[str, ...], n: int
) -> None:
    assert len(chatted(*statuses).failures_in_a_row) == n


def test_a_message_of_ones_own_or_a_reset_does_not_make_the_assistant_well() -> None:
    trial = after(chatted("failed", "failed"), ContextReset(1))

    assert len(after(trial, MessageSent(1, "m9", "Hello?", 2)).failures_in_a_row) == 2


@pytest.mark.parametrize(
    ("statuses", "due"),
    [
        ((), ""),
        (("running",), ""),
        (("failed",), ""),
        (("complete",), "r0"),
        (("stopped",), "r0"),
        (("interrupted",), "r0"),
        (("complete", "complete"), "r1"),
        (("complete", "failed"), ""),
    ],
)
def test_a_belief_is_due_after_a_reply_that_said_something(statuses: tuple[str, ...], due: str) -> None:
    assert chatted(*statuses).belief_due == due


def test_a_belief_is_due_until_it_is_stated_or_the_talk_goes_on() -> None:
    trial = chatted("complete")

    assert after(trial, BeliefStated(1, "r0", "A")).belief_due == ""
    assert after(trial, MessageSent(1, "m9", "And?", 1)).belief_due == ""


def test_an_own_answer_leaves_nothing_marked_for_the_final_one() -> None:
    trial = committed("C")

    assert (trial.draft, trial.awaits_initial) == (NOTHING, False)
    assert trial.initial is not None
    assert (trial.initial.choice, trial.initial_at) == ("C", at(5))


def test_reading_is_over_when_the_question_is_asked_for_and_at_the_latest_at_its_end() -> None:
    trial = make_trial(reading_s=60)
    trial = after(trial, show_passage(trial, at(0)), 0)

    assert after(trial, PassageRead(1), 20).passage_read_at == at(20)
    assert after(trial, PassageRead(1), 500).passage_read_at == at(60)


@pytest.mark.parametrize(
    ("choice", "status", "is_failed"),
    [
        ("B", "answered", False),
        ("A", "answered", True),
        ("B", "timed_out", False),
        ("A", "timed_out", True),
        ("", "timed_out_no_answer", True),
        ("", "void", False),
        ("A", "void", False),
        ("", "abandoned", False),
    ],
)
def test_a_check_is_failed_by_another_answer_or_none_but_not_by_an_outage(
    choice: str, status: str, is_failed: bool
) -> None:
    assert checked(choice, status).failed_check is is_failed


def test_only_attention_checks_can_be_failed() -> None:
    trial = after(with_draft(shown(), "A", 0.6), TrialClosed(1, "answered", "A", 0.6, at(5)))

    assert not trial.failed_check


def test_an_event_about_something_else_leaves_a_trial_as_it_is() -> None:
    trial = shown()

    assert apply_to_trial(trial, NextAsked(), at(9)) == trial
