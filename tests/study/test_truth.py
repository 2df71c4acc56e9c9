"""The computed truth is what the rules make on average, and depends on no realised answer."""

from random import Random
from typing import Any

import pytest

from oversight_app.study.assignment import trials_for
from oversight_app.study.design import Condition, ConfidenceScale
from oversight_app.study.people import (
    CHANCE,
    MANNERS,
    Manner,
    answer,
    draw_item,
    draw_person,
    intend,
    leaves_on,
)
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Role
from oversight_app.study.truth import STAND_IN_ERROR_SHARE, true_accuracies
from tests.builders import make_design, make_plan, make_question, make_questions

QUESTIONS = make_questions(n_mmlu=40)
BY_ID = {question.question_id: question for question in QUESTIONS}
MMLU = {"mmlu": {"questions_per_condition": 10}}


def plan_with(**sections: Any) -> Plan:
    return make_plan(make_design(**({"tasks": MMLU} | sections)), QUESTIONS)


def counted_by_rule(plan: Plan, n_people: int) -> dict[str, tuple[float, float]]:
    """Accuracy and its standard error over people, by condition, from the rules alone: no proctor, page or record."""
    scores: dict[str, list[list[float]]] = {}
    for number in range(n_people):
        dice = Random(f"truth/{number}")
        person = draw_person(dice)
        cell = plan.cells[number % len(plan.cells)]
        trials = trials_for(plan, BY_ID, cell, f"p{number}", arrival=number, turn=number // len(plan.cells))
        own: dict[str, list[float]] = {}
        for trial in trials:
            if leaves_on(person, len(trials)) == trial.n:
                break
            is_assisted = trial.condition == Condition.HUMAN_WITH_MODEL
            key = BY_ID[trial.question_id].correct
            intent = intend(
                person, draw_item(dice), key, is_assisted=is_assisted, limit_s=trial.time_limit_s, dice=dice
            )
            advice = LETTERS.index(trial.stance) if intent.n_messages and trial.stance else None
            said = answer(person, intent, key, advice, ConfidenceScale.NONE, dice)
            lost = intent.lets_it_lapse and not intent.leaves_a_draft
            if not trial.is_practice:
                own.setdefault(trial.condition, []).append(float(said.choice == key and not lost))
        for condition, values in own.items():
            scores.setdefault(condition, []).append(values)
    return {condition: ratio(of_people) for condition, of_people in scores.items()}


def ratio(of_people: list[list[float]]) -> tuple[float, float]:
    """Answer-weighted mean with a standard error over people (linearised)."""
    n = sum(map(len, of_people))
    mean = sum(map(sum, of_people)) / n
    return mean, sum((sum(values) - mean * len(values)) ** 2 for values in of_people) ** 0.5 / n


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"conditions": {"allocation": "between"}},
        {"conditions": {"order": "human_alone_first", "question_samples": "separate"}},
        {"tasks": {"mmlu": {"questions_per_condition": 10, "time_limit_s": "none"}}},
        {"assistant": {"error_share": 0.8}},
    ],
    ids=["counterbalanced", "between", "one_order", "untimed", "mostly_wrong"],
)
def test_the_truth_is_what_the_rules_come_out_at(sections: dict[str, Any]) -> None:
    plan = plan_with(**sections)

    truth = true_accuracies(plan, BY_ID)["mmlu"]

    found = counted_by_rule(plan, 2000)
    assert found.keys() == truth.keys() == {"human_alone", "human_with_model"}
    for condition, (accuracy, se) in found.items():
        assert accuracy == pytest.approx(truth[condition], abs=3.5 * se)
        assert se < 0.012


def test_people_who_guess_and_never_ask_are_right_by_chance() -> None:
    guessing = Manner("guessing", 1.0, is_guessing=True, asks_once=0, asks_twice=0)

    truth = true_accuracies(plan_with(), BY_ID, [guessing])

    assert truth == {"mmlu": {"human_alone": CHANCE, "human_with_model": CHANCE}}


def test_people_who_always_follow_are_as_good_as_the_advice() -> None:
    following = Manner("following", 1.0, asks_once=1.0, asks_twice=0, takes_advice=1.0)

    truth = true_accuracies(plan_with(assistant={"error_share": 0.3}), BY_ID, [following])

    assert truth["mmlu"]["human_with_model"] == pytest.approx(0.7)


def test_a_model_that_says_what_it_thinks_is_stood_in_for_at_a_stated_error_share() -> None:
    following = Manner("following", 1.0, asks_once=1.0, asks_twice=0, takes_advice=1.0)
    assistant = {"model": "compatible:m@http://127.0.0.1:1/v1", "mode": "as_is"}

    truth = true_accuracies(plan_with(assistant=assistant), BY_ID, [following])

    assert truth["mmlu"]["human_with_model"] == pytest.approx(1 - STAND_IN_ERROR_SHARE)


def test_a_question_that_runs_out_without_a_draft_counts_as_wrong() -> None:
    prompt, slow = Manner("prompt", 1.0), Manner("slow", 1.0, lapses=0.5)

    quick = true_accuracies(plan_with(), BY_ID, [prompt])["mmlu"]["human_alone"]
    late = true_accuracies(plan_with(), BY_ID, [slow])["mmlu"]["human_alone"]

    assert late == pytest.approx(quick * 0.75)


def test_people_who_leave_weigh_less_in_what_comes_later() -> None:
    weak = Manner("weak", 0.5, level=-3, asks_once=0, asks_twice=0, is_leaving=True)
    strong = Manner("strong", 0.5, level=1, asks_once=0, asks_twice=0)
    plan = plan_with(conditions={"order": "human_alone_first"})

    truth = true_accuracies(plan, BY_ID, [weak, strong])["mmlu"]

    own = {m.name: true_accuracies(plan, BY_ID, [m])["mmlu"]["human_alone"] for m in (weak, strong)}
    assert own["weak"] < truth["human_alone"] < truth["human_with_model"] < own["strong"]


def test_instructed_questions_are_no_part_of_the_truth() -> None:
    """Left out as the estimates leave them out; who leaves half-way is set aside, because there is more to leave."""
    checks = [make_question(f"check:{i}", text=f"Choose {i}.", role=Role.ATTENTION) for i in range(6)]
    questions = [*QUESTIONS, *checks]
    ids = tuple(check.question_id for check in checks)
    design = make_design(tasks=MMLU, sitting={"attention_checks": 6})
    with_checks = make_plan(design, questions, attention=ids)
    staying = [manner for manner in MANNERS if not manner.is_leaving]

    truth = true_accuracies(with_checks, {q.question_id: q for q in questions}, staying)

    assert truth == {
        task: pytest.approx(accuracies)
        for task, accuracies in true_accuracies(plan_with(), BY_ID, staying).items()
    }
