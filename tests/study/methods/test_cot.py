import math

import pytest

from oversight_app.study.methods import Reads
from oversight_app.study.trial import TrialStatus
from tests.study.methods.items import make_item, play, said

KNOWN = {"A": math.log(0.1), "B": math.log(0.6), "C": math.log(0.2), "D": math.log(0.1)}


def test_one_reasoning_the_likeliest_and_then_a_letter() -> None:
    answer, calls = play("cot", lambda call: said("B", KNOWN), make_item("BADC"))

    assert [(call.part, call.purpose, call.reads) for call in calls] == [
        ("reasoning/1", "reasoning", Reads.TEXT),
        ("answer", "answer", Reads.LETTER),
    ]
    assert not any(call.is_sampled for call in calls)
    assert answer.choice == "A"
    assert answer.confidence == pytest.approx(0.6)


def test_an_empty_reasoning_is_no_answer_and_says_so() -> None:
    answer, calls = play("cot", lambda call: said("\n"))

    assert len(calls) == 1
    assert answer.status is TrialStatus.UNREADABLE
    assert "no reasoning came" in answer.remark


def test_samples_are_of_the_letter_after_the_same_reasoning() -> None:
    answer, calls = play("cot(samples=2,temperature=0.7)", lambda call: said("B"))

    assert [call.part for call in calls] == ["reasoning/1", "answer", "sample/1", "sample/2"]
    assert len({call.turns for call in calls[1:]}) == 1
    assert (answer.confidence, answer.p_source) == (1, "samples")
