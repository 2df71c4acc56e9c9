import pytest

from oversight_app.errors import BadInput
from oversight_app.study.methods import examples_for
from oversight_app.study.questions import Question, Role
from tests.builders import make_design, make_plan, make_question, make_questions


def make_examples(n: int = 5, subject: str = "anatomy", **changes: object) -> list[Question]:
    return [
        make_question(f"dev/{subject}:{i}", subject=subject, split="dev", role=Role.EXAMPLE, **changes)
        for i in range(n)
    ]


BANK = [*make_questions(), *make_examples(), *make_examples(subject="virology")]
PLAN = make_plan(questions=BANK)


def test_a_question_is_shown_examples_of_its_own_subject_in_the_banks_order() -> None:
    found = examples_for(PLAN, BANK, 3)

    by_id = {question.question_id: question for question in BANK}
    assert len(found.of) == 4
    for question_id, examples in found.of.items():
        subject = by_id[question_id].subject
        assert [example.question_id for example in examples] == [f"dev/{subject}:{i}" for i in range(3)]


def test_a_task_without_examples_is_left_out_and_said_to_be() -> None:
    found = examples_for(PLAN, BANK, 5)

    assert {question.task for question in found.left_out.values()} == {"quality"}
    assert found.describe() == "Questions left out, for want of 5 examples with each: 6 of quality."


def test_no_question_of_the_study_is_ever_an_example_nor_one_with_the_same_content() -> None:
    bank = make_questions()
    plan = make_plan(questions=bank)
    asked = [question for question in bank if question.question_id in plan.study_question_ids]
    twins = [
        make_question(
            f"dev/{one.subject}:twin{i}",
            subject=one.subject,
            text=one.text + "  ",
            options=one.options[::-1],
            role=Role.EXAMPLE,
        )
        for i, one in enumerate(asked)
        if one.task == "mmlu"
    ]
    rest = make_examples(1)

    found = examples_for(plan, [*twins, *bank, *rest], 1)

    assert {example.question_id for own in found.of.values() for example in own} == {"dev/anatomy:0"}


def test_without_a_single_question_that_can_be_asked_it_says_how_examples_are_had() -> None:
    with pytest.raises(BadInput, match=r"its bank holds none. They come with an import of MMLU"):
        examples_for(make_plan(), make_questions(), 5)
    with pytest.raises(BadInput, match=r"there are 5 at most. Ask with shots=5 or fewer"):
        examples_for(PLAN, BANK, 6)


def test_where_no_examples_are_wanted_nothing_is_left_out() -> None:
    found = examples_for(PLAN, BANK, 0)

    assert (found.left_out, found.describe(), found.of_question("test/anatomy:0")) == ({}, "", ())


def test_practice_and_other_tasks_are_no_examples() -> None:
    practice = make_examples(5, task="quality")
    design = make_design(tasks={"mmlu": {"questions_per_condition": 2}})
    bank = [*make_questions(), *practice]

    with pytest.raises(BadInput, match="holds none"):
        examples_for(make_plan(design, bank), bank, 1)
