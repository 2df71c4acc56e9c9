"""The ready-made studies in another language: every file of them, and nothing left in English."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from oversight_app.errors import BadInput
from oversight_app.study_folder import DESIGNS, LANGUAGES, StudyFolder
from oversight_app.words import ENGLISH
from oversight_app.words import LANGUAGES as SPOKEN
from tests.builders import START

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
ENGLISH_WORDS = re.compile(
    r"\b(the|and|you|your|please|with|of|this|that|are|what|question|answer)\b", re.IGNORECASE
)


def study_in(folder: Path, design: str, language: str) -> StudyFolder:
    return StudyFolder.create(folder / design / language, design, at=START, language=language)


def names(study: StudyFolder) -> set[str]:
    return {path.name for path in study.texts.iterdir()}


def read_by_participants(study: StudyFolder) -> dict[str, str]:
    """The texts and the values of the small files, without comments, which are for researchers."""
    texts = {path.name: path.read_text() for path in study.texts.glob("*.md")}
    texts |= {path.name: str(tomllib.loads(path.read_text())) for path in study.texts.glob("*.toml")}
    design = study.read_design()
    return texts | {"title": design.title, "told_reliability": design.told_reliability}


def test_whoever_can_be_given_texts_in_a_language_can_be_shown_the_page_in_it() -> None:
    assert set(LANGUAGES) <= set(SPOKEN)
    assert OTHERS == ["de"]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_study_in_another_language_has_the_same_files(tmp_path: Path, design: str, language: str) -> None:
    assert names(study_in(tmp_path, design, language)) == names(study_in(tmp_path, design, ENGLISH))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_nothing_that_participants_read_is_left_in_english(
    tmp_path: Path, design: str, language: str
) -> None:
    english = read_by_participants(study_in(tmp_path, design, ENGLISH))
    assert all(ENGLISH_WORDS.search(text) for text in english.values())

    for name, text in read_by_participants(study_in(tmp_path, design, language)).items():
        text = re.sub(r"\'\w+\':|\{\w+\}|\[FILL IN", "", text)  # keys, holes, and a word to the researcher
        assert ENGLISH_WORDS.findall(text) == [], name


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("design", DESIGNS)
def test_the_same_is_filled_into_the_texts_and_the_same_options_are_right(
    tmp_path: Path, design: str, language: str
) -> None:
    one, other = study_in(tmp_path, design, ENGLISH), study_in(tmp_path, design, language)
    holes = [
        {name: set(re.findall(r"\{\w+\}", text)) for name, text in study.read_texts().items()}
        for study in (one, other)
    ]
    checks = [
        [(len(q.options), q.correct, q.about_assistant) for q in study.read_materials(language).comprehension]
        for study in (one, other)
    ]
    surveys = [
        [(item.key, item.kind, len(item.labels)) for item in study.read_materials(language).survey]
        for study in (one, other)
    ]

    for of_one, of_other in (holes, checks, surveys):
        assert of_one == of_other


@pytest.mark.parametrize("design", DESIGNS)
def test_but_for_what_is_read_the_design_is_the_same(tmp_path: Path, design: str) -> None:
    english = study_in(tmp_path, design, ENGLISH).read_design()

    german = study_in(tmp_path, design, "de").read_design()

    assert german.language == "de"
    read = {
        "language": english.language,
        "title": english.title,
        "told_reliability": english.told_reliability,
    }
    assert german.model_copy(update=read) == english
    source = resources.files("oversight_app").joinpath("designs", f"{design}.toml").read_text()
    assert study_in(tmp_path / "again", design, ENGLISH).design_file.read_text() == source


def test_a_language_without_texts_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no texts in 'fr'; there are de, en"):
        study_in(tmp_path, "demo", "fr")

    assert not (tmp_path / "demo").exists() or not any((tmp_path / "demo").iterdir())
