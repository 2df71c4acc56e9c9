"""The conversation on the page: in which order lines stand, and at which pace two sides appear."""

from datetime import timedelta
from typing import Any

import pytest

from oversight_app.prompts import load_prompts
from oversight_app.study.conversation import chat_of
from oversight_app.study.events import Event, MessageSent, ReplyBegun, ReplyClosed
from oversight_app.study.page import Chat
from oversight_app.study.trial import Trial, apply_to_trial
from tests.builders import make_design, make_plan, make_question
from tests.study.test_trial_actions import at, make_trial, shown

DEBATE = {"protocol": "debate", "rounds": 2, "judge_asks": False}


def both_begun(**changes: Any) -> Trial:
    """A trial in whose debate both sides have begun at the same moment."""
    return said(
        shown(protocol="debate", stance="BD", question_id="q1", **changes),
        *(
            ReplyBegun(1, f"r{k}", 1, "scripted", "demo", "0", (), f"assistant_{k}", "BD"[k - 1], "debate")
            for k in (1, 2)
        ),
    )


def said(trial: Trial, *events: Event, seconds: float = 5) -> Trial:
    for event in events:
        trial = apply_to_trial(trial, event, at(seconds))
    return trial


def closed(reply_id: str, text: str, status: str = "complete") -> ReplyClosed:
    return ReplyClosed(1, reply_id, text, status, finish_reason="stop" if status == "complete" else "")


def seen(trial: Trial, assistant: dict[str, Any], **texts: str) -> Chat:
    plan = make_plan(make_design(assistant=assistant), prompts=load_prompts())
    return chat_of(trial, make_question("q1"), plan, texts)


def lines(chat: Chat) -> list[tuple[str, str]]:
    return [(line.text, line.status) for line in chat.lines]


def test_two_sides_that_speak_at_once_appear_at_the_pace_of_the_slower() -> None:
    """Else it would be seen who has the harder case to make."""
    trial = both_begun()

    assert lines(seen(trial, DEBATE, r1="Quick and long", r2="")) == [("", "running")] * 2
    assert lines(seen(trial, DEBATE, r1="Quick and long", r2="Slow")) == [
        ("Quic", "running"),
        ("Slow", "running"),
    ]


def test_a_side_that_has_ended_goes_on_appearing_until_the_other_has_said_as_much() -> None:
    trial = said(both_begun(), closed("r1", "Quick"))

    early, late = seen(trial, DEBATE, r2="Slo"), seen(trial, DEBATE, r2="Slower now")

    assert lines(early) == [("Qui", "running"), ("Slo", "running")]
    assert lines(late) == [("Quick", "complete"), ("Slower now", "running")]
    assert early.is_writing
    assert lines(seen(said(trial, closed("r2", "Slower now")), DEBATE)) == [
        ("Quick", "complete"),
        ("Slower now", "complete"),
    ]


def test_who_answers_the_other_is_read_as_it_writes() -> None:
    alternating = DEBATE | {"turn_order": "alternating"}
    trial = said(both_begun(), closed("r1", "All of it"))

    assert lines(seen(trial, alternating, r2="So")) == [("All of it", "complete"), ("So", "running")]


def test_what_is_said_again_stands_where_it_broke_off() -> None:
    trial = said(both_begun(), closed("r1", "Ha", "interrupted"), closed("r2", "Two."))
    broken = seen(trial, DEBATE)
    again = ReplyBegun(1, "r3", 1, "scripted", "demo", "0", (), "assistant_1", "B", "debate", again_of="r1")

    chat = seen(said(trial, again, closed("r3", "One."), seconds=9), DEBATE)

    assert broken.broken == ("r1",)
    assert [line.text for line in chat.lines] == ["Ha", "One.", "Two."]
    assert chat.broken == ()


@pytest.mark.parametrize("statuses", [("failed", "failed"), ("complete", "failed"), ("failed", "complete")])
def test_of_replies_begun_together_only_those_that_broke_off_are_asked_for_again(
    statuses: tuple[str, str],
) -> None:
    texts = ["" if status == "failed" else "Said." for status in statuses]
    trial = both_begun()
    for reply_id, text, status in zip(("r1", "r2"), texts, statuses, strict=True):
        trial = said(trial, closed(reply_id, text, status))

    chat = seen(trial, DEBATE)

    assert chat.broken == tuple(f"r{k}" for k, status in enumerate(statuses, 1) if status == "failed")
    assert not chat.is_due


def test_a_belief_is_asked_for_when_all_have_ended_and_one_has_said_something() -> None:
    trial = said(both_begun(), closed("r2", "Two."))

    assert trial.belief_due == ""
    assert said(trial, closed("r1", "One.")).belief_due == "r2"
    assert said(trial, closed("r1", "", "failed")).belief_due == "r2"
    assert said(both_begun(), closed("r1", "One."), closed("r2", "", "failed")).belief_due == "r1"


def test_replies_that_failed_together_are_one_failure_of_the_assistant() -> None:
    """Else one outage of a second would spoil a question that three contexts answer."""
    trial = both_begun()
    trial = said(trial, closed("r1", "", "failed"), seconds=6)
    trial = said(trial, closed("r2", "", "failed"), seconds=8)
    (failure,) = trial.failures_in_a_row

    assert failure.closed_at == at(8)
    assert failure.at == at(5)
    assert at(8) - failure.at == timedelta(seconds=3)


def test_contexts_stand_in_their_order_and_each_question_keeps_what_was_named() -> None:
    trial = make_trial(protocol="cross_examination", question_id="q1")
    assert seen(trial, {"protocol": "cross_examination", "n_contexts": 2}).named == ()
    trial = said(shown(protocol="cross_examination", question_id="q1"), MessageSent(1, "m1", "Which?", 1))
    for k in (1, 2):
        trial = said(
            trial,
            ReplyBegun(1, f"r{k}", 1, "s", "m", "0", ("m1",), f"assistant_{k}", "B", "cross_examination"),
        )
    trial = said(trial, closed("r2", "The answer is C."))

    half = seen(trial, {"protocol": "cross_examination", "n_contexts": 2}, r1="The")
    whole = seen(
        said(trial, closed("r1", "The answer is A.")), {"protocol": "cross_examination", "n_contexts": 2}
    )

    assert (half.named, half.n_beside) == ((), 2)
    assert [line.text for line in half.lines] == ["Which?", "The", "The answer is C."]
    assert whole.named_by == {"m1": ("A", "C")}
