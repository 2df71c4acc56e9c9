"""What a judge is told of a page, and how its words become an answer to it."""

import math
from dataclasses import replace

import pytest

from oversight_app.prompts import load_prompts
from oversight_app.study.design import FIVE_POINTS, ConfidenceScale
from oversight_app.study.judging import (
    ANSWER,
    ANSWER_PERCENT,
    MESSAGE,
    Judged,
    Shown,
    ask_judge,
    judged_by_letter,
    judged_by_words,
)
from oversight_app.study.page import Chat, ChatLine, QuestionPage
from tests.builders import make_plan

PAGE = QuestionPage(
    n=1,
    n_of_part=1,
    n_in_part=1,
    is_practice=False,
    passage_title="",
    passage=(),
    question="When did it go?",
    options=("at night", "at noon", "in May", "never"),
    draft_choice=None,
    draft_confidence=None,
    confidence_scale=ConfidenceScale.PERCENT,
    confidence_levels=(),
    remaining_ms=None,
    total_ms=None,
    chat=None,
    pause_after=False,
)
CHAT = Chat(
    (
        ChatLine("m1", True, "Which one?", "sent", True),
        ChatLine("m2", False, "It is B.", "complete", True),
        ChatLine("m3", True, "Why?", "sent", False),
        ChatLine("m4", False, "", "failed", False),
    ),
    False,
    1,
)
LOG_PROBABILITIES = {"A": math.log(0.1), "B": math.log(0.62), "C": math.log(0.2), "D": math.log(0.08)}
PLAN = make_plan(prompts=load_prompts())


def on(scale: ConfidenceScale) -> QuestionPage:
    return replace(PAGE, confidence_scale=scale)


# -- asking ---------------------------------------------------------------------------


def test_a_judge_is_told_what_the_page_shows_the_forgotten_lines_included() -> None:
    page = replace(PAGE, passage=("The ice went out.", "Nobody saw it."), chat=CHAT)

    text = ask_judge(PLAN, Shown.on(page), ANSWER)

    assert text.startswith("Passage:\n\nThe ice went out.\n\nNobody saw it.\n\n")
    assert "Question: When did it go?" in text
    assert "A. at night\nB. at noon\nC. in May\nD. never" in text
    assert "You: Which one?\n\nAssistant: It is B.\n\nYou: Why?" in text


def test_without_passage_and_chat_nothing_stands_in_their_place() -> None:
    text = ask_judge(PLAN, Shown.on(PAGE), ANSWER)

    assert "Passage" not in text
    assert "have written" not in text
    assert "{" not in text


def test_a_judge_knows_how_many_messages_are_left() -> None:
    assert "you may still write: 2." in ask_judge(PLAN, Shown.on(replace(PAGE, chat=CHAT)), MESSAGE, n_left=2)


def test_one_that_is_asked_in_words_is_told_the_form() -> None:
    assert "B 70%" in ask_judge(PLAN, Shown.on(PAGE), ANSWER_PERCENT)


# -- reading --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (ConfidenceScale.NONE, Judged(1, None)),
        (ConfidenceScale.PERCENT, Judged(1, 0.62)),
        (ConfidenceScale.FIVE_POINTS, Judged(1, min(FIVE_POINTS, key=lambda point: abs(point - 0.62)))),
        (ConfidenceScale.DISTRIBUTION, Judged(1, None, (0.1, 0.62, 0.2, 0.08))),
    ],
)
def test_a_letter_is_as_sure_as_its_probability_on_every_scale(
    scale: ConfidenceScale, expected: Judged
) -> None:
    assert judged_by_letter("B", LOG_PROBABILITIES, on(scale)) == expected


def test_without_all_four_probabilities_a_letter_says_nothing_of_how_sure_it_is() -> None:
    three = {letter: p for letter, p in LOG_PROBABILITIES.items() if letter != "D"}

    assert judged_by_letter("B", three, PAGE) is None
    assert judged_by_letter("B", None, PAGE) is None
    assert judged_by_letter("B", None, on(ConfidenceScale.NONE)) == Judged(1, None)
    assert judged_by_letter("Hm", LOG_PROBABILITIES, PAGE) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B 70%", Judged(1, 0.7)),
        ("(B), 70 %.", Judged(1, 0.7)),
        ("**D** 12.5", Judged(3, 0.12)),
        ("I think the answer is C. I am about 80 percent sure.", Judged(2, 0.8)),
        ("Some say 30%. The answer is A, with 55%.", Judged(0, 0.55)),
        ("B", None),
        ("70%", None),
        ("B 170%", None),
        ("A or B, 50%", None),
        ("", None),
    ],
)
def test_words_are_read_strictly_then_leniently_and_never_guessed(text: str, expected: Judged | None) -> None:
    assert judged_by_words(text, PAGE) == expected


def test_a_stated_percentage_fills_every_scale() -> None:
    assert judged_by_words("B 70%", on(ConfidenceScale.DISTRIBUTION)) == Judged(1, None, (0.1, 0.7, 0.1, 0.1))
    assert judged_by_words("B 70%", on(ConfidenceScale.NONE)) == Judged(1, None)
    five = judged_by_words("B 70%", on(ConfidenceScale.FIVE_POINTS))
    assert five is not None
    assert five.confidence in FIVE_POINTS
