"""Participants read of the bonus what the design pays, in their language."""

import pytest

from oversight_app.study.bonus_told import bonus_told
from oversight_app.study.showing import instruction_parts
from oversight_app.words import read_words
from tests.builders import TEXTS, make_design, make_plan

BONUS = {"flat": "1.5", "per_correct": "0.10", "at_most": "4"}


@pytest.mark.parametrize(
    ("language", "currency", "lines"),
    [
        (
            "en",
            "GBP",
            [
                "- If you complete the study, you get **1.50 GBP** on top.",
                "- Each question that you answer correctly pays **0.10 GBP**; practice questions pay nothing.",
                "- All bonuses together come to **4.00 GBP** at most.",
            ],
        ),
        (
            "de",
            "EUR",
            [
                "- Wenn Sie die Studie abschließen, bekommen Sie **1,50\u00a0EUR** zusätzlich.",
                "- Jede richtig beantwortete Frage bringt **0,10\u00a0EUR**; Übungsfragen bringen nichts.",
                "- Alle Boni zusammen betragen höchstens **4,00\u00a0EUR**.",
            ],
        ),
    ],
)
def test_every_amount_of_the_bonus_is_said(language: str, currency: str, lines: list[str]) -> None:
    design = make_design(answer={"currency": currency}, bonus=BONUS)

    assert bonus_told(design, read_words(language).as_dict()).splitlines() == lines


def test_yen_are_said_without_decimals_and_what_is_not_paid_is_not_said() -> None:
    design = make_design(answer={"currency": "JPY"}, bonus={"flat": "150"})

    assert "**150 JPY**" in bonus_told(design, read_words("en").as_dict())
    assert bonus_told(make_design(), read_words("en").as_dict()) == ""


def test_the_instructions_end_with_the_bonus_unless_a_text_has_a_place_for_it() -> None:
    design = make_design(answer={"currency": "GBP"}, bonus={"flat": "1"})
    words = read_words("en").as_dict()
    told = "- If you complete the study, you get **1.00 GBP** on top."

    at_end = instruction_parts(make_plan(design, words=words))
    in_text = instruction_parts(
        make_plan(design, words=words, texts=TEXTS | {"instructions": "Read. {bonus} Then begin."})
    )
    older = instruction_parts(make_plan(design, words={}))

    assert at_end[-1] == f"## Your bonus\n\n{told}"
    assert in_text[0] == f"Read. {told} Then begin."
    assert not any("## Your bonus" in part for part in in_text)
    assert at_end[:-1] == older, "a plan without the words says what it has always said"
