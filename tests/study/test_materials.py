import pytest
from oversight_app.study.comprehension import read_comprehension

from oversight_app.errors import DesignError

GOOD = """
[[question]]
text = "May you look things up?"
options = ["Yes", "No"]
correct = 1
explanation = "No."
"""


def test_a_check_is_read_in_order() -> None:
    questions = read_comprehension(GOOD + GOOD.replace("look things up", "take notes"))

    assert [question.text for question in questions] == ["May you look things up?", "May you take notes?"]
    assert questions[0].options[questions[0].correct] == "No"


def test_an_empty_file_is_a_check_without_questions() -> None:
    assert read_comprehension("") == ()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (GOOD.replace("correct = 1", "correct = 2"), r"question 1: correct is 2, allowed are 0 to 1"),
        (GOOD.replace('["Yes", "No"]', '["Yes"]'), r"question 1 has 1 options, it needs 2 or more"),
        (GOOD.replace("correct = 1", "corect = 1"), r"question 1 corect"),
        (GOOD.replace("correct = 1", ""), r"question 1 correct: field required"),
        (GOOD.replace("correct = 1", "correct = 'No'"), r"question 1 correct: .* found 'No'"),
        (GOOD + "[[question", r"is not valid TOML"),
    ],
)
def test_a_broken_check_is_an_error_that_names_file_question_and_key(broken: str, said: str) -> None:
    with pytest.raises(DesignError, match=rf"^check\.toml.*{said}"):
        read_comprehension(broken, file="check.toml")
