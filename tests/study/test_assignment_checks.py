"""Attention checks among a participant's questions."""

from collections import Counter
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_app.study.assignment import trials_for
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_design, make_plan, make_questions

BANK = make_questions(n_attention=20)
BY_ID = {question.question_id: question for question in BANK}
TASKS: tuple[dict[str, Any], ...] = (
    {"mmlu": {"questions_per_condition": 4}},
    {"mmlu": {"questions_per_condition": 2}, "quality": {"questions_per_condition": 1, "reading_s": 30}},
    {"mmlu": {"questions_per_condition": 1, "practice_per_condition": 0, "min_time_s": 20}},
)


@st.composite
def planned(draw: st.DrawFn) -> Plan:
    sections: dict[str, Any] = {
        "tasks": draw(st.sampled_from(TASKS)),
        "conditions": {"allocation": draw(st.sampled_from(("within", "between")))},
        "answer": {"sequence": draw(st.sampled_from(("direct", "answer_first")))},
        "sitting": {"attention_checks": draw(st.integers(0, 12))},
    }
    return make_plan(make_design(**sections), BANK)


def walk(plan: Plan, arrival: int, cell: int = 0) -> tuple[TrialPlan, ...]:
    return trials_for(plan, BY_ID, plan.cells[cell], "p1", arrival=arrival, turn=arrival)


@settings(max_examples=60)
@given(plan=planned(), arrival=st.integers(0, 200), data=st.data())
def test_every_participant_meets_as_many_checks_as_the_design_says_each_at_most_once(
    plan: Plan, arrival: int, data: st.DataObject
) -> None:
    cell = data.draw(st.integers(0, len(plan.cells) - 1))
    trials = walk(plan, arrival, cell)

    checks = [trial for trial in trials if trial.is_attention_check]
    assert len(checks) == plan.design.sitting.attention_checks
    assert len({trial.question_id for trial in checks}) == len(checks)
    for check in checks:
        assert check.expected == LETTERS[BY_ID[check.question_id].correct]
        assert check.option_order == "ABCD"  # a check may ask for "the second answer"
        assert (check.protocol, check.stance, check.manipulated) == ("unaided", "", False)
        assert not check.is_answer_first
        assert (check.min_time_s, check.reading_s) == (0, 0)


@settings(max_examples=60)
@given(plan=planned(), arrival=st.integers(0, 200))
def test_no_check_opens_a_block_and_none_stands_behind_another_while_there_is_room(
    plan: Plan, arrival: int
) -> None:
    for _, of_block in groupby(walk(plan, arrival), key=lambda trial: trial.block):
        block = list(of_block)
        assert not block[0].is_attention_check
        n_checks = sum(trial.is_attention_check for trial in block)
        if n_checks <= len(block) - n_checks:
            assert not any(a.is_attention_check and b.is_attention_check for a, b in pairwise(block))


@settings(max_examples=60)
@given(plan=planned(), arrival=st.integers(0, 200))
def test_positions_count_study_questions_alone(plan: Plan, arrival: int) -> None:
    trials = walk(plan, arrival)

    study = [trial for trial in trials if not trial.is_practice and not trial.is_attention_check]
    assert [trial.position for trial in study] == list(range(1, len(study) + 1))
    assert {trial.position for trial in trials if trial not in study} <= {None}
    assert {trial.expected for trial in study} == {""}


@settings(max_examples=60)
@given(plan=planned(), arrival=st.integers(0, 200))
def test_checks_are_spread_over_the_blocks_as_evenly_as_they_go(plan: Plan, arrival: int) -> None:
    trials = walk(plan, arrival)

    study_blocks = {trial.block for trial in trials if not trial.is_practice}
    per_block = Counter(dict.fromkeys(study_blocks, 0))
    per_block.update(trial.block for trial in trials if trial.is_attention_check)
    assert per_block.keys() == study_blocks
    assert max(per_block.values()) - min(per_block.values()) <= 1


@pytest.mark.parametrize("n_checks", [0, 2])
def test_checks_change_nothing_of_the_other_questions(n_checks: int) -> None:
    with_checks = make_plan(make_design(sitting={"attention_checks": n_checks}), BANK)
    without = make_plan(make_design(), BANK)

    for arrival in range(10):
        others = [
            (t.question_id, t.condition, t.stance, t.option_order, t.position)
            for t in walk(with_checks, arrival)
            if not t.is_attention_check
        ]
        assert others == [
            (t.question_id, t.condition, t.stance, t.option_order, t.position) for t in walk(without, arrival)
        ]


def test_checks_and_their_places_differ_between_participants() -> None:
    plan = make_plan(make_design(tasks=TASKS[0], sitting={"attention_checks": 2}), BANK)

    found = {
        tuple((t.n, t.question_id) for t in walk(plan, arrival) if t.is_attention_check)
        for arrival in range(20)
    }

    assert len(found) > 10
