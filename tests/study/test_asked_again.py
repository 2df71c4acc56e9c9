"""Calls beside the assistant's replies are made again from the record, and where they cannot be, that is said.

That they come out to the byte for whole sittings is held in `tests/test_judging.py`.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from oversight_app.prompts import load_prompts
from oversight_app.study.asked_again import rebuilt_call
from oversight_app.study.events import JudgeAsked
from oversight_app.study.sent import Rebuilt
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Trial
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_plan, make_question

AT = datetime(2026, 11, 20, tzinfo=UTC)
PLANNED = TrialPlan(
    "p1-001", 1, 1, 1, 1, None, "mmlu", "q1", "human_with_model", "chat", "assigned", "A", "CADB", None, "B"
)
ASKED = JudgeAsked(1, "judge_answer", "x", "x-1", "judge_answer", "0" * 64, AT, "B", "complete")


def made_again(asked: JudgeAsked, **changes: Any) -> Rebuilt:
    plan = make_plan(prompts=load_prompts() | changes)
    sitting = Sitting("p1", kind="simulated", settings={"judge": "x:x-1", "messages": "1"})
    return rebuilt_call(plan, make_question("q1"), sitting, Trial(PLANNED), asked)


def test_another_hash_is_said_to_be_another_releases() -> None:
    made = made_again(ASKED)

    assert made.sent is None
    assert "another release asked in another way" in made.why


def test_a_prompt_that_the_plan_does_not_hold_is_named() -> None:
    assert made_again(replace(ASKED, prompt="oracle")).why == "The plan holds no prompt oracle."


def test_a_message_that_is_not_on_record_is_named() -> None:
    assert "p1-001.7" in made_again(replace(ASKED, visible=("p1-001.7",))).why


def test_a_prompt_with_holes_that_nothing_fills_is_no_reason_to_fail() -> None:
    made = made_again(ASKED, judge_answer="Say {something}.")

    assert made.sent is None
    assert "nothing fills {something}" in made.why
