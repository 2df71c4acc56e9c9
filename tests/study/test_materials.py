"""The small files of questions around a study: what they may say, and what is said of a wrong one."""

from collections.abc import Callable
from typing import Any

import pytest

from oversight_app.errors import DesignError
from oversight_app.study.materials import read_comprehension, read_example, read_screening, read_survey

CHECK = """
[[question]]
text = "May you look things up?"
options = ["Yes", "No"]
correct = 1
explanation = "No."
"""
SCREENING = """
[[question]]
text = "How well do you read English?"
options = ["Not well", "Well", "Very well"]
eligible = [1, 2]
"""
SURVEY = """
[[item]]
key = "trust"
kind = "likert"
text = "I trusted the assistant."
labels = ["not at all", "a bit", "wholly"]

[[item]]
key = "age"
kind = "number"
text = "How old are you?"
minimum = 18
"""
EXAMPLE = """
text = "What is the capital of Peru?"
options = ["Lima", "Quito", "La Paz", "Bogota"]
correct = 0
explanation = "It is Lima."
reply = "I would say Quito."
"""


def test_a_check_is_read_in_order() -> None:
    questions = read_comprehension(CHECK + CHECK.replace("look things up", "take notes"), file="check.toml")

    assert [question.text for question in questions] == ["May you look things up?", "May you take notes?"]
    assert questions[0].options[questions[0].correct] == "No"


def test_a_screening_says_who_may_take_part() -> None:
    (question,) = read_screening(SCREENING, file="screening.toml")

    assert [question.options[index] for index in question.eligible] == ["Well", "Very well"]


def test_a_questionnaire_is_read_in_order() -> None:
    trust, age = read_survey(SURVEY, file="survey.toml")

    assert (trust.key, trust.labels[-1], trust.required) == ("trust", "wholly", False)
    assert (age.kind, age.minimum, age.maximum) == ("number", 18, None)


def test_an_example_may_show_what_an_assistant_says() -> None:
    example = read_example(EXAMPLE, file="example.toml")

    assert (example.options[example.correct], example.reply) == ("Lima", "I would say Quito.")


@pytest.mark.parametrize("read", [read_comprehension, read_screening, read_survey])
def test_an_empty_file_is_a_page_without_questions(read: Callable[..., tuple[Any, ...]]) -> None:
    assert read("", file="empty.toml") == ()


@pytest.mark.parametrize(
    ("read", "broken", "said"),
    [
        (
            read_comprehension,
            CHECK.replace("correct = 1", "correct = 2"),
            r"question 1: correct is 2, .* 0 to 1",
        ),
        (
            read_comprehension,
            CHECK.replace('["Yes", "No"]', '["Yes"]'),
            r"question 1 has 1 options, it needs 2",
        ),
        (read_comprehension, CHECK.replace("correct = 1", "corect = 1"), r"question 1 corect"),
        (read_comprehension, CHECK.replace("correct = 1", ""), r"question 1 correct: field required"),
        (
            read_comprehension,
            CHECK.replace("correct = 1", "correct = 'No'"),
            r"question 1 correct: .* found 'No'",
        ),
        (read_comprehension, CHECK + "[[question", r"is not valid TOML"),
        (read_screening, SCREENING.replace("[1, 2]", "[]"), r"question 1: eligible is empty, so nobody"),
        (
            read_screening,
            SCREENING.replace("[1, 2]", "[1, 3]"),
            r"question 1: eligible is 3, allowed are 0 to 2",
        ),
        (read_screening, SCREENING.replace("[1, 2]", "[-1]"), r"eligible is -1"),
        (read_survey, SURVEY.replace('"age"', '"trust"'), r"the key 'trust' stands twice"),
        (read_survey, SURVEY.replace('"age"', '"help_assistant"'), r"item 2: key: found 'help_assistant'"),
        (read_survey, SURVEY.replace('"number"', '"date"'), r"item 2 kind: .* found 'date'"),
        (read_survey, SURVEY.replace("[[item]]", "[[question]]"), r"question"),
        (read_example, EXAMPLE.replace("correct = 0", "correct = 4"), r"the example: correct is 4"),
        (read_example, EXAMPLE.replace("text =", "txt ="), r"txt"),
    ],
)
def test_a_broken_file_is_an_error_that_names_file_question_and_key(
    read: Callable[..., object], broken: str, said: str
) -> None:
    with pytest.raises(DesignError, match=rf"^some\.toml.*{said}"):
        read(broken, file="some.toml")
