"""Sides of a debate and weak trials are drawn by the same blocks as stances: exactly balanced."""

from collections import Counter
from typing import Any

import pytest

from oversight_app.errors import DesignError
from oversight_app.study.assignment import trials_for
from oversight_app.study.design import Design
from oversight_app.study.questions import LETTERS
from tests.builders import make_design, make_plan, make_questions

TASKS = {"mmlu": {"questions_per_condition": 4, "practice_per_condition": 1}}


def assisted(turn: int, **assistant: Any) -> list[Any]:
    questions = make_questions(16)
    plan = make_plan(make_design(tasks=TASKS, assistant=assistant), questions)
    by_id = {question.question_id: question for question in questions}
    trials = trials_for(plan, by_id, plan.cells[0], "p1", arrival=turn, turn=turn)
    return [(t, LETTERS[by_id[t.question_id].correct]) for t in trials if t.condition == "human_with_model"]


@pytest.mark.parametrize("turn", range(6))
def test_the_right_side_speaks_first_in_half_of_a_participants_debates(turn: int) -> None:
    trials = [(t.stance, key) for t, key in assisted(turn, protocol="debate") if not t.is_practice]

    assert sum(stance[0] == key for stance, key in trials) == len(trials) / 2
    assert all(len(set(stance)) == 2 and stance.count(key) == 1 for stance, key in trials)


def test_over_participants_each_question_is_argued_first_from_both_sides() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for turn in range(8):
        for trial, key in assisted(turn, protocol="debate"):
            if not trial.is_practice:
                seen[trial.question_id, trial.stance[0] == key] += 1

    assert set(seen.values()) == {4}


def test_practice_has_two_sides_too() -> None:
    (practice,) = [t for t, _ in assisted(0, protocol="debate") if t.is_practice]

    assert len(set(practice.stance)) == 2


@pytest.mark.parametrize("turn", range(4))
def test_a_sandbagged_assistant_is_weak_in_the_stated_share_and_has_no_side(turn: int) -> None:
    trials = [
        t
        for t, _ in assisted(
            turn, mode="sandbagged", weak_share=0.25, model="compatible:m@http://127.0.0.1:9/v1"
        )
        if not t.is_practice
    ]

    assert sum(t.manipulated for t in trials) == 1
    assert {t.stance for t in trials} == {""}


@pytest.mark.parametrize(
    ("assistant", "key"),
    [
        ({"protocol": "debate", "mode": "as_is", "model": "openai:m"}, "mode"),
        ({"protocol": "critique", "mode": "sycophantic", "model": "openai:m"}, "mode"),
        ({"mode": "sandbagged"}, "mode"),
        ({"protocol": "advice", "pass_question": False}, "pass_question"),
        ({"protocol": "consultancy", "passage_in_first_turn": True}, "passage_in_first_turn"),
        ({"second_model": "openai:m"}, "second_model"),
        ({"protocol": "debate", "second_model": "nobody:m"}, "model"),
        ({"protocol": "unaided"}, "protocol"),
    ],
)
def test_what_no_protocol_can_mean_is_refused_by_its_key(assistant: dict[str, Any], key: str) -> None:
    with pytest.raises((ValueError, DesignError), match=key):
        Design.model_validate({"title": "t", "tasks": TASKS, "assistant": assistant})
