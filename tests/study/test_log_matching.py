from dataclasses import replace
from typing import Any

import pytest

from oversight_app.study.letters import ALL_ORDERS
from oversight_app.study.log_matching import Match, Matcher, answer_of, options_lettered_in
from oversight_app.study.logged import Defect, LoggedAnswer, Turn
from oversight_app.study.questions import LETTERS, Passage, Question
from oversight_app.study.trial import TrialStatus
from tests.builders import make_question

QUESTION = make_question()


def logged(question: Question = QUESTION, *, order: str = LETTERS, **changes: Any) -> LoggedAnswer:
    shown = tuple(question.options[LETTERS.index(letter)] for letter in order)
    return replace(LoggedAnswer(1, "x", shown, question.text), **changes)


def found(*questions: Question, answer: LoggedAnswer) -> Match:
    match = Matcher(questions).find(answer)
    assert isinstance(match, Match)
    return match


def test_a_sample_is_found_by_its_id_whatever_stands_around_the_question() -> None:
    answer = logged(text="Answer this: something else", question_ids=("7", QUESTION.question_id))

    match = found(QUESTION, make_question("other"), answer=answer)

    assert (match.question, match.by_id) == (QUESTION, True)


def test_a_sample_is_found_by_its_text_with_other_white_space() -> None:
    text = QUESTION.text.replace(" ", "\n  ")

    match = found(QUESTION, make_question("other"), answer=logged(text=text, question_ids=("7",)))

    assert (match.question, match.by_id) == (QUESTION, False)


@pytest.mark.parametrize("order", ALL_ORDERS)
def test_letters_are_carried_over_by_the_texts_of_the_options_in_any_order(order: str) -> None:
    match = found(QUESTION, answer=logged(order=order))

    assert match.option_order == order
    for displayed in LETTERS:
        answer = answer_of(logged(order=order, reply=f"ANSWER: {displayed}"), match)
        assert answer.choice == order[LETTERS.index(displayed)]


def test_the_same_options_with_another_question_are_another_question() -> None:
    assert Matcher([QUESTION]).find(logged(text="What else?")) is None


def test_another_number_of_options_is_no_question_of_a_study() -> None:
    assert Matcher([QUESTION]).find(replace(logged(), options=("a", "b"))) is None


def test_an_id_that_stands_for_another_question_is_a_defect_that_names_both() -> None:
    answer = logged(
        make_question("other"), text="What is meant by this?", question_ids=(QUESTION.question_id,)
    )

    defect = Matcher([QUESTION]).find(answer)

    assert isinstance(defect, Defect)
    assert "first of other" in defect.found
    assert QUESTION.question_id in defect.expected


def test_an_id_of_another_tool_that_happens_to_be_one_of_ours_gives_way_to_the_text() -> None:
    other = make_question("other")

    match = found(QUESTION, other, answer=logged(other, question_ids=(QUESTION.question_id,)))

    assert match.question == other


def test_questions_with_the_same_options_are_told_apart_by_their_texts() -> None:
    options = ("Wrong, Wrong", "Wrong, Not wrong", "Not wrong, Wrong", "Not wrong, Not wrong")
    one = make_question("one", options=options, text="Is it wrong? I took it.")
    two = make_question("two", options=options, text="Is it wrong? I took it. I gave it back.")

    assert found(one, two, answer=logged(one)).question == one
    assert found(one, two, answer=logged(two)).question == two
    asked = f"Read this.\n\n{two.text}"
    assert found(one, two, answer=logged(two, text=asked)).question == two


def test_the_same_question_about_two_passages_is_told_apart_by_the_passage_that_was_sent() -> None:
    one, two = (
        make_question(
            name, text="Who spoke?", options=("a", "b", "c", "d"), passage=Passage(name, f"Story of {name}.")
        )
        for name in ("one", "two")
    )

    with_passage = logged(two, text="Story of two.\n\nWho spoke?")

    assert found(one, two, answer=with_passage).question == two
    assert isinstance(Matcher([one, two]).find(logged(two)), Defect)


@pytest.mark.parametrize(("told", "lacks"), [("A tale.\n\n{q}", False), ("{q}", True)])
def test_a_passage_that_was_not_sent_is_noticed(told: str, lacks: bool) -> None:
    question = make_question(passage=Passage("p", "A  tale."))
    asked = (Turn("user", told.replace("{q}", question.text)),)

    assert found(question, answer=logged(question, asked=asked)).lacks_passage is lacks
    assert found(question, answer=logged(question)).lacks_passage is False


def test_the_prompt_decides_in_which_order_the_options_were_shown() -> None:
    a, b, c, d = QUESTION.options
    prompt = f"{QUESTION.text}\n(A) {d}\n(B) {c}\n(C) {b}\n(D) {a}\nAnswer:"

    assert found(QUESTION, answer=logged(asked=(Turn("user", prompt),))).option_order == "DCBA"


def test_a_prompt_that_has_to_show_letters_and_does_not_is_a_defect() -> None:
    bare = (Turn("user", f"{QUESTION.text}\nAnswer:"),)

    defect = Matcher([QUESTION]).find(logged(asked=bare, must_be_lettered=True))

    assert isinstance(defect, Defect)
    assert defect.place == "prompt"
    assert found(QUESTION, answer=logged(asked=bare)).option_order == "ABCD"


def test_options_of_examples_and_options_that_begin_alike_are_not_mixed_up() -> None:
    question = make_question(options=("2", "2 of them", "12", "1"))
    example = "Example?\nA. 1\nB. 12\nC. 2 of them\nD. 2\nAnswer: A"
    prompt = f"{example}\n\n{question.text}\nA. 2 of them\nB. 2\nC. 1\nD. 12\nAnswer:"

    assert options_lettered_in(prompt, question) == ("2 of them", "2", "1", "12")


def test_of_two_options_that_read_the_same_each_gets_one_letter() -> None:
    question = make_question(options=("none", "b", "none", "d"))

    assert sorted(found(question, answer=logged(question, order="CADB")).option_order) == list("ABCD")


def test_the_likeliest_letter_is_the_answer_and_the_four_probabilities_add_up_to_one() -> None:
    values = {"A": -3.0, "B": -1.0, "C": -2.0, "D": float("-inf")}
    match = found(QUESTION, answer=logged(order="DCBA"))

    answer = answer_of(logged(order="DCBA", log_probabilities=values, is_likelihood=True), match)

    assert (answer.status, answer.choice, answer.p_source) == (TrialStatus.ANSWERED, "C", "logprob")
    known = [p for p in answer.probabilities if p is not None]
    assert len(known) == 4
    assert sum(known) == pytest.approx(1)
    assert known[0] == 0
    assert answer.confidence == max(known) == known[2]


def test_two_letters_that_are_likeliest_are_no_answer() -> None:
    tie = {"A": -1.0, "B": -1.0, "C": -2.0, "D": -2.0}

    answer = answer_of(logged(log_probabilities=tie, is_likelihood=True), found(QUESTION, answer=logged()))

    assert (answer.status, answer.choice, answer.probabilities) == (TrialStatus.UNREADABLE, "", ())
