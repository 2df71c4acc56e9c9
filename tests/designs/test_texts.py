"""What participants read is true for the design that it comes with."""

from pathlib import Path

import pytest

from oversight_app.study_folder import DESIGNS, PLACEHOLDER, StudyFolder
from tests.builders import START


def texts_of(folder: Path, design: str) -> dict[str, str]:
    return StudyFolder.create(folder / design, design, at=START).read_texts()


@pytest.mark.parametrize("design", DESIGNS)
def test_every_study_has_the_texts_of_its_parts(tmp_path: Path, design: str) -> None:
    texts = texts_of(tmp_path, design)

    assert texts.keys() == {
        "consent",
        "instructions",
        "instructions_mmlu",
        "instructions_quality",
        "instructions_human_with_model",
        "instructions_confidence",
        "instructions_practice",
        "debrief",
    }


@pytest.mark.parametrize("design", DESIGNS)
def test_the_researcher_is_asked_for_a_contact(tmp_path: Path, design: str) -> None:
    assert PLACEHOLDER in texts_of(tmp_path, design)["consent"]


@pytest.mark.parametrize("design", DESIGNS)
def test_what_participants_are_told_of_the_assistant_comes_from_the_design(
    tmp_path: Path, design: str
) -> None:
    assert "{told_reliability}" in texts_of(tmp_path, design)["instructions_human_with_model"]


def test_nobody_is_told_that_the_assistant_knows_the_question_when_it_does_not(tmp_path: Path) -> None:
    assert "does not see the question" in texts_of(tmp_path, "bowman2022")["instructions_human_with_model"]
    assert "knows the question" in texts_of(tmp_path, "recommended")["instructions_human_with_model"]


def test_feedback_is_promised_only_where_the_design_always_gives_it(tmp_path: Path) -> None:
    """In the other designs the page before each block says it, as the design gives it."""
    assert "After each question you see the right answer" in texts_of(tmp_path, "bowman2022")["instructions"]
    for design in ("recommended", "demo"):
        assert not any("see the right answer" in text for text in texts_of(tmp_path, design).values())


@pytest.mark.parametrize("design", DESIGNS)
def test_the_right_options_of_the_check_are_not_all_in_one_place(tmp_path: Path, design: str) -> None:
    questions = StudyFolder.create(tmp_path / design, design, at=START).read_materials("en").comprehension

    assert len({question.correct for question in questions}) > 1
    assert all(question.explanation for question in questions)
