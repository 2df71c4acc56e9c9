"""What would spoil a study is said with its key and a way out, and a study in order raises no doubt."""

from dataclasses import replace
from typing import Any

import pytest

from oversight_app.study.doubts import doubts
from oversight_app.study.plan import ScreeningQuestion
from tests.builders import TEXTS, make_design, make_plan, make_questions

BANK = make_questions(n_attention=4)
PAID = {"confidence": "distribution", "scoring_rule": "quadratic", "prize": 10}


def doubts_about(**sections: Any) -> list[str]:
    changes = {name: sections.pop(name) for name in ("texts", "screening") if name in sections}
    return doubts(make_plan(make_design(**sections), BANK, **changes))


def test_a_study_in_order_raises_no_doubt() -> None:
    texts = TEXTS | dict.fromkeys(
        ("instructions_answer_first", "instructions_distribution", "instructions_pay", "pledge"), "Read."
    )
    screening = (ScreeningQuestion(text="English?", options=("No", "Yes"), eligible=(1,)),)

    assert doubts_about() == []
    assert (
        doubts_about(
            tasks={"quality": {"questions_per_condition": 1, "reading_s": 60}},
            answer=PAID | {"sequence": "answer_first"},
            sitting={
                "attention_checks": 2,
                "max_participants": 40,
                "limit_s": 7200,
                "completion_url": "https://example.org/?cc={code}",
            },
            analysis={"exclusions": ["failed_attention"]},
            texts=texts,
            screening=screening,
        )
        == []
    )


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"tasks": {"mmlu": {"questions_per_condition": 2, "reading_s": 60}}},
            ["tasks.mmlu.reading_s is 60, but its questions have no passage"],
        ),
        ({"answer": {"sequence": "answer_first"}}, ["texts/instructions_answer_first.md is missing"]),
        (
            {"answer": PAID},
            ["texts/instructions_distribution.md is missing", "texts/instructions_pay.md is missing"],
        ),
        ({"texts": TEXTS | {"instruction_pay": "Typo."}}, ["texts/instruction_pay.md is shown nowhere"]),
        ({"texts": TEXTS | {"pledge": " \n"}}, ["texts/pledge.md is empty"]),
        (
            {
                "answer": {"confidence": "distribution", "belief_after_reply": True},
                "texts": TEXTS | {"instructions_distribution": "Read."},
            },
            ["answer.belief_after_reply asks for a whole distribution after each reply"],
        ),
        ({"sitting": {"attention_checks": 1}}, ["sitting.attention_checks is 1"]),
        (
            {"analysis": {"exclusions": ["failed_attention"]}},
            ['analysis.exclusions has "failed_attention", but sitting.attention_checks is 0'],
        ),
        (
            {"screening": (ScreeningQuestion(text="English?", options=("No", "Yes"), eligible=(1, 0)),)},
            ["texts/screening.toml: question 1 lets everybody in"],
        ),
        (
            {"sitting": {"max_participants": 39}},
            ["sitting.max_participants is 39, below analysis.target_n (40)"],
        ),
        (
            {"sitting": {"completion_url": "https://example.org/?cc=C123"}},
            ["sitting.completion_url has no {code}"],
        ),
        (
            {"sitting": {"completion_code": "C123", "limit_s": 7200}, "assistant": {"on_outage": "end"}},
            [
                "sitting.completion_code is one of your platform's, but people may also end as timed_out, technical"
            ],
        ),
    ],
)
def test_what_would_go_wrong_is_said_with_its_key(sections: dict[str, Any], said: list[str]) -> None:
    found = doubts_about(**sections)

    assert len(found) == len(said)
    for doubt, beginning in zip(found, said, strict=True):
        assert doubt.startswith(beginning)


def test_codes_by_hand_for_every_ending_that_may_come_raise_no_doubt() -> None:
    sitting = {"completion_code": "C123", "limit_s": 7200}

    assert doubts_about(sitting=sitting, outcomes={"timed_out": {"code": "T123"}}) == []


def test_instructions_of_a_banks_own_task_are_known() -> None:
    own = [replace(question, task="mine") if question.task == "mmlu" else question for question in BANK]
    design = make_design(tasks={"mine": {"questions_per_condition": 2, "practice_per_condition": 0}})
    plan = make_plan(design, own, texts=TEXTS | {"instructions_mine": "Think."})

    assert doubts(plan) == []


@pytest.mark.parametrize(
    ("currency", "bonus", "begins"),
    [
        ("points", {"flat": 1}, ["[bonus] pays, but in answer.currency = 'points', which is no money"]),
        ("GBP", {"flat": 3, "at_most": 2}, ["bonus.flat is 3 and participants are told so"]),
        ("GBP", {"flat": 1, "per_correct": 0.1, "at_most": 2}, []),
        ("points", {}, []),
    ],
)
def test_a_bonus_that_cannot_be_paid_as_it_is_told_is_named(
    currency: str, bonus: dict[str, float], begins: list[str]
) -> None:
    found = doubts(make_plan(make_design(answer={"currency": currency}, bonus=bonus)))

    assert [doubt for doubt in found if "bonus" in doubt] == [
        doubt for doubt in found if doubt.startswith(tuple(begins) or ("-",))
    ]
    assert sum("bonus" in doubt for doubt in found) == len(begins)
