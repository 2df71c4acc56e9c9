import math

import pytest

from oversight_app.study.events import AloneAsked
from oversight_app.study.methods import Call, method_named, parse
from oversight_app.study.methods.best_of_n import NO_SCORE
from oversight_app.study.trial import TrialStatus
from tests.study.methods.items import make_item, play, said

KNOWN = {"A": math.log(0.1), "B": math.log(0.6), "C": math.log(0.2), "D": math.log(0.1)}


def kept(*scores: str, label: str = "best_of_n(n=3)") -> str:
    """The reasoning that the answer was asked for after, where the scorer says these things."""
    texts = {f"score/{k}": score for k, score in enumerate(scores, start=1)}
    _, calls = play(label, lambda call: said(texts.get(call.part, f"text of {call.part}"), KNOWN))
    return calls[-1].turns[-2].text


def test_the_reasoning_with_the_best_score_is_kept() -> None:
    assert kept("20", "85", "84") == "text of reasoning/2"


def test_of_equal_scores_the_first_counts() -> None:
    assert kept("80", "85", "85/100") == "text of reasoning/2"


def test_a_score_that_cannot_be_read_is_missing_and_never_the_best() -> None:
    assert kept("very good!", "3", "") == "text of reasoning/2"
    assert kept("900", "3", "A") == "text of reasoning/2"


def test_where_no_score_can_be_read_the_first_reasoning_is_kept_and_that_is_said() -> None:
    answer, calls = play("best_of_n(n=2)", lambda call: said("B", KNOWN))

    assert calls[-1].turns[-2].text == "B"
    assert answer.remark == NO_SCORE
    assert answer.confidence == pytest.approx(0.6)


def test_reasonings_wait_for_nothing_scores_for_theirs_and_the_answer_for_all() -> None:
    method, item = method_named(*parse("best_of_n(n=3)")), make_item()

    def parts(told: dict[str, AloneAsked]) -> list[str]:
        return [call.part for call in method.calls(item, told)]

    told = {"reasoning/2": said("Because.")}
    assert parts({}) == ["reasoning/1", "reasoning/2", "reasoning/3"]
    assert parts(told) == ["reasoning/1", "reasoning/3", "score/2"]
    told |= {"reasoning/1": said("Since."), "reasoning/3": said(""), "score/2": said("7")}
    assert parts(told) == ["score/1"]
    told |= {"score/1": said("9")}
    assert parts(told) == ["answer"]
    assert method.calls(item, told)[0].turns[-2].text == "Since."


def test_twenty_reasonings_are_the_default_and_samples_that_may_differ() -> None:
    _, calls = play("best_of_n", lambda call: said("B", KNOWN))

    purposes = [call.purpose for call in calls]
    assert (purposes.count("reasoning"), purposes.count("score"), purposes.count("answer")) == (20, 20, 1)
    assert {call.purpose for call in calls if call.is_sampled} == {"reasoning"}


def test_the_scorer_reads_question_and_reasoning_and_is_asked_instead_of_the_model() -> None:
    def reply(call: Call) -> AloneAsked:
        return said(f"text of {call.part}", KNOWN)

    _, calls = play("best_of_n(n=1,scorer=openai:judge)", reply)

    scoring = next(call for call in calls if call.purpose == "score")
    assert {call.asks for call in calls if call.purpose != "score"} == {""}
    assert (scoring.asks, len(scoring.turns)) == ("openai:judge", 1)
    assert "text of reasoning/1" in scoring.turns[0].text
    assert "(B) meiosis" in scoring.turns[0].text


def test_who_scored_is_said() -> None:
    assert "the model itself scored best" in method_named(*parse("best_of_n")).manner
    assert "openai:judge scored best" in method_named(*parse("best_of_n(scorer=openai:judge)")).manner


def test_without_a_word_of_reasoning_no_answer_is_asked_for() -> None:
    answer, calls = play("best_of_n(n=2)", lambda call: said("  "))

    assert {call.purpose for call in calls} == {"reasoning"}
    assert answer.status is TrialStatus.UNREADABLE
    assert "no reasoning came" in answer.remark


def test_the_longest_reasoning_is_set_and_nothing_else() -> None:
    _, calls = play("best_of_n(n=1,max_tokens=90)", lambda call: said("B", KNOWN))

    assert {call.purpose: call.max_tokens for call in calls} == {
        "reasoning": 90,
        "score": None,
        "answer": None,
    }
