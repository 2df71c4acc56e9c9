"""What holds of every method alike."""

from functools import partial

import pytest

from oversight_app.study.events import AloneAsked
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.methods import METHODS, Call, Reads, method_named, parse
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial import TrialStatus
from tests.study.methods.items import make_item, play, said

SMALL = tuple(
    {"best_of_n": "best_of_n(n=3)", "self_consistency": "self_consistency(n=3)"}.get(m, m) for m in METHODS
)


def _always(reply: AloneAsked, call: Call) -> AloneAsked:
    return reply


@pytest.mark.parametrize("label", SMALL)
@pytest.mark.parametrize("order", ALL_ORDERS)
def test_whoever_holds_to_one_option_chooses_it_in_every_order(label: str, order: str) -> None:
    mapping = OptionOrder(order)
    for original in LETTERS:
        reply = said(mapping.displayed(original))

        answer, _ = play(label, partial(_always, reply), make_item(order))

        assert (answer.status, answer.choice) == (TrialStatus.ANSWERED, original)


@pytest.mark.parametrize("label", SMALL)
@pytest.mark.parametrize("text", ["", "E", "A or B", "Both A and B are right.", "I cannot say.", "\ufffd"])
def test_what_no_option_can_be_read_from_is_unreadable_under_every_method(label: str, text: str) -> None:
    answer, _ = play(label, lambda call: said(text))

    assert (answer.status, answer.choice, answer.confidence) == (TrialStatus.UNREADABLE, "", None)


@pytest.mark.parametrize("label", SMALL)
def test_no_two_calls_of_a_question_have_one_part_and_each_has_a_prompt_that_the_method_names(
    label: str,
) -> None:
    method = method_named(*parse(label))

    _, calls = play(label, lambda call: said("B"))

    assert len({call.part for call in calls}) == len(calls)
    assert {call.prompt for call in calls} <= set(method.prompts)


@pytest.mark.parametrize("label", SMALL)
def test_only_reasonings_and_samples_are_sampled(label: str) -> None:
    _, calls = play(label, lambda call: said("B"))

    is_chain = label == "cot"
    assert {call.part for call in calls if call.is_sampled} == {
        call.part for call in calls if call.purpose == "reasoning" and not is_chain
    }


def test_a_letter_is_asked_for_where_one_is_read() -> None:
    def letters(calls: list[Call]) -> list[str]:
        return [call.part for call in calls if call.reads is Reads.LETTER]

    assert letters(play("p_true", lambda call: said("A"))[1]) == ["answer", "belief"]
    assert letters(play("cot", lambda call: said("A"))[1]) == ["answer"]
    assert letters(play("verbal_confidence", lambda call: said("A"))[1]) == []
