from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.errors import DesignError
from oversight_app.study.events import ReplyBegun, ReplyClosed
from oversight_app.study.letters import ALL_ORDERS
from oversight_app.study.protocols.speech import ASSISTANT
from oversight_app.study.questions import LETTERS, Passage
from oversight_app.study.transcript import Line, fill, holes, introduced, lines, visible_messages
from oversight_app.study.trial import Message, Speaker, Trial
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_question

AT = datetime(2026, 11, 20, tzinfo=UTC)
PLAN = TrialPlan(
    "p1-001", 1, 1, 1, 1, None, "mmlu", "q", "human_with_model", "chat", "assigned", "A", "ABCD", None, "B"
)


def said(text: str, *, context: int = 1) -> Message:
    return Message(f"m{text}", Speaker.PARTICIPANT, AT, context, text)


def replied(text: str, *, context: int = 1, status: str = "complete") -> Message:
    begun = ReplyBegun(1, f"r{text}", context, "scripted", "demo", "", ())
    closed = ReplyClosed(1, f"r{text}", text, status)
    return Message(f"r{text}", Speaker.ASSISTANT, AT, context, text, begun, closed)


def make_trial(*messages: Message, context: int = 1) -> Trial:
    return Trial(PLAN, shown_at=AT, context=context, messages=messages)


# -- what the model sees --------------------------------------------------------------


def test_turns_alternate() -> None:
    trial = make_trial(said("one"), replied("two"), said("three"))

    assert lines(visible_messages(trial), ASSISTANT) == (
        Line("user", "one"),
        Line("assistant", "two"),
        Line("user", "three"),
    )


def test_messages_of_one_speaker_in_a_row_become_one_turn() -> None:
    trial = make_trial(said("one"), replied("", status="failed"), said("two"))

    assert lines(visible_messages(trial), ASSISTANT) == (Line("user", "one\n\ntwo"),)


def test_after_a_reset_the_model_sees_nothing_of_before() -> None:
    trial = make_trial(said("one"), replied("two"), said("three", context=2), context=2)

    assert [message.text for message in visible_messages(trial)] == ["three"]
    assert lines(visible_messages(trial), ASSISTANT) == (Line("user", "three"),)


def test_a_reply_that_broke_off_is_seen_as_far_as_it_was_shown() -> None:
    trial = make_trial(said("one"), replied("I th", status="interrupted"), said("go on"))

    assert lines(visible_messages(trial), ASSISTANT)[1] == Line("assistant", "I th")


def test_a_conversation_for_a_model_begins_with_the_participant() -> None:
    assert lines(visible_messages(make_trial(replied("an opening"), said("one"))), ASSISTANT) == (
        Line("user", "one"),
    )


# -- holes ------------------------------------------------------------------------------


@given(order=st.sampled_from(ALL_ORDERS), stance=st.sampled_from(LETTERS))
def test_letters_in_holes_are_the_displayed_ones(order: str, stance: str) -> None:
    question = make_question(options=("one", "two", "three", "four"))

    filling = holes(question, order, stance, pass_question=True)

    assert f"{filling['stance']}. {filling['stance_text']}" in filling["options"].split("\n")
    assert filling["stance_text"] == question.options[LETTERS.index(stance)]


def test_a_question_that_is_not_passed_leaves_only_passage_and_stance() -> None:
    question = make_question(passage=Passage("p", "The ice went out."))

    filling = holes(question, "ABCD", "B", pass_question=False)

    assert (filling["question"], filling["options"]) == ("", "")
    assert filling["passage"] == "Passage:\n\nThe ice went out."
    assert filling["stance"] == "B"


def test_without_passage_and_stance_their_holes_are_empty() -> None:
    filling = holes(make_question(), "ABCD", "", pass_question=True)

    assert (filling["passage"], filling["stance"], filling["stance_text"]) == ("", "", "")


def test_an_empty_passage_is_not_introduced() -> None:
    assert introduced(" \n\n ") == ""


# -- filling ------------------------------------------------------------------------------


def test_a_hole_that_nothing_fills_is_an_error_that_names_what_is_allowed() -> None:
    with pytest.raises(
        DesignError, match=r"prompt chat: nothing fills \{name\}; allowed holes are choices, options, passage"
    ):
        fill("Dear {name}", holes(make_question(), "ABCD", "", pass_question=True), name="chat")


def test_a_paragraph_whose_holes_are_all_empty_is_left_out() -> None:
    prompt = (
        "{passage}\n\nBe kind.\n\nThe question:\n{question}\n{options}\n\nArgue for {stance}, not {question}."
    )

    filled = fill(prompt, {"passage": "", "question": "", "options": "", "stance": "B"}, name="p")

    assert filled == "Be kind.\n\nArgue for B, not ."


def test_what_fills_a_hole_is_not_looked_into() -> None:
    filled = fill("{question}", {"question": "What is {options}?\n\nAnd {this}?", "options": ""}, name="p")

    assert filled == "What is {options}?\n\nAnd {this}?"
