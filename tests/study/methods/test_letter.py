import math

import pytest

from oversight_app.study.events import AloneAsked
from oversight_app.study.methods import Call
from oversight_app.study.methods.letter import NOT_SURE, shares_among
from tests.study.methods.items import make_item, play, said

KNOWN = {"A": math.log(0.1), "B": math.log(0.6), "C": math.log(0.2), "D": math.log(0.1)}


def sampled(*letters: str) -> dict[str, str]:
    return {f"sample/{k}": letter for k, letter in enumerate(letters, start=1)}


def test_log_probabilities_are_shares_of_the_options_under_their_original_letters() -> None:
    answer, calls = play("zero_shot", lambda call: said("B", KNOWN), make_item("CADB"))

    assert answer.choice == "A"
    assert answer.probabilities == pytest.approx((0.6, 0.1, 0.1, 0.2))
    assert (answer.confidence, answer.p_source, answer.remark) == (answer.probabilities[0], "logprob", "")
    assert len(calls) == 1


def test_where_a_service_gives_none_the_answer_has_no_confidence_and_says_what_to_do() -> None:
    answer, calls = play("zero_shot", lambda call: said("B"))

    assert (answer.choice, answer.confidence, answer.p_source) == ("B", None, "")
    assert answer.remark == NOT_SURE
    assert "samples=10" in NOT_SURE
    assert "verbal_confidence" in NOT_SURE
    assert len(calls) == 1


def test_samples_make_up_for_them_and_the_first_reply_stays_the_choice() -> None:
    texts = {"answer": "B"} | sampled("C", "C", "B", "B.", "(C)")

    answer, calls = play("zero_shot(samples=5)", lambda call: said(texts[call.part]))

    assert (answer.choice, answer.confidence, answer.p_source) == ("B", 2 / 5, "samples")
    assert list(answer.probabilities) == [0, 2 / 5, 3 / 5, 0]
    assert [(call.purpose, call.is_sampled) for call in calls] == [("answer", False)] + [("sample", True)] * 5
    assert len({call.turns for call in calls}) == 1


def test_samples_that_cannot_be_read_have_no_share() -> None:
    texts = {"answer": "B"} | sampled("B", "", "A or B", "D")

    answer, _ = play("zero_shot(samples=4)", lambda call: said(texts[call.part]))

    assert answer.probabilities == (0, 0.5, 0, 0.5)


def test_where_no_sample_can_be_read_nothing_is_known() -> None:
    answer, _ = play("zero_shot(samples=2)", lambda call: said("B" if call.part == "answer" else "?"))

    assert (answer.choice, answer.confidence, answer.p_source) == ("B", None, "")


def test_nothing_is_sampled_where_there_are_log_probabilities() -> None:
    _, calls = play("zero_shot(samples=10)", lambda call: said("B", KNOWN))

    assert [call.part for call in calls] == ["answer"]


def test_log_probabilities_that_say_too_little_are_made_up_for_as_well() -> None:
    def reply(call: Call) -> AloneAsked:
        return said("B", {"B": -1.0}, least_log_probability=-3.0)

    answer, calls = play("zero_shot(samples=3)", reply)

    assert len(calls) == 4
    assert (answer.confidence, answer.p_source) == (1.0, "samples")


def test_shares_are_of_what_was_named() -> None:
    assert shares_among(["A", "B", "B", "", "D"]) == {"A": 0.25, "B": 0.5, "C": 0, "D": 0.25}
    assert shares_among(["A", "B", "C"], among="AB") == {"A": 0.5, "B": 0.5}
    assert shares_among(["", ""]) == {}
