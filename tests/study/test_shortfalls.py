"""Where a study needs more than it has, that is said with the key or file, the two numbers, and a way out."""

from typing import Any

import pytest

from oversight_app.study.plan import Plan
from oversight_app.study.shortfalls import (
    BYTES_PER_TRIAL,
    COPIES,
    expected_bytes,
    power,
    promised_minutes,
    shortfalls,
)
from tests.builders import TEXTS, make_design, make_plan, make_questions

BANK = make_questions()
QUESTIONS = {question.question_id: question for question in BANK}
MODEL = "openai:some-model"
PRICED = {"model": MODEL, "mode": "as_is"}
PRICES = {MODEL: {"input": 10.0, "output": 100.0}}


def planned(texts: dict[str, str] | None = None, **sections: Any) -> Plan:
    return make_plan(make_design(**sections), BANK, texts=texts or TEXTS)


def promising(text: str, **sections: Any) -> list[str]:
    return shortfalls(planned(TEXTS | {"consent": f"{text} {{logged}}"}, **sections), QUESTIONS)


def test_a_study_that_has_what_it_needs_has_no_shortfall() -> None:
    assert shortfalls(planned(), QUESTIONS) == []


def test_a_cap_below_the_expected_cost_of_all_people_is_said_with_both_amounts() -> None:
    plan = planned(
        assistant=PRICED | {"spending": {"per_study": 1.0, "per_participant": 100.0}},
        analysis={"target_n": 40},
    )
    plan = plan.model_copy(update={"prices": {MODEL: make_design(prices=PRICES).prices[MODEL]}})

    (said,) = shortfalls(plan, QUESTIONS)

    assert said.startswith(
        "assistant.spending.per_study is $1.00, but replies to 40 people are expected to cost $"
    )
    assert "Raise the cap" in said


def test_a_cap_above_it_is_not_mentioned() -> None:
    plan = planned(assistant=PRICED | {"spending": {"per_study": 1e6}})
    plan = plan.model_copy(update={"prices": {MODEL: make_design(prices=PRICES).prices[MODEL]}})

    assert shortfalls(plan, QUESTIONS) == []


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("It takes about 45 minutes.", 45),
        ("It takes 20 to 30 min.", 30),
        ("a 40-minute study", 40),
        ("It takes an hour, with 5 minutes of instructions", 60),
        ("1.5 hours", 90),
        ("Die Studie dauert 25 Minuten.", 25),
        ("Sie dauert eine Stunde.", 60),
        ("It is about 100 questions, and nobody counts the minutes.", None),
    ],
)
def test_the_time_that_a_text_names_is_read_in_both_languages(text: str, minutes: float | None) -> None:
    assert promised_minutes(text) == minutes


def test_a_consent_that_promises_less_time_than_the_questions_can_take_is_said() -> None:
    (said,) = promising("This takes 10 minutes.")

    assert said.startswith("texts/consent.md speaks of 10 minutes, but the questions can take ")
    assert "Change the text, or ask fewer questions" in said
    assert promising("This takes 3 hours.") == []


def test_a_limit_of_the_sitting_holds_what_the_consent_promises() -> None:
    assert promising("This takes 15 minutes.", sitting={"limit_s": 600}) == []


def test_replies_that_may_outlast_their_question_are_said() -> None:
    tasks = {"mmlu": {"questions_per_condition": 2, "time_limit_s": 60, "extra_s_per_100_words": 0}}

    (said,) = shortfalls(planned(tasks=tasks, assistant={"reply_limit_s": 60}), QUESTIONS)

    assert said.startswith("assistant.reply_limit_s is 60, but questions of tasks.mmlu end after 60 seconds")
    assert shortfalls(planned(tasks=tasks, assistant={"reply_limit_s": 20}), QUESTIONS) == []


def test_the_disk_that_is_needed_grows_with_people_and_questions() -> None:
    few, many = (expected_bytes(planned(analysis={"target_n": n}), QUESTIONS) for n in (10, 100))

    assert many == pytest.approx(10 * few, rel=1e-6)
    assert few > COPIES * 10 * 6 * BYTES_PER_TRIAL  # six study questions each, practice on top


def expected(simulated: float, strictest: float, tests: int = 3) -> list[dict[str, Any]]:
    return [
        {
            "task": "mmlu",
            "participants": 40,
            "difference": 0.1,
            "simulated": simulated,
            "simulated_strictest": strictest,
            "tests": tests,
        }
    ]


def test_power_below_the_stated_goal_is_said_with_both_numbers() -> None:
    plan = planned(analysis={"power_goal": 0.8, "smallest_difference": 0.1})

    (said,) = power(plan, expected(0.55, 0.4))

    assert said.startswith(
        "analysis.power_goal is 0.80, but with 40 people in task mmlu power is only 0.55 for a true difference of 10.0"
    )
    assert "`oversight power`" in said


def test_power_that_only_the_whole_family_misses_is_said_otherwise() -> None:
    plan = planned(analysis={"power_goal": 0.8, "smallest_difference": 0.1})

    (said,) = power(plan, expected(0.85, 0.7))

    assert (
        "reached for one test alone (0.85 for 10.0 points), but not at the strictest of the 3 tests" in said
    )
    assert power(plan, expected(0.9, 0.82)) == []
    assert power(plan, expected(0.85, 0.7, tests=1)) == []


def test_without_a_goal_nothing_is_missed() -> None:
    assert power(planned(), expected(0.1, 0.1)) == []
