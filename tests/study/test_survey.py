"""The questionnaire: what an item may be, and what an answer may be."""

from typing import Any

import pytest
from pydantic import ValidationError

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.survey import (
    HELP_KEYS,
    MAX_TEXT_CHARACTERS,
    NO,
    YES,
    SurveyItem,
    help_reported,
    must_be_answered,
)

TRUST = SurveyItem(key="trust", kind="likert", text="I trusted it.", labels=("not at all", "a bit", "wholly"))
AGE = SurveyItem(key="age", kind="number", text="How old are you?", minimum=18, maximum=120)
WORDS = SurveyItem(key="words", kind="text", text="Anything else?")
ITEMS = (TRUST, AGE, WORDS)
NO_HELP = dict.fromkeys(HELP_KEYS, NO)


def answered(**said: Any) -> dict[str, Any]:
    return must_be_answered(ITEMS, said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": "Trust"}, "key"),
        ({"key": "help_assistant"}, "which the questions about outside help use"),
        ({"labels": ()}, "a likert item needs its points"),
        ({"labels": ("only",)}, "allowed are 2 to 11"),
        ({"labels": ("x",) * 12}, "allowed are 2 to 11"),
        ({"minimum": 1}, "belong to a number"),
        ({"kind": "number"}, "found 3 for a number item"),
        ({"kind": "number", "labels": (), "minimum": 5, "maximum": 4}, "above the maximum"),
        ({"text": ""}, "text"),
        ({"labels_": ()}, "labels_"),
    ],
)
def test_an_item_that_cannot_be_asked_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SurveyItem.model_validate(TRUST.model_dump() | changes)


def test_every_item_has_an_answer_or_says_that_there_is_none() -> None:
    kept = answered(trust=2, words="  well done \n")

    assert kept == {"trust": 2, "age": None, "words": "well done"} | dict.fromkeys(HELP_KEYS)
    assert list(kept) == ["trust", "age", "words", *HELP_KEYS]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.key)
def test_an_item_that_is_needed_is_reminded_of(item: SurveyItem) -> None:
    needed = item.model_copy(update={"required": True})

    for said in ({}, {item.key: None}, {item.key: "  "} if item.kind == "text" else {}):
        with pytest.raises(Reminder) as reminded:
            must_be_answered([needed], said)
        assert reminded.value.key == "answer_required"


@pytest.mark.parametrize(
    ("key", "forged"),
    [
        *[("trust", forged) for forged in (0, 4, True, 1.0, "1", [1])],
        *[("age", forged) for forged in ("30", True, float("nan"), float("inf"), [30])],
        *[("words", forged) for forged in (1, ["x"], True)],
        *[("help_assistant", forged) for forged in ("maybe", True, 1, ["yes"])],
    ],
)
def test_an_answer_that_no_page_offers_is_refused(key: str, forged: Any) -> None:
    with pytest.raises(Refusal) as refused:
        answered(**{key: forged})

    assert not isinstance(refused.value, Reminder)


@pytest.mark.parametrize("age", [17.9, 121])
def test_a_number_out_of_its_range_is_reminded_of_with_its_question(age: float) -> None:
    with pytest.raises(Reminder) as reminded:
        answered(age=age)

    assert (reminded.value.key, reminded.value.values) == ("number_range", {"text": AGE.text})
    assert [answered(age=age)["age"] for age in (18, 120)] == [18.0, 120.0]


def test_a_number_may_have_one_end_or_a_single_value() -> None:
    least, most, single = (
        SurveyItem(key="n", kind="number", text="How many?", **ends)
        for ends in ({"minimum": 1}, {"maximum": 5}, {"minimum": 3, "maximum": 3})
    )

    for item, good, bad in ((least, 10**6, 0), (most, -5, 6), (single, 3, 4)):
        assert must_be_answered([item], {"n": good})["n"] == good
        with pytest.raises(Reminder):
            must_be_answered([item], {"n": bad})


def test_long_words_are_cut_to_a_length() -> None:
    assert len(answered(words="x" * 10_000)["words"]) == MAX_TEXT_CHARACTERS


def test_what_was_not_asked_is_not_kept() -> None:
    assert "salary" not in answered(salary=10)


@pytest.mark.parametrize(
    ("said", "reported"),
    [
        (NO_HELP, False),
        (NO_HELP | {"help_web_search": YES}, True),
        ({"help_web_search": YES}, True),
        (NO_HELP | {"help_seen_before": None}, None),
        ({}, None),
    ],
)
def test_help_is_reported_by_one_yes_and_denied_only_by_every_no(
    said: dict[str, Any], reported: bool | None
) -> None:
    assert help_reported(answered(**said)) is reported
