"""What participants read is true for the design that it comes with."""

import re
from pathlib import Path

import pytest

from oversight_app.study.materials import Materials
from oversight_app.study_folder import DESIGNS, LANGUAGES, PLACEHOLDER, StudyFolder
from tests.builders import START, make_plan


def texts_of(folder: Path, design: str) -> dict[str, str]:
    return StudyFolder.create(folder / design, design, at=START).read_texts()


def materials_of(folder: Path, design: str, language: str) -> Materials:
    return StudyFolder.create(folder / design, design, at=START, language=language).read_materials(language)


COMMON = {
    "consent",
    "instructions",
    "instructions_mmlu",
    "instructions_quality",
    "instructions_human_with_model",
    "instructions_answer_first",
    "instructions_confidence",
    "instructions_distribution",
    "instructions_pay",
    "instructions_lottery",
    "instructions_practice",
    "instructions_advice",
    "instructions_consultancy",
    "instructions_debate",
    "instructions_critique",
    "instructions_cross_examination",
    "debrief",
}


@pytest.mark.parametrize("design", DESIGNS)
def test_every_study_has_the_texts_of_its_parts(tmp_path: Path, design: str) -> None:
    """Also of parts that a design does not have: whoever changes a field of it finds the text there."""
    own = {"pledge"} if design == "recommended" else set()

    assert texts_of(tmp_path, design).keys() == COMMON | own


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("design", DESIGNS)
def test_every_study_has_a_check_and_an_example_to_try_out(
    tmp_path: Path, design: str, language: str
) -> None:
    materials = materials_of(tmp_path, design, language)

    assert len(materials.comprehension) == 4
    assert materials.example is not None
    assert materials.example.explanation
    # The assistant of the example is wrong, as people have to expect of it, and the option it names is there.
    option = materials.example.options[materials.example.correct]
    assert option not in materials.example.reply
    assert any(other in materials.example.reply for other in materials.example.options)


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_recommended_study_asks_for_a_pledge_and_has_a_questionnaire_that_nobody_must_answer(
    tmp_path: Path, language: str
) -> None:
    recommended = materials_of(tmp_path, "recommended", language)

    assert [item.kind for item in recommended.survey] == ["likert", "likert", "text"]
    assert not any(item.required for item in recommended.survey)
    for design in ("demo", "bowman2022"):
        materials = materials_of(tmp_path, design, language)
        assert "pledge" not in materials.texts
        assert materials.survey == ()


def test_the_demo_and_the_recommended_study_say_what_they_note_and_bowman2022_notes_nothing_more(
    tmp_path: Path,
) -> None:
    for design in DESIGNS:
        folder = StudyFolder.create(tmp_path / design, design, at=START)
        materials = folder.read_materials("en")
        plan = make_plan().model_copy(
            update={
                "design": folder.read_design(),
                "texts": materials.texts,
                "words": materials.words,
            }
        )

        noted = "you search for in a text" in plan.text("consent")
        assert noted == (design != "bowman2022")
        assert ("nothing further" in plan.text("consent")) == (design == "bowman2022")


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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("design", DESIGNS)
def test_the_right_options_of_the_check_are_not_all_in_one_place(
    tmp_path: Path, design: str, language: str
) -> None:
    questions = materials_of(tmp_path, design, language).comprehension

    assert len({question.correct for question in questions}) > 1
    assert all(question.explanation for question in questions)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_never_meet_the_assistant_is_not_asked_about_it(tmp_path: Path, language: str) -> None:
    questions = materials_of(tmp_path, "recommended", language).comprehension

    speaks_of_it = [
        bool(re.search(r"\b[Aa]ssistant|\b[Aa]ssistent", question.text)) for question in questions
    ]
    assert [question.about_assistant for question in questions] == speaks_of_it
