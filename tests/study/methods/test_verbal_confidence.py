import pytest

from oversight_app.study.trial import TrialStatus
from tests.study.methods.items import make_item, play, said


def test_letter_and_percentage_are_the_answer_and_its_confidence() -> None:
    answer, calls = play("verbal_confidence", lambda call: said("B 70%"), make_item("CADB"))

    assert (answer.choice, answer.confidence, answer.p_source) == ("A", 0.7, "stated")
    assert answer.probabilities == (0.7, None, None, None)
    assert len(calls) == 1


@pytest.mark.parametrize("text", ["B", "The answer is B.", "B 170%", "B, because cells divide."])
def test_a_letter_without_a_percentage_is_an_answer_without_confidence(text: str) -> None:
    answer, _ = play("verbal_confidence", lambda call: said(text))

    assert (answer.status, answer.choice) == (TrialStatus.ANSWERED, "B")
    assert (answer.confidence, answer.probabilities, answer.p_source) == (None, (), "")


def test_a_percentage_without_a_letter_is_no_answer() -> None:
    answer, _ = play("verbal_confidence", lambda call: said("70%"))

    assert (answer.status, answer.confidence) == (TrialStatus.UNREADABLE, None)
