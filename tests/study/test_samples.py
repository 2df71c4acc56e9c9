"""Every page of a study, made without a participant."""

import pytest

from oversight_app.projections import planned_questions
from oversight_app.study.design import ENDINGS
from oversight_app.study.page import FeedbackPage, QuestionPage, ReadingPage, ScreeningPage
from oversight_app.study.plan import ScreeningQuestion
from oversight_app.study.samples import SAID, Sample, samples
from tests.builders import START, make_design, make_plan, make_questions


def made(**changes: object) -> dict[str, Sample]:
    questions = make_questions()
    screening = changes.pop("screening", ())
    plan = make_plan(make_design(**changes), questions, screening=screening)
    found = samples(plan, planned_questions(plan, questions), START)
    assert len({sample.key for sample in found}) == len(found)
    return {sample.key: sample for sample in found}


def test_there_is_a_question_for_each_condition_and_task_and_an_end_for_each_outcome() -> None:
    found = made()

    for condition in ("human_alone", "human_with_model"):
        for task in ("mmlu", "quality"):
            page = found[f"question-{condition}-{task}"].page
            assert isinstance(page, QuestionPage)
            assert (page.chat is not None) == (condition == "human_with_model")
            assert (page.draft_choice, page.is_practice) == (None, False)
    assert {f"end_{outcome.value}" for outcome in ENDINGS} <= found.keys()


def test_what_only_some_designs_have_is_there_with_them() -> None:
    screening = (ScreeningQuestion(text="Are you 18?", options=("Yes", "No"), eligible=(0,)),)
    tasks = {"quality": {"questions_per_condition": 1, "rotate_over": 3, "reading_s": 60}}
    answer = {"feedback": "after_each", "sequence": "answer_first"}
    found = made(screening=screening, tasks=tasks, answer=answer)

    assert isinstance(found["screening"].page, ScreeningPage)
    assert isinstance(found["reading-human_alone-quality"].page, ReadingPage)
    assert isinstance(found["feedback-human_alone-quality"].page, FeedbackPage)
    first = found["question_first-human_with_model-quality"].page
    then = found["question-human_with_model-quality"].page
    assert isinstance(first, QuestionPage)
    assert isinstance(then, QuestionPage)
    assert (first.awaits_initial, first.chat) == (True, None)
    assert (then.awaits_initial, then.chat is not None) == (False, True)


@pytest.mark.parametrize(
    "protocol", ["chat", "advice", "consultancy", "debate", "critique", "cross_examination"]
)
def test_every_protocol_has_its_question_with_what_is_said_there(protocol: str) -> None:
    found = made(assistant={"protocol": protocol})

    page = found["question_with_a_reply-human_with_model-mmlu"].page
    assert isinstance(page, QuestionPage)
    assert page.chat is not None
    assert not page.chat.is_due
    assert SAID in [line.text for line in page.chat.lines]
