"""What a study will ask of its models, against sums done by hand."""

from dataclasses import astuple
from typing import Any

import pytest

from oversight_app.prompts import load_prompts
from oversight_app.study.design import AssistantDesign, ListPrice, Price
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Role
from oversight_app.study.workload import (
    MESSAGES_PER_QUESTION,
    Workload,
    alone,
    assisted,
    expectations,
    replies_per_question,
)
from tests.builders import make_design, make_plan, make_question, make_questions

BANK = make_questions()
BY_ID = {question.question_id: question for question in BANK}
MMLU = {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}}

# A question of the builders has 4 words and 12 in its options, the prompts have 7: 23 words, 31.05 tokens. Five
# messages of 27 tokens: the k-th goes with all k, and with the k - 1 replies of 200 tokens before it.
FIXED = 1.35 * 23
CHAT = (5, 5 * FIXED + (1 + 2 + 3 + 4 + 5) * 27 + (0 + 1 + 2 + 3 + 4) * 200, 5 * 200)


ASKED = 4 + 4 * 4 + 4
"""Words of a question in the builders' zero-shot prompt: the question, four options, and four words after them."""


def planned(prices: Any = None, **values: Any) -> Plan:
    return make_plan(make_design(**({"tasks": MMLU} | values)), BANK, prices=prices or {})


def of(load: Workload) -> Any:
    return pytest.approx(tuple(astuple(load)))


def test_a_person_asks_in_every_assisted_question_and_each_message_brings_the_ones_before() -> None:
    assert MESSAGES_PER_QUESTION == 5

    assert of(assisted(planned(), BY_ID)) == tuple(2 * number for number in CHAT)


def test_who_answers_alone_costs_nothing_so_half_the_people_cost_half() -> None:
    between = planned(conditions={"allocation": "between"})

    assert of(assisted(between, BY_ID)) == CHAT


def test_practice_with_the_assistant_counts_too() -> None:
    practised = planned(tasks={"mmlu": MMLU["mmlu"] | {"practice_per_condition": 1}})

    assert assisted(practised, BY_ID).n_calls == 3 * 5


def test_a_passage_goes_along_with_every_message() -> None:
    with_passage = planned(tasks={"quality": {"questions_per_condition": 1, "practice_per_condition": 0}})

    load = assisted(with_passage, BY_ID)

    # "The long story number 0. It ends." has 7 words; the question "What does p0_0 ask?" has 16 with its options.
    assert load.tokens_in == pytest.approx(CHAT[1] + 5 * 1.35 * 7)


def test_what_a_model_thinks_is_counted_where_it_is_told_to() -> None:
    thinking = planned(assistant={"model": "openai:o", "effort": "low", "max_tokens": 3000})

    assert assisted(thinking, BY_ID).tokens_out == 2 * 5 * 3000
    assert assisted(thinking, BY_ID).tokens_in == pytest.approx(2 * CHAT[1])
    assert alone(thinking, BY_ID)["openai:o"].tokens_out == 4 * 3000


def test_the_model_alone_answers_every_question_of_both_forms_once() -> None:
    # Written out, each option has its letter before it, and the question no hole.
    assert of(alone(planned(), BY_ID)["scripted:demo"]) == (4, 4 * 1.35 * ASKED, 4)


def test_the_money_is_said_per_person_and_in_all() -> None:
    price = Price(input=1.0, output=10.0)
    plan = planned({"openai:gpt": price}, assistant={"model": "openai:gpt"}, analysis={"target_n": 40})

    said = expectations(plan, BY_ID)

    # 5,120.5 tokens in and 2,000 out for each: 0.0051205 + 0.02 dollars, and 40 times as much
    assert said[0] == (
        "Expected of openai:gpt as the assistant: 10 calls, 5,100 tokens in, 2,000 out, $0.03 per person; "
        "for 40 people 400 calls, 200,000 tokens in, 80,000 out, $1.00."
    )
    assert "5 messages to the assistant in each assisted question" in said[1]
    assert said[2] == "Expected of openai:gpt alone (zero_shot): 4 calls, 130 tokens in, 4 out, $0.00017."
    assert len(said) == 3


def test_list_prices_are_said_to_be_such_with_their_month_and_what_overrides_them() -> None:
    listed = ListPrice(input=1, output=10, as_of="2026-05")
    plan = planned({"openai:gpt-4o": listed}, assistant={"model": "openai:gpt-4o"})

    said = expectations(plan, BY_ID)

    assert said[3:] == [
        "What openai:gpt-4o costs is reckoned at list prices of 2026-05; until the plan is frozen, "
        '[prices."openai:gpt-4o"] in study.toml overrides them.'
    ]


def test_each_listed_model_is_said_with_its_own_month() -> None:
    prices = {
        "openai:gpt-4o": ListPrice(input=1, output=10, as_of="2026-05"),
        "openai:gpt-5": ListPrice(input=1, output=10, as_of="2026-03"),
    }
    plan = planned(
        prices,
        assistant={"model": "openai:gpt-4o"},
        analysis={"primary_model_alone": {"model": "openai:gpt-5"}},
    )

    said = "\n".join(expectations(plan, BY_ID))

    assert "openai:gpt-4o costs is reckoned at list prices of 2026-05" in said
    assert "openai:gpt-5 costs is reckoned at list prices of 2026-03" in said


def test_an_unknown_price_is_said_to_be_unknown_and_how_to_name_it() -> None:
    plan = planned(assistant={"model": "openai:gpt"})

    said = "\n".join(expectations(plan, BY_ID))

    assert said.count("an unknown amount") == 3
    assert said.count('The price of openai:gpt is unknown: [prices."openai:gpt"] in study.toml') == 1


def test_what_is_free_is_said_to_be_free_and_a_cap_is_repeated() -> None:
    free = planned(
        {"scripted:demo": Price(input=0, output=0)},
        assistant={"spending": {"per_study": 50, "per_participant": 2.5}},
    )

    said = "\n".join(expectations(free, BY_ID))

    assert said.count(", free") == 3
    assert "Spending cap: $50.00 for the study; then the assistant answers no more" in said
    assert "Spending cap: $2.50 for each person" in said
    assert "less than" not in said


def test_a_cap_that_will_not_last_is_said_before_anybody_begins() -> None:
    plan = planned(
        {"openai:gpt": Price(input=1.0, output=10.0)},
        assistant={"model": "openai:gpt", "spending": {"per_study": 0.5, "per_participant": 0.03}},
    )

    said = expectations(plan, BY_ID)

    assert said[-2].endswith("That is less than the $1.00 expected.")
    assert said[-1] == (
        "Spending cap: $0.03 for each person; then the assistant answers no more, and people go on without it."
    )


@pytest.mark.parametrize(
    ("assistant", "n"),
    [
        ({}, 5),
        ({"protocol": "advice"}, 1),
        ({"protocol": "critique"}, 2),
        ({"protocol": "debate", "rounds": 3}, 6),
        ({"protocol": "consultancy"}, 6),
        ({"protocol": "cross_examination", "n_contexts": 4}, 20),
    ],
)
def test_how_many_replies_a_question_takes_is_the_protocols_to_say(assistant: dict[str, Any], n: int) -> None:
    assert replies_per_question(AssistantDesign.model_validate(assistant)) == n


# -- by method -----------------------------------------------------------------------

EXAMPLES = {
    f"dev/{subject}:{i}": make_question(f"dev/{subject}:{i}", subject=subject, role=Role.EXAMPLE)
    for subject in ("anatomy", "virology")
    for i in range(5)
}


def by_method(method: str, model: str = "openai:gpt") -> dict[str, Workload]:
    plan = make_plan(
        make_design(
            tasks=MMLU,
            assistant={"model": "openai:chat"},
            analysis={"primary_model_alone": {"model": model, "method": method}},
        ),
        BANK,
        prompts=load_prompts(),
    )
    return alone(plan, BY_ID | EXAMPLES)


@pytest.mark.parametrize(
    ("method", "calls", "tokens_out"),
    [
        ("zero_shot", 4, 4),
        ("zero_shot(orders=rotated)", 16, 16),
        ("zero_shot(samples=10)", 44, 44),
        ("few_shot", 4, 4),
        ("cot", 8, 4 * 201),
        ("cot(max_tokens=50)", 8, 4 * 51),
        ("best_of_n", 4 * 41, 4 * (20 * 200 + 20 * 8 + 1)),
        ("self_consistency(n=5)", 20, 20 * 200),
        ("verbal_confidence", 4, 4 * 8),
        ("p_true", 8, 8),
    ],
)
def test_every_call_of_a_method_is_counted(method: str, calls: int, tokens_out: int) -> None:
    load = by_method(method)["openai:gpt"]

    assert (load.n_calls, load.tokens_out) == (calls, tokens_out)


def test_what_later_calls_repeat_is_counted_with_them() -> None:
    one, few, cot = (by_method(method)["openai:gpt"].tokens_in for method in ("zero_shot", "few_shot", "cot"))

    # Five examples like the question, each with its letter; a reasoning of 200 tokens before the answer.
    assert few == pytest.approx(6 * one + 4 * 5 * 1.35)
    assert cot > 4 * 200 + one


def test_who_scores_is_counted_apart_and_its_price_is_asked_for() -> None:
    loads = by_method("best_of_n(n=3,scorer=openai:judge)")
    plan = planned(
        {"openai:judge": Price(input=1.0, output=10.0)},
        analysis={
            "primary_model_alone": {"model": "openai:gpt", "method": "best_of_n(n=3,scorer=openai:judge)"}
        },
    ).model_copy(update={"prompts": load_prompts()})

    said = "\n".join(expectations(plan, BY_ID))

    assert {model: load.n_calls for model, load in loads.items()} == {"openai:gpt": 16, "openai:judge": 12}
    assert "Expected of openai:judge as its scorer (best_of_n(n=3,scorer=openai:judge)): 12 calls" in said
    assert "The price of openai:gpt is unknown" in said
    assert "The price of openai:judge is unknown" not in said


def test_a_method_that_cannot_be_asked_is_said_to_be_one_and_the_rest_is_expected_all_the_same() -> None:
    plan = planned(analysis={"primary_model_alone": {"model": "openai:gpt", "method": "few_shot"}})

    said = "\n".join(expectations(plan, BY_ID))

    assert "openai:gpt alone (few_shot): No question of this study can be asked with 5 examples" in said
    assert "as the assistant: 10 calls" in said


def test_questions_that_the_declared_method_leaves_out_are_named_before_the_plan_is_frozen() -> None:
    plan = make_plan(
        make_design(analysis={"primary_model_alone": {"model": "openai:gpt", "method": "few_shot"}}),
        BANK,
        prompts=load_prompts(),
    )

    said = "\n".join(expectations(plan, BY_ID | EXAMPLES))

    assert (
        "openai:gpt alone (few_shot): Questions left out, for want of 5 examples with each: 6 of quality."
        in said
    )


def test_nothing_is_expected_of_answers_that_another_tool_asked_for() -> None:
    plan = planned(analysis={"primary_model_alone": {"model": "openai:gpt", "method": "inspect:mmlu"}})

    assert "its answers are to be imported" in "\n".join(expectations(plan, BY_ID))
