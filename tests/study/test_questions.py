from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study.questions import Passage, Question, folded, problem
from questions.importers import mmlu, quality

Options = tuple[str, str, str, str]


def make_question(
    text: str = "Which?",
    options: Options = ("a", "b", "c", "d"),
    correct: int = 0,
    passage: Passage | None = None,
) -> Question:
    return Question("x:1", "mmlu", "mmlu", "val", "x", text, options, correct, passage=passage)


# -- options that refer to others ------------------------------------------------------------------


@pytest.mark.parametrize(
    "option",
    [
        "all of the above",
        "All of the above.",
        "All the above",
        "None of the above, international aid never works",
        "None of these",
        "Neither of these.",
        "Both of these",
        "Both",
        "all",
        "Any of the above.",
        "Either of above.",
        "All of these options. To make non-compliance too costly",
        "All of the options given are correct",
        "All of the other answers are correct",
        "both A and B",
        "Both A & C",
        "Both A and C are correct. ",
        "both a and b.",
        "Both (a) and (b)",
        "neither a. nor b.",
        "neither A nor B; an environmental ethic may deny",
        "either A or B.",
        "A and B only",
        "a and b",
        "a. and c. above",
        "A, B, and C",
        "A B and C",
        "(B) (C) and (D).",
        "(A), (B), and (C) are part of the theory",
        "All of (a), (b) and (c) will be true.",
        "Options A and B",
        "A combination of of A and C. ",
        "To achieve all the functions listed above",
    ],
)
def test_options_that_speak_of_others_keep_their_order(option: str) -> None:
    assert make_question(options=("x", "y", option, "z")).fixed_order


@pytest.mark.parametrize(
    "option",
    [
        "I and II only",
        "Both I and III",
        "both a molten metallic core and reasonably fast rotation",
        "both a password and a fingerprint",
        "C, C++",
        "B. F. Skinner",
        "Excess consumption of Vitamins A and C",
        "P(A and B) = P(A) · P(B)",
        "Women over age 80 have above average bone density",
        "Wrong, Not wrong",
        "The b and d coefficients significant",
        "both B cells and T cells",
        "A descent of two hundred feet",
    ],
)
def test_options_that_only_look_like_it_may_be_shuffled(option: str) -> None:
    assert not make_question(options=("x", "y", option, "z")).fixed_order


def test_about_one_real_mmlu_question_in_twenty_refers_to_other_options(shared_data: Path) -> None:
    found = [item for item in mmlu.read(shared_data / "mmlu") if isinstance(item, Question)]

    fixed = [question for question in found if question.fixed_order]

    # The profile counts about 770, give or take 5 %.
    assert 730 <= len(fixed) <= 810
    ids = {question.question_id for question in fixed}
    assert {"dev/moral_disputes:4", "val/electrical_engineering:13"} <= ids


def test_a_real_quality_question_with_letters_in_its_options_keeps_their_order(shared_data: Path) -> None:
    found = [item for item in quality.read(shared_data / "quality") if isinstance(item, Question)]

    both = [question for question in found if "Both A and C are correct. " in question.options]

    assert both
    assert all(question.fixed_order for question in both)


# -- doubled options and repeated questions --------------------------------------------------------


def test_a_key_that_stands_twice_is_noticed_and_a_doubled_wrong_option_is_not() -> None:
    assert make_question(options=("687", "687 ", "1", "2"), correct=0).has_doubled_key
    assert not make_question(options=("687", "687", "1", "2"), correct=2).has_doubled_key


def test_the_real_questions_with_a_doubled_key_are_the_five_that_are_known(shared_data: Path) -> None:
    found = [item for item in mmlu.read(shared_data / "mmlu") if isinstance(item, Question)]

    assert {question.question_id for question in found if question.has_doubled_key} == {
        "test/elementary_mathematics:114",
        "test/international_law:52",
        "test/high_school_macroeconomics:184",
        "test/sociology:198",
        "val/miscellaneous:10",
    }


def test_real_repetitions_share_a_content_hash_and_the_text_alone_does_not(shared_data: Path) -> None:
    found = [item for item in mmlu.read(shared_data / "mmlu") if isinstance(item, Question)]
    by_id = {question.question_id: question for question in found}

    n_repeated = len(found) - len({question.content_hash for question in found})

    # 142 by question and ordered options; one more pair differs in the order of its options only.
    assert n_repeated == 143
    assert by_id["dev/college_physics:2"].content_hash == by_id["val/college_physics:6"].content_hash
    assert by_id["dev/college_physics:1"].content_hash == by_id["dev/college_physics:4"].content_hash
    assert by_id["test/clinical_knowledge:2"].content_hash == by_id["test/college_medicine:63"].content_hash
    same_text = Counter(folded(question.text) for question in found)
    assert same_text["Which of the following statements is correct?"] > 5


@given(st.permutations(["a", "b ", "c\n", "d"]))
def test_the_content_hash_overlooks_white_space_and_the_order_of_options(options: list[str]) -> None:
    a, b, c, d = options

    assert make_question(options=(a, b, c, d)).content_hash == make_question(text=" Which? ").content_hash


def test_the_content_hash_sees_text_options_and_passage() -> None:
    passage, other = Passage("p", "A text."), Passage("p", "Another.")

    hashes = {
        make_question().content_hash,
        make_question(text="What?").content_hash,
        make_question(options=("a", "b", "c", "e")).content_hash,
        make_question(passage=passage).content_hash,
        make_question(passage=other).content_hash,
    }

    assert len(hashes) == 5


# -- what may enter --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (make_question(), ""),
        (make_question(options=("None", "TRUE", "0", "-")), ""),
        (make_question(text=" \n"), "the question text is empty"),
        (make_question(options=("a", "", "c", "d")), "option B is empty"),
        (make_question(correct=4), "the key 4 is not one of 0-3"),
    ],
)
def test_a_record_without_text_option_or_key_may_not_enter(question: Question, reason: str) -> None:
    assert problem(question) == reason


def test_folding_is_for_comparing_white_space_and_composed_letters() -> None:
    assert folded(" a\r\n b\u00a0c\te\u0301 ") == "a b c é"
