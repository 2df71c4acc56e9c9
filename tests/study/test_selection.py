"""The chance of a question to be drawn."""

import pytest

from oversight_app.study.selection import selection_probabilities
from tests.builders import make_design, make_plan, make_questions


def test_questions_that_stand_alone_have_the_same_chance_whatever_their_subject() -> None:
    questions = make_questions(n_mmlu=13)  # seven of one subject and six of the other, four are drawn
    plan = make_plan(questions=questions)

    chances = selection_probabilities(questions, plan.forms, plan.design)

    drawn = [slot.question_ids[0] for slots in plan.forms["mmlu"].values() for slot in slots]
    assert [chances[question_id] for question_id in drawn] == pytest.approx([4 / 13] * 4)


def test_a_question_of_a_passage_needs_its_passage_and_a_place_in_the_rotation() -> None:
    questions = make_questions(n_passages=5, per_passage=3)
    design = make_design(tasks={"quality": {"questions_per_condition": 1, "rotate_over": 2}})
    plan = make_plan(design, questions)

    chances = selection_probabilities(questions, plan.forms, plan.design)

    assert list(chances.values()) == pytest.approx([2 / 5 * 2 / 3] * 4)


def test_a_bank_that_no_longer_knows_a_question_says_nothing_of_its_chance() -> None:
    questions = make_questions()
    plan = make_plan(questions=questions)

    chances = selection_probabilities([], plan.forms, plan.design)

    assert chances == {}
