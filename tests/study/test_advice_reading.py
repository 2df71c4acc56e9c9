"""What a model that reads advice is shown, and what becomes of its letter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from oversight_app.prompts import load_prompts
from oversight_app.study.advice_reading import Reading, ask_reader, has_advice_to_read, read_reading
from oversight_app.study.events import Event, MessageSent, ReplyBegun, ReplyClosed, TrialClosed, TrialShown
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial import Trial, apply_to_trial
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_plan, make_question

AT = datetime(2026, 11, 20, tzinfo=UTC)
QUESTION = make_question("q1", options=("one", "two", "three", "four"))


def make_trial(
    *replies: str, order: str = "CADB", condition: str = "human_with_model", is_open: bool = False
) -> Trial:
    planned = TrialPlan(
        "p1-001", 1, 1, 1, 1, None, "mmlu", "q1", condition, "chat", "assigned", "A", order, 180.0, "B"
    )
    events: list[Event] = [TrialShown(1, AT + timedelta(seconds=180))]
    for i, text in enumerate(replies):
        events += [
            MessageSent(1, f"m{i}", "What do you say?", 1),
            ReplyBegun(1, f"r{i}", 1, "scripted", "demo", "0", ()),
            ReplyClosed(1, f"r{i}", text, "complete" if text else "failed"),
        ]
    trial = Trial(planned)
    for event in events:
        trial = apply_to_trial(trial, event, AT)
    return trial if is_open else apply_to_trial(trial, TrialClosed(1, "answered", "A", 0.6, AT), AT)


@pytest.mark.parametrize("order", ALL_ORDERS)
@pytest.mark.parametrize("stance", LETTERS)
def test_a_displayed_letter_is_mapped_back_in_every_order(order: str, stance: str) -> None:
    displayed = OptionOrder(order).displayed(stance)

    assert read_reading(displayed, order, QUESTION) == Reading("stated", stance)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("N", "none"),
        (" n.", "none"),
        ("None", "none"),
        ("", "unreadable"),
        ("E", "unreadable"),
        ("A or B", "unreadable"),
    ],
)
def test_what_is_no_option_is_none_or_unreadable_and_never_a_guess(text: str, reading: str) -> None:
    assert read_reading(text, "ABCD", QUESTION) == Reading(reading)


def test_the_reader_sees_options_as_displayed_and_what_the_assistant_wrote_and_nothing_else() -> None:
    trial = make_trial("I think it is A.", "", "No, B {options}.")

    text = ask_reader(make_plan(prompts=load_prompts()), trial, QUESTION)

    assert "A. three\nB. one\nC. four\nD. two" in text
    assert "[1] I think it is A.\n\n[2] No, B {options}." in text
    assert QUESTION.text not in text
    assert "What do you say?" not in text


def test_only_closed_trials_in_which_one_assistant_said_something_have_advice_to_read() -> None:
    assert has_advice_to_read(make_trial("It is A."))
    assert not has_advice_to_read(make_trial("It is A.", is_open=True))
    assert not has_advice_to_read(make_trial())
    assert not has_advice_to_read(make_trial(""))
    assert not has_advice_to_read(make_trial("It is A.", condition="human_alone"))
    two = make_trial("It is A.", "It is B.")
    begun = two.messages[-1].begun
    assert begun is not None
    other = replace(two.messages[-1], begun=replace(begun, speaker="assistant_2"))
    assert not has_advice_to_read(replace(two, messages=(*two.messages[:-1], other)))
