"""What judges are expected to ask for, counted by hand, and the most that a question can cost."""

from typing import Any

import pytest

from oversight_app.prompts import load_prompts
from oversight_app.study.cost import cost_usd
from oversight_app.study.design import Price
from oversight_app.study.judge_workload import judged, judges_expected, most_of_a_question_usd
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from tests.builders import make_design, make_plan, make_questions

BANK = make_questions()
QUESTIONS: dict[str, Question] = {question.question_id: question for question in BANK}
ONE_TASK = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}


def planned(**design: Any) -> Plan:
    return make_plan(make_design(**({"tasks": ONE_TASK} | design)), BANK, prompts=load_prompts())


def calls(plan: Plan, n_messages: int) -> tuple[float, float]:
    work = judged(plan, QUESTIONS, n_messages)
    return round(work.own.n_calls, 6), round(work.replies.n_calls, 6)


def test_a_judge_answers_each_question_and_writes_where_it_is_helped() -> None:
    assert calls(planned(), 0) == (4, 0)
    assert calls(planned(), 1) == (4 + 2, 2)
    assert calls(planned(), 3) == (4 + 6, 6)


def test_an_own_answer_and_beliefs_after_replies_are_calls_of_their_own() -> None:
    plan = planned(answer={"sequence": "answer_first", "belief_after_reply": True, "confidence": "percent"})

    assert calls(plan, 2) == (4 + 2 * (1 + 2 + 2), 4)


@pytest.mark.parametrize(
    ("assistant", "n_messages", "wanted"),
    [
        ({"protocol": "advice"}, 2, (4, 2)),
        ({"protocol": "critique"}, 2, (4, 4)),
        ({"protocol": "debate", "rounds": 3, "judge_asks": False}, 2, (4, 12)),
        ({"protocol": "debate", "rounds": 2, "judge_asks": True}, 5, (4 + 2, 8)),
        ({"protocol": "consultancy"}, 2, (4 + 4, 6)),
        ({"protocol": "cross_examination", "n_contexts": 4}, 1, (4 + 2, 8)),
    ],
)
def test_each_protocol_has_its_own_number_of_replies(
    assistant: dict[str, Any], n_messages: int, wanted: tuple[int, int]
) -> None:
    assert calls(planned(assistant=assistant), n_messages) == wanted


def test_what_was_said_goes_along_with_each_call() -> None:
    one, three = (judged(planned(), QUESTIONS, n).own for n in (1, 3))

    assert three.tokens_in / three.n_calls > one.tokens_in / one.n_calls


def test_the_most_of_a_question_is_more_than_any_is_expected_to_cost() -> None:
    plan, price = planned(), Price(input=2, output=8)

    most = most_of_a_question_usd(plan, BANK, price, 2)

    expected = cost_usd(judged(plan, QUESTIONS, 2).own, price)
    assert expected is not None
    assert most > expected / 4
    assert most_of_a_question_usd(plan, BANK, None, 2) == 0.0


def test_the_lines_name_both_models_the_cap_and_what_is_not_known() -> None:
    plan = planned(assistant={"model": "openai:gpt-x", "mode": "as_is"})

    told = judges_expected(
        plan,
        QUESTIONS,
        "openai:judge",
        Price(input=1000, output=1000),
        n_judges=10,
        n_messages=1,
        cap=1.0,
        spent_usd=0.25,
    )

    assert told[0].startswith("Expected of openai:judge as 10 judges: 60 calls, ")
    assert told[1].startswith("Expected of openai:gpt-x replying to them: 20 calls, ")
    assert any(line.startswith("The price of openai:gpt-x is unknown") for line in told)
    assert "$1.00 for the study, of which $0.25 are spent" in told[-1]
    assert "$0.75 are less than the $" in told[-1]
