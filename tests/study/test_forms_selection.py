"""Forms drawn by a selection: each question with its own probability, alone or within its passage."""

from collections import Counter
from math import sqrt
from random import Random
from typing import Any

import pytest

from oversight_app.errors import BankError
from oversight_app.study.design import TaskDesign
from oversight_app.study.forms import Slot, draw_forms
from oversight_app.study.gap import Answerer, Parts, Tally
from oversight_app.study.questions import Passage, Question
from oversight_app.study.shortlist import Rule, Shortlist
from tests.builders import make_question

N_DRAWS = 3_000


def task_design(**values: Any) -> TaskDesign:
    return TaskDesign.model_validate({"questions_per_condition": 2} | values)


def alone(n: int) -> list[Question]:
    return [make_question(f"q{i}", subject=f"subject{i % 3}") for i in range(n)]


def about(passage_id: str, n: int) -> list[Question]:
    passage = Passage(passage_id, f"The text of {passage_id}.")
    return [make_question(f"{passage_id}_{i}", task="quality", passage=passage) for i in range(n)]


def chances_of(task: str, design: TaskDesign, questions: list[Question], right: set[str]) -> dict[str, float]:
    """As `oversight select` gives them when a model answered all questions once, these right."""
    model = {q.question_id: Tally(1, int(q.question_id in right)) for q in questions}
    parts = {Answerer.MODEL: Parts(model), Answerer.PEOPLE: Parts()}
    rows = Shortlist(task, design, questions, Counter(), parts, Rule(oversample=6)).rows()
    return {str(row["question_id"]): float(str(row["selection_prob"])) for row in rows}


def drawn_ids(forms: dict[str, tuple[Slot, ...]]) -> list[str]:
    return [question_id for slots in forms.values() for slot in slots for question_id in slot.question_ids]


def test_questions_that_stand_alone_come_as_often_as_their_selection_prob() -> None:
    questions, design = alone(12), task_design()
    chances = chances_of("mmlu", design, questions, right={f"q{i}" for i in range(8)})

    found = Counter(
        question_id
        for seed in range(N_DRAWS)
        for question_id in drawn_ids(draw_forms(questions, "mmlu", design, Random(seed), chances))
    )

    assert sum(chances.values()) == pytest.approx(4)
    assert chances["q11"] == pytest.approx(6 * chances["q0"])
    for question_id, chance in chances.items():
        assert found[question_id] / N_DRAWS == pytest.approx(
            chance, abs=4 * sqrt(chance * (1 - chance) / N_DRAWS)
        )


def test_questions_of_passages_come_as_often_as_their_selection_prob() -> None:
    questions = [*about("p", 3), *about("q", 5), *about("r", 2), *about("s", 4), *about("t", 2)]
    design = task_design(questions_per_condition=1, rotate_over=2)
    chances = chances_of("quality", design, questions, right={"p_0", "q_0", "q_1", "s_2", "t_0", "t_1"})

    found: Counter[str] = Counter()
    for seed in range(N_DRAWS):
        forms = draw_forms(questions, "quality", design, Random(seed), chances)
        assert [len(slot.question_ids) for slots in forms.values() for slot in slots] == [2, 2]
        assert len({slot.passage_id for slots in forms.values() for slot in slots}) == 2
        found.update(drawn_ids(forms))

    assert sum(chances.values()) == pytest.approx(4)
    assert chances["q_4"] == pytest.approx(6 * chances["q_0"])
    for question_id, chance in chances.items():
        assert found[question_id] / N_DRAWS == pytest.approx(
            chance, abs=4 * sqrt(chance * (1 - chance) / N_DRAWS)
        )


def test_the_forms_are_of_the_size_that_the_design_wants_and_share_nothing() -> None:
    questions, design = alone(30), task_design(questions_per_condition=5)
    chances = chances_of("mmlu", design, questions, right={f"q{i}" for i in range(0, 30, 2)})

    for seed in range(50):
        forms = draw_forms(questions, "mmlu", design, Random(seed), chances)

        assert {form: len(slots) for form, slots in forms.items()} == {"A": 5, "B": 5}
        assert len(set(drawn_ids(forms))) == 10


def test_a_design_that_wants_another_number_now_is_refused() -> None:
    questions = alone(30)
    chances = chances_of("mmlu", task_design(questions_per_condition=5), questions, right=set())

    with pytest.raises(
        BankError, match=r"wants 14 questions of task 'mmlu', selection.csv was made for 10\. .*again"
    ):
        draw_forms(questions, "mmlu", task_design(questions_per_condition=7), Random(1), chances)


def test_a_selected_question_that_can_no_longer_be_used_is_named() -> None:
    questions, design = alone(12), task_design()
    chances = chances_of("mmlu", design, questions, right=set())

    with pytest.raises(
        BankError, match=r"names 1 questions of task 'mmlu' that cannot be used, such as q3\. .*again"
    ):
        draw_forms([q for q in questions if q.question_id != "q3"], "mmlu", design, Random(1), chances)
