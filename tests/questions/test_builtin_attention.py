"""The built-in instructed questions: fair, plain, and in every language of the interface."""

import re
from collections import Counter

import pytest

from oversight_app.study.design import SittingDesign
from oversight_app.study.questions import LETTERS, Question, Role
from oversight_app.words import LANGUAGES
from questions.importers import builtin

ASKED_FOR = re.compile(r"[“„](.+?)[”“]")


def checks(language: str) -> list[Question]:
    with builtin.folder() as folder:
        found = list(builtin.read_attention(folder, language))
    assert all(isinstance(item, Question) for item in found)
    return [item for item in found if isinstance(item, Question)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_as_many_as_a_design_can_ask_for_and_no_two_alike(language: str) -> None:
    found = checks(language)

    most = max(
        part.le for part in SittingDesign.model_fields["attention_checks"].metadata if hasattr(part, "le")
    )
    assert len(found) >= most
    assert len({question.content_hash for question in found}) == len(found)
    assert {question.role for question in found} == {Role.ATTENTION}
    assert {question.bank for question in found} == {"builtin"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_names_the_answer_that_it_asks_for_word_for_word(language: str) -> None:
    for question in checks(language):
        asked = ASKED_FOR.search(question.text)
        assert asked is not None, question.text
        assert [i for i, option in enumerate(question.options) if option == asked[1]] == [question.correct]


@pytest.mark.parametrize("language", LANGUAGES)
def test_options_may_change_places_and_the_key_is_in_each_place_equally_often(language: str) -> None:
    found = checks(language)

    assert not any(question.fixed_order for question in found)
    places = Counter(LETTERS[question.correct] for question in found)
    assert max(places.values()) - min(places.values()) <= 1


def test_ids_tell_the_languages_apart() -> None:
    assert checks("en")[2].question_id == "builtin/attention/en:3"
    assert checks("de")[2].question_id == "builtin/attention/de:3"


def test_a_language_without_a_file_has_none() -> None:
    assert checks("fr") == []


def test_importing_the_built_in_bank_does_not_bring_them_in_every_language() -> None:
    with builtin.folder() as folder:
        roles = {item.role for item in builtin.read(folder) if isinstance(item, Question)}

    assert Role.ATTENTION not in roles
