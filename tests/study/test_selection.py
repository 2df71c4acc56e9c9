"""The chance of a question to be drawn."""

import json

import pytest

from oversight_app.errors import BadInput
from oversight_app.study.selection import read_selection, selection_probabilities
from tests.builders import make_design, make_plan, make_questions, make_selection


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


# -- by a selection ------------------------------------------------------------------------------------


def test_a_selection_says_how_likely_its_questions_were() -> None:
    questions = make_questions(n_mmlu=5)
    selection = make_selection(
        mmlu={q.question_id: 0.8 for q in questions if q.task == "mmlu" and q.role == "study"}
    )
    plan = make_plan(questions=questions)

    chances = selection_probabilities(questions, plan.forms, plan.design, selection)

    by_task = {question.question_id: question.task for question in questions}
    assert {(by_task[question_id], chance) for question_id, chance in chances.items()} == {
        ("mmlu", 0.8),
        ("quality", 0.5),
    }


def test_a_selection_comes_back_from_its_two_files_as_it_was_made() -> None:
    made = make_selection(mmlu={"a, with a comma": 0.1 + 0.2, 'and "marks"': 1.0}, quality={"c": 1 / 3})

    again = read_selection(made.csv, json.dumps(made.about()), file="selection.json")

    assert again == made
    assert again.chances("mmlu") == {"a, with a comma": 0.1 + 0.2, 'and "marks"': 1.0}
    assert again.chances("another task") == {}


def test_a_table_that_was_edited_is_refused_because_its_probabilities_are_no_longer_true() -> None:
    made = make_selection(mmlu={"a": 0.25, "b": 0.25})
    edited = made.csv.replace("0.25", "0.75", 1)

    with pytest.raises(BadInput, match=r"selection\.csv beside my/selection.json is not as it was written"):
        read_selection(edited, json.dumps(made.about()), file="my/selection.json")


@pytest.mark.parametrize("about", ["", "{", "[]", '{"made_at": "x"}'])
def test_a_broken_description_is_refused_with_its_file(about: str) -> None:
    with pytest.raises(BadInput, match=r"^my/selection.json: .*Run `oversight select` again"):
        read_selection("", about, file="my/selection.json")


def test_the_statement_says_by_what_from_how_many_and_what_follows() -> None:
    made = make_selection(mmlu={"a": 0.5, "b": 0.5}, model="openai:NAME", method="zero_shot")

    said = made.statement

    assert (
        "The 1 questions of mmlu were selected by gap (experts right, the model wrong) from 2 eligible ones"
        in said
    )
    assert "on 2 earlier answers of the model alone" in said
    assert "about such questions and not about the bank" in said
    assert "(openai:NAME, zero_shot) is less accurate on them by construction" in said
    assert "Performance gap recovered is not given" in said


def test_without_a_model_the_statement_does_not_speak_of_one() -> None:
    made = make_selection(
        mmlu={"a": 0.5, "b": 0.5}, n_model_answers=0, model_weight=0.0, filters={"difficult": True}
    )

    assert "by gap" not in made.statement
    assert "after the filters difficult" in made.statement
    assert "The model" not in made.statement
