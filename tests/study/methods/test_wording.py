"""The prompts of each method against the words of the papers they are from, and against what was added to them.

Bowman et al. 2022 (arXiv 2211.03540) prompt with "Human:" and "Assistant:". Chat services write these themselves, so
turns stand for them here, and the words with which the paper begins the Assistant's turn end the Human's.
"""

from itertools import pairwise

import pytest

from oversight_app.errors import BadInput
from oversight_app.study.methods import Call
from oversight_app.study.methods.wording import examples
from oversight_app.study.questions import Passage
from oversight_app.study.transcript import Line
from tests.builders import make_question
from tests.study.methods.items import EXAMPLES, make_item, play, said

QUESTION_AS_IN_THE_PAPER = (
    "Question: Which one divides once?",
    "Choices:",
    "(A) mitosis",
    "(B) meiosis",
    "(C) osmosis",
    "(D) gnosis",
)
ONE_LETTER = "Reply with one letter, A, B, C or D, and nothing else."
REASONING = "Cells divide. Meiosis divides twice."


def calls_of(label: str) -> dict[str, Call]:
    """Every call of a method, by part, to a model that reasons, answers B and gives log-probabilities."""
    texts = {"reasoning": REASONING, "score": "80", "verbal_confidence": "B 70%"}
    everything = dict.fromkeys("ABCD", -1.0)
    _, calls = play(label, lambda call: said(texts.get(call.purpose, "B"), everything))
    return {call.part: call for call in calls}


def lines_of(turn: Line) -> list[str]:
    return [line for line in turn.text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("label", "part", "papers", "ours"),
    [
        ("zero_shot", "answer", (*QUESTION_AS_IN_THE_PAPER, "Answer:"), (ONE_LETTER,)),
        ("few_shot(shots=1)", "answer", (*QUESTION_AS_IN_THE_PAPER, "Answer:"), (ONE_LETTER,)),
        ("p_true", "answer", (*QUESTION_AS_IN_THE_PAPER, "Answer:"), (ONE_LETTER,)),
        ("cot", "reasoning/1", (*QUESTION_AS_IN_THE_PAPER, "Let's think step by step:"), ()),
        ("best_of_n(n=1)", "reasoning/1", (*QUESTION_AS_IN_THE_PAPER, "Let's think step by step:"), ()),
        (
            "best_of_n(n=1)",
            "answer",
            (
                "Based on the above, what is the single, most likely answer choice?",
                "The single, most likely answer choice is",
            ),
            (ONE_LETTER,),
        ),
        # Kadavath et al. 2022 (arXiv 2207.05221), section 4
        (
            "p_true",
            "belief",
            (
                "Question: Which one divides once?",
                "Proposed Answer: (B) meiosis",
                "Is the proposed answer:",
                "(A) True",
                "(B) False",
                "The proposed answer is:",
            ),
            (*QUESTION_AS_IN_THE_PAPER[1:], "Reply with one letter, A or B, and nothing else."),
        ),
    ],
)
def test_the_last_turn_is_the_papers_words_in_their_order_and_what_we_added(
    label: str, part: str, papers: tuple[str, ...], ours: tuple[str, ...]
) -> None:
    lines = lines_of(calls_of(label)[part].turns[-1])

    assert [line for line in lines if line not in ours] == list(papers)
    assert [line for line in lines if line not in papers] == list(ours)


def test_no_word_of_the_papers_turns_is_written_twice() -> None:
    """A service that begins the Assistant's turn itself must not read "Assistant:" as well."""
    for label in ("zero_shot", "cot", "best_of_n(n=1,shots=1)", "p_true"):
        for call in calls_of(label).values():
            assert all("Human:" not in turn.text and "Assistant:" not in turn.text for turn in call.turns)


def test_the_answer_after_a_reasoning_is_one_conversation_as_in_the_paper() -> None:
    question, reasoning, answer = calls_of("best_of_n(n=1)")["answer"].turns

    assert question.text.endswith("Let's think step by step:")
    assert reasoning == Line("assistant", REASONING)
    assert answer.text.startswith("Based on the above")


def test_examples_are_asked_in_the_words_of_the_question_and_answered_with_their_letter() -> None:
    turns = calls_of("few_shot")["answer"].turns

    assert [turn.role for turn in turns] == ["user", "assistant"] * 5 + ["user"]
    assert [turn.text for turn in turns[1::2]] == ["A", "B", "C", "D", "A"]
    assert lines_of(turns[0]) == [
        *("Question: What is example 0?", "Choices:"),
        *("(A) one of 0", "(B) two of 0", "(C) three of 0", "(D) four of 0"),
        *(ONE_LETTER, "Answer:"),
    ]
    shapes = [[line.partition(" ")[0] for line in lines_of(turn)] for turn in turns[::2]]
    assert all(one == other for one, other in pairwise(shapes))


def test_the_context_of_best_of_twenty_is_that_of_few_shot() -> None:
    few_shot, reasoning = (
        calls_of("few_shot")["answer"].turns,
        calls_of("best_of_n(n=1,shots=5)")["reasoning/1"].turns,
    )

    assert few_shot[:-1] == reasoning[:-1]


def test_too_few_examples_are_never_made_up_for() -> None:
    with pytest.raises(BadInput, match="q1 has 6 examples, and 7 are to be shown"):
        examples(make_item(), "zero_shot", 7)


def test_the_passage_stands_before_everything_in_every_first_turn() -> None:
    passage = Passage("p", "The ice went out.\n\nNobody saw it.")
    item = make_item(question=make_question("q1", passage=passage), examples=EXAMPLES)
    for label in (
        "zero_shot",
        "cot",
        "best_of_n(n=1)",
        "self_consistency(n=1)",
        "verbal_confidence",
        "p_true",
    ):
        _, calls = play(label, lambda call: said("B"), item)
        for call in calls:
            assert call.turns[0].text.startswith(
                "Passage:\n\nThe ice went out.\n\nNobody saw it.\n\nQuestion: "
            )


def test_options_stand_as_they_are_shown() -> None:
    _, (call,) = play("zero_shot", lambda call: said("B", dict.fromkeys("ABCD", -1.0)), make_item("DCBA"))

    assert "(A) gnosis\n(B) osmosis\n(C) meiosis\n(D) mitosis" in call.turns[0].text
