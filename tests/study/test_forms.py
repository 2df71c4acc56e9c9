from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.errors import BankError
from oversight_app.study.design import Condition, TaskDesign
from oversight_app.study.forms import Slot, draw_forms, draw_practice, n_passages, stance_on, usable
from oversight_app.study.questions import Passage, Question, Role
from tests.builders import make_design, make_question, make_questions


def task_design(**values: Any) -> TaskDesign:
    return TaskDesign.model_validate({"questions_per_condition": 2} | values)


def mmlu(*n_of_subject: int) -> list[Question]:
    return [
        make_question(f"test/subject{s}:{i}", subject=f"subject{s}")
        for s, n in enumerate(n_of_subject)
        for i in range(n)
    ]


def about(passage_id: str, n: int, *, text: str = "", **changes: Any) -> list[Question]:
    passage = Passage(passage_id, text or f"The text of {passage_id}.")
    return [make_question(f"{passage_id}_{i}", task="quality", passage=passage, **changes) for i in range(n)]


def ids(slots: tuple[Slot, ...]) -> set[str]:
    return {question_id for slot in slots for question_id in slot.question_ids}


@given(
    n_of_subject=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    n=st.integers(1, 8),
    seed=st.integers(0, 10**6),
)
def test_forms_share_no_question_and_are_stratified_by_subject(
    n_of_subject: list[int], n: int, seed: int
) -> None:
    questions = mmlu(*n_of_subject)
    subject_of = {question.question_id: question.subject for question in questions}
    n = min(n, len(questions) // 2)
    if n == 0:
        return

    forms = draw_forms(questions, "mmlu", task_design(questions_per_condition=n), Random(seed))

    drawn = {form: Counter(subject_of[question_id] for question_id in ids(forms[form])) for form in "AB"}
    assert not ids(forms["A"]) & ids(forms["B"])
    assert drawn["A"].total() == drawn["B"].total() == n
    for s, had in enumerate(n_of_subject):
        share = 2 * n * had / len(questions)
        a, b = drawn["A"][f"subject{s}"], drawn["B"][f"subject{s}"]
        assert share - 1 < a + b < share + 1  # the nearest whole numbers to its share of the bank
        assert abs(a - b) <= 2


def test_every_question_is_as_likely_to_be_drawn_also_of_the_smallest_subject() -> None:
    """Ten subjects for four places: none of them is sure of a place, and none is without a chance."""
    questions = mmlu(1, 1, 1, 2, 2, 3, 4, 5, 6, 7)
    times, drawn = 4000, Counter[str]()

    for seed in range(times):
        forms = draw_forms(questions, "mmlu", task_design(questions_per_condition=2), Random(seed))
        drawn.update(ids(forms["A"]) | ids(forms["B"]))

    expected = times * 4 / len(questions)
    sd = (expected * (1 - 4 / len(questions))) ** 0.5
    assert all(abs(drawn[question.question_id] - expected) < 4 * sd for question in questions)


@given(seed=st.integers(0, 10**6), extra=st.integers(0, 4), rotate_over=st.integers(1, 3))
def test_forms_share_no_passage(seed: int, extra: int, rotate_over: int) -> None:
    questions = [question for p in range(4 + extra) for question in about(f"p{p}", 3)]

    forms = draw_forms(questions, "quality", task_design(rotate_over=rotate_over), Random(seed))

    passages = {form: [slot.passage_id for slot in slots] for form, slots in forms.items()}
    assert len(passages["A"]) == len(passages["B"]) == 2
    assert len({*passages["A"], *passages["B"]}) == 4 == n_passages(forms)
    for slot in (*forms["A"], *forms["B"]):
        assert len(set(slot.question_ids)) == rotate_over
        assert all(question_id.startswith(f"{slot.passage_id}_") for question_id in slot.question_ids)


def test_the_same_dice_draw_the_same_forms() -> None:
    questions = make_questions(n_mmlu=30)

    once, again = (draw_forms(questions, "mmlu", task_design(), Random(5)) for _ in range(2))
    other = draw_forms(questions, "mmlu", task_design(), Random(6))

    assert once == again
    assert once != other


def test_what_may_not_be_drawn_is_left_out_and_counted() -> None:
    example = make_question("dev/anatomy:1", role=Role.EXAMPLE)
    practice_story = about("p9", 1, text="Practise.", role=Role.PRACTICE)
    questions = [
        make_question("good"),
        make_question("good again", text="What does good ask?", options=make_question("good").options),
        make_question("doubled", options=("x", "y", "z", "y ")),
        make_question("flagged", key_flag="wrong_groundtruth"),
        make_question("elsewhere", subject="virology"),
        make_question("as example", text=example.text, options=example.options),
        example,
        *practice_story,
    ]

    kept, left_out = usable(questions, "mmlu", task_design(subjects=["anatomy"]))

    assert [question.question_id for question in kept] == ["good"]
    assert left_out == {
        "copy of another question": 1,
        "key printed twice": 1,
        "doubtful key": 1,
        "subject not asked for": 1,
        "copy of a practice item or an example": 1,
    }


def test_a_story_for_practice_or_under_a_second_id_is_no_study_passage() -> None:
    questions = [
        *about("p1", 2),
        *about("p1 again", 2, text="The  text of p1."),
        *about("p2", 2),
        *about("p2 practice", 1, text="The text of p2.", role=Role.PRACTICE),
    ]

    kept, left_out = usable(questions, "quality", task_design())

    assert {question.passage_id for question in kept} == {"p1"}
    assert left_out == {"copy of another passage": 2, "passage of a practice item": 2}


def test_flagged_questions_are_used_when_the_design_says_so() -> None:
    kept, _ = usable([make_question(key_flag="doubtful")], "mmlu", task_design(leave_out_flagged=False))

    assert len(kept) == 1


def test_too_few_questions_are_refused_with_the_counts_wanted_and_had() -> None:
    questions = [*mmlu(3), make_question("flagged", key_flag="doubtful")]

    with pytest.raises(BankError, match=r"wants 4 .*'mmlu' \(2 for each.*have 3 \(doubtful key: 1\)"):
        draw_forms(questions, "mmlu", task_design(), Random(1))


def test_too_few_passages_with_enough_questions_are_refused_with_the_counts() -> None:
    questions = [*about("p1", 3), *about("p2", 3), *about("p3", 3), *about("p4", 2)]

    with pytest.raises(BankError, match=r"wants 4 passages with 3 or more.*have 3.*questions_per_passage\."):
        draw_forms(questions, "quality", task_design(rotate_over=3), Random(1))


def test_a_task_that_no_bank_has_is_said_with_the_tasks_that_there_are() -> None:
    questions = mmlu(3) + about("p", 1)

    with pytest.raises(BankError, match=r"'mlmu'.* the banks have 0 \(questions of mmlu, quality only\)"):
        draw_forms(questions, "mlmu", task_design(), Random(1))
    with pytest.raises(BankError, match=r"\(no questions at all\)"):
        draw_forms([], "mmlu", task_design(), Random(1))


def test_practice_uses_no_item_twice_and_shows_an_assistant_that_errs() -> None:
    design = make_design(tasks={"mmlu": {"questions_per_condition": 2, "practice_per_condition": 2}})
    bank = make_questions()
    by_id = {question.question_id: question for question in bank}

    practice = draw_practice(bank, design, Random(1))

    items = [item for of_condition in practice.values() for item in of_condition]
    assert len({item.question_id for item in items}) == len(items) == 4
    assert all(item.stance == "" for item in practice[Condition.HUMAN_ALONE])
    keys = ["ABCD"[by_id[i.question_id].correct] for i in practice[Condition.HUMAN_WITH_MODEL]]
    assert [i.stance == k for i, k in zip(practice[Condition.HUMAN_WITH_MODEL], keys, strict=True)] == [
        True,
        False,
    ]


def test_too_few_different_practice_items_are_refused_with_the_counts() -> None:
    item = make_question("practice:1", role=Role.PRACTICE)
    copy = make_question("practice:2", role=Role.PRACTICE, text=item.text, options=item.options)
    design = make_design(tasks={"mmlu": {"questions_per_condition": 2}})

    with pytest.raises(BankError, match=r"wants 2 practice items.*have 1"):
        draw_practice([item, copy], design, Random(1))


def test_a_task_without_practice_items_borrows_mmlus() -> None:
    bank = [question for question in make_questions(n_practice=4) if not question.passage]
    design = make_design()

    practice = draw_practice(bank, design, Random(1))

    assert [item.task for item in practice[Condition.HUMAN_ALONE]] == ["mmlu", "quality"]


def test_a_wrong_stance_is_uniform_unless_the_bank_names_a_distractor() -> None:
    rng = Random(1)

    uniform = Counter(stance_on(make_question(), is_wrong=True, rng=rng) for _ in range(3000))
    named = {stance_on(make_question(distractor=3), is_wrong=True, rng=rng) for _ in range(20)}

    assert set(uniform) == {"A", "C", "D"}
    assert all(900 < n < 1100 for n in uniform.values())  # 1000 expected, standard deviation 26
    assert named == {"D"}
    assert stance_on(make_question(distractor=3), is_wrong=False, rng=rng) == "B"
