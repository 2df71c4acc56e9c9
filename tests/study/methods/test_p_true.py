import math

import pytest

from oversight_app.study.events import AloneAsked
from oversight_app.study.methods import Call
from oversight_app.study.trial import TrialStatus
from tests.study.methods.items import make_item, play, said

OF_THE_ANSWER = {"A": math.log(0.1), "B": math.log(0.6), "C": math.log(0.2), "D": math.log(0.1)}


def test_the_confidence_is_the_probability_of_true_among_the_two_and_nothing_is_said_of_other_options() -> (
    None
):
    believed = {"A": math.log(0.48), "B": math.log(0.12), "C": math.log(0.3)}

    def reply(call: Call) -> AloneAsked:
        return said("B", OF_THE_ANSWER) if call.part == "answer" else said("A", believed)

    answer, calls = play("p_true", reply, make_item("CADB"))

    assert answer.choice == "A"
    assert answer.confidence == pytest.approx(0.8)
    assert answer.probabilities == (answer.confidence, None, None, None)
    assert answer.p_source == "logprob"
    assert [call.part for call in calls] == ["answer", "belief"]


def test_who_disbelieves_its_own_answer_keeps_it() -> None:
    believed = {"A": math.log(0.1), "B": math.log(0.9)}

    answer, _ = play("p_true", lambda call: said("B", believed if call.part == "belief" else OF_THE_ANSWER))

    assert answer.choice == "B"
    assert answer.confidence == pytest.approx(0.1)


def test_it_is_shown_the_option_that_it_chose() -> None:
    _, calls = play("p_true", lambda call: said("C"), make_item("DCBA"))

    assert "Proposed Answer: (C) meiosis" in calls[1].turns[0].text


def test_true_alone_without_its_counterpart_says_nothing_unless_that_is_too_rare_to_be_listed() -> None:
    def replies(least: float) -> object:
        believed = {"A": math.log(0.9)}
        answer, _ = play("p_true", lambda call: said("A", believed, least_log_probability=least))
        return answer.confidence

    assert replies(-2.0) is None
    assert replies(-9.0) == 1.0


def test_without_log_probabilities_samples_of_the_belief_are_its_confidence() -> None:
    believed = ["True", "(A) True", "B", "A"]

    def reply(call: Call) -> AloneAsked:
        return said(believed[int(call.part.split("/")[1]) - 1] if call.purpose == "sample" else "A")

    answer, calls = play("p_true(samples=4)", reply)

    assert (answer.choice, answer.confidence, answer.p_source) == ("A", 0.75, "samples")
    assert [call.part for call in calls] == ["answer", "belief", *(f"sample/{k}" for k in (1, 2, 3, 4))]


def test_without_either_the_confidence_is_missing_and_it_says_what_to_do() -> None:
    answer, _ = play("p_true", lambda call: said("A"))

    assert (answer.choice, answer.confidence, answer.p_source) == ("A", None, "")
    assert "samples=10" in answer.remark


def test_an_answer_that_cannot_be_read_is_not_asked_about() -> None:
    answer, calls = play("p_true", lambda call: said("perhaps"))

    assert answer.status is TrialStatus.UNREADABLE
    assert len(calls) == 1
