"""What is announced of a sitting's length is what its trials add up to."""

from typing import Any

import pytest

from oversight_app.study.assignment import trials_for
from oversight_app.study.duration import UNTIMED_S, longest
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_design, make_plan, make_questions

BANK = make_questions(n_mmlu=16, n_passages=8, n_attention=8)
BY_ID = {question.question_id: question for question in BANK}
BOTH: dict[str, Any] = {
    "mmlu": {"questions_per_condition": 4, "time_limit_s": 90},
    "quality": {"questions_per_condition": 2, "rotate_over": 3, "time_limit_s": 300, "reading_s": 60},
}

DESIGNS: dict[str, dict[str, Any]] = {
    "both tasks": {},
    "checks": {"sitting": {"attention_checks": 4}},
    "one condition each": {"conditions": {"allocation": "between"}, "sitting": {"attention_checks": 4}},
    "one task each": {"conditions": {"tasks": "between"}},
    "more time with the model": {
        "tasks": BOTH | {"mmlu": BOTH["mmlu"] | {"time_limit_with_model_s": 200}},
        "conditions": {"unequal_time_limits": True, "allocation": "between"},
    },
    "untimed": {"tasks": BOTH | {"mmlu": {"questions_per_condition": 4, "time_limit_s": "none"}}},
    "nothing to read": {"tasks": {"mmlu": BOTH["mmlu"] | {"reading_s": 60}}},
    "no practice": {"tasks": {name: task | {"practice_per_condition": 0} for name, task in BOTH.items()}},
}


@pytest.mark.parametrize("values", DESIGNS.values(), ids=DESIGNS.keys())
def test_the_announced_length_is_that_of_the_longest_way(values: dict[str, Any]) -> None:
    plan = make_plan(make_design(**({"tasks": BOTH} | values)), BANK)

    announced = longest(plan, BY_ID)

    ways = [trials_for(plan, BY_ID, cell, "p1", arrival=0, turn=0) for cell in plan.cells]
    most = max(ways, key=about_s)
    assert announced.n_questions == pytest.approx(len(most))
    assert announced.about_s == pytest.approx(about_s(most))
    assert announced.n_untimed == pytest.approx(sum(trial.time_limit_s is None for trial in most))


def about_s(trials: tuple[TrialPlan, ...]) -> float:
    """Every limit used up, and a guess where there is none."""
    return sum(
        (UNTIMED_S if trial.time_limit_s is None else trial.time_limit_s) + trial.reading_s
        for trial in trials
    )
