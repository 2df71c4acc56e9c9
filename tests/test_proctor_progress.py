"""The numbers that a participant goes by: how many questions there are, and which of them this one is."""

from pathlib import Path
from typing import Any

import pytest

from oversight_app.proctor import Proctor
from oversight_app.study.page import BeginPage, FeedbackPage, QuestionPage, RestPage
from oversight_app.study.questions import Role
from tests.builders import make_clock, make_design, make_plan, make_proctor, make_question, make_questions

CHECKS = [make_question(f"check:{i}", text=f"Choose {i}.", role=Role.ATTENTION) for i in range(4)]
MMLU = {"questions_per_condition": 3, "practice_per_condition": 1}
QUALITY = {"questions_per_condition": 2, "rotate_over": 3, "practice_per_condition": 2}

DESIGNS: dict[str, dict[str, Any]] = {
    "practice and checks": {"sitting": {"attention_checks": 3}},
    "checks alone": {
        "sitting": {"attention_checks": 2},
        "tasks": {"mmlu": MMLU | {"practice_per_condition": 0}},
    },
    "one task each": {
        "sitting": {"attention_checks": 1},
        "tasks": {
            "mmlu": MMLU,
            "quality": QUALITY | {"questions_per_condition": 3, "practice_per_condition": 1},
        },
        "conditions": {"tasks": "between"},
    },
    "one condition each": {
        "sitting": {"attention_checks": 2},
        "conditions": {"allocation": "between"},
    },
    "breaks": {"sitting": {"attention_checks": 4, "break_every": 2}},
}


def seated(folder: Path, values: dict[str, Any]) -> tuple[Proctor, BeginPage]:
    """Somebody at the click on Begin, and what the page before it promised."""
    design = make_design(**({"tasks": {"mmlu": MMLU, "quality": QUALITY}} | values))
    questions = [*make_questions(n_mmlu=20, n_passages=12, n_practice=8), *CHECKS]
    plan = make_plan(design, questions, attention=tuple(check.question_id for check in CHECKS))
    proctor = make_proctor(folder, plan, questions, clock=make_clock())
    proctor.give_consent("p1", agreed=True)
    proctor.finish_instructions("p1")
    proctor.answer_comprehension("p1", tuple(question.correct for question in plan.comprehension))
    page = proctor.page("p1")
    assert isinstance(page, BeginPage)
    proctor.begin("p1")
    return proctor, page


def walk(proctor: Proctor) -> tuple[list[QuestionPage], list[RestPage]]:
    """Answer everything; every question and every rest on the way."""
    questions: list[QuestionPage] = []
    rests: list[RestPage] = []
    while True:
        proctor.clock.sleep(5)
        match page := proctor.page("p1"):
            case QuestionPage():
                questions.append(page)
                proctor.clock.sleep(5)
                proctor.submit("p1", page.n, 0, 0.6)
            case RestPage():
                rests.append(page)
                proctor.go_on("p1")
            case FeedbackPage():
                proctor.read_feedback("p1", page.n)
            case _:
                return questions, rests


@pytest.mark.parametrize("values", DESIGNS.values(), ids=DESIGNS.keys())
def test_what_begin_promises_is_what_comes(tmp_path: Path, values: dict[str, Any]) -> None:
    proctor, begin = seated(tmp_path, values)

    questions, _ = walk(proctor)

    assert begin.n_questions == len(questions)
    proctor.store.close()


@pytest.mark.parametrize("values", DESIGNS.values(), ids=DESIGNS.keys())
def test_practice_is_counted_apart_and_a_check_counts_like_any_other_question(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    """Counted apart, an instructed question would give itself away by its number."""
    proctor, _ = seated(tmp_path, values)

    questions, _ = walk(proctor)

    for is_practice in (True, False):
        part = [page for page in questions if page.is_practice is is_practice]
        assert [page.n_of_part for page in part] == list(range(1, len(part) + 1))
        assert {page.n_in_part for page in part} <= {len(part)}
    trials = proctor.sitting("p1").trials
    n_checks = values["sitting"]["attention_checks"]
    assert sum(trial.plan.is_attention_check for trial in trials) == n_checks
    positions = [trial.plan.position for trial in trials if trial.plan.position is not None]
    assert positions == list(range(1, len(positions) + 1))
    proctor.store.close()


@pytest.mark.parametrize("values", DESIGNS.values(), ids=DESIGNS.keys())
def test_a_rest_counts_as_the_questions_do(tmp_path: Path, values: dict[str, Any]) -> None:
    proctor, _ = seated(tmp_path, values)

    questions, rests = walk(proctor)

    n_total = sum(not page.is_practice for page in questions)
    assert {rest.n_total for rest in rests} == {n_total}
    done = [rest.n_answered for rest in rests]
    assert done == sorted(done)
    assert done[-1] < n_total
    starts = [rest for rest in rests if rest.is_block_start]
    assert sum(rest.n_in_block for rest in starts) == len(questions)
    proctor.store.close()
