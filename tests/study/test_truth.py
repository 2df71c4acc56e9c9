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
    heeds,
    intend,
    leaves_on,
)
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS
from oversight_app.study.truth import STAND_IN_ERROR_SHARE, true_accuracies
from tests.builders import make_design, make_plan, make_questions

QUESTIONS = make_questions(n_mmlu=40, n_attention=6)
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
        n_failed = 0
        for trial in trials:
            if leaves_on(person, len(trials)) == trial.n:
                break
            if trial.is_attention_check:
                n_failed += not heeds(person, dice) and dice.random() >= CHANCE
                if n_failed >= plan.design.sitting.attention_failures > 0:
                    break
                continue
            is_assisted = trial.condition == Condition.HUMAN_WITH_MODEL
            key = BY_ID[trial.question_id].correct
            intent = intend(
                person,
                draw_item(dice),
                key,
                is_assisted=is_assisted,
                limit_s=trial.time_limit_s,
                dice=dice,
                may_skip=plan.design.answer.skip,
            )
            advice = LETTERS.index(trial.stance) if intent.n_messages and trial.stance else None
            said = answer(person, intent, key, advice, ConfidenceScale.NONE, dice)
            lost = intent.skips or (intent.lets_it_lapse and not intent.leaves_a_draft)
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
        {"answer": {"skip": True}},
        {"sitting": {"attention_checks": 5, "attention_failures": 1}},
    ],
    ids=["counterbalanced", "between", "one_order", "untimed", "mostly_wrong", "skip", "attention"],
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
    staying = [manner for manner in MANNERS if not manner.is_leaving]

    without, with_checks = (
        true_accuracies(plan_with(sitting={"attention_checks": n}), BY_ID, staying)["mmlu"] for n in (0, 6)
    )

    assert with_checks == pytest.approx(without)


def test_a_skipped_question_counts_as_wrong_where_skipping_is_allowed() -> None:
    skipping = Manner("skipping", 1.0, skips=0.4)

    without, with_skip = (
        true_accuracies(plan_with(answer={"skip": skip}), BY_ID, [skipping])["mmlu"] for skip in (False, True)
    )

    assert with_skip == pytest.approx({condition: 0.6 * p for condition, p in without.items()})


def test_people_who_are_sent_away_weigh_less_in_what_comes_later() -> None:
    heedless = Manner("heedless", 0.5, level=-3, asks_once=0, asks_twice=0, overlooks=1.0)
    heedful = Manner("heedful", 0.5, level=1, asks_once=0, asks_twice=0)
    sitting = {"attention_checks": 4, "attention_failures": 1}
    plan = plan_with(conditions={"order": "human_alone_first"}, sitting=sitting)

    truth = true_accuracies(plan, BY_ID, [heedless, heedful])["mmlu"]

    own = {m.name: true_accuracies(plan, BY_ID, [m])["mmlu"]["human_alone"] for m in (heedless, heedful)}
    assert own["heedless"] < truth["human_alone"] < truth["human_with_model"] < own["heedful"]
