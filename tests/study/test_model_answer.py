import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.errors import DesignError
from oversight_app.prompts import load_prompts
from oversight_app.study.assignment import trials_alone
from oversight_app.study.letters import ALL_ORDERS, OptionOrder
from oversight_app.study.model_answer import ask_alone, read_answer, shares_of, simulated_stances
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Passage
from oversight_app.study.trial import TrialStatus
from oversight_app.study.trial_plan import TrialPlan
from tests.builders import make_design, make_plan, make_question, make_questions

QUESTION = make_question(options=("mitosis", "meiosis", "osmosis", "gnosis"))


def planned() -> Plan:
    return make_plan(prompts=load_prompts())


def make_trial(order: str = "ABCD") -> TrialPlan:
    return TrialPlan(
        "m-1", 1, 1, 1, 1, None, "mmlu", QUESTION.question_id, "model_alone", "unaided", "", "A", order, None
    )


@pytest.mark.parametrize("order", ALL_ORDERS)
@pytest.mark.parametrize("original", LETTERS)
def test_the_letter_that_a_model_reads_is_recorded_as_the_original_one(order: str, original: str) -> None:
    displayed = OptionOrder(order).displayed(original)

    answer = read_answer(displayed, None, order, QUESTION)

    assert (answer.status, answer.choice) == (TrialStatus.ANSWERED, original)
    assert (answer.confidence, answer.probabilities, answer.p_source) == (None, (), "")


@given(
    order=st.sampled_from(ALL_ORDERS),
    original=st.sampled_from(LETTERS),
    values=st.lists(st.floats(-50, 0), min_size=4, max_size=4),
)
def test_probabilities_of_all_four_letters_follow_the_options(
    order: str, original: str, values: list[float]
) -> None:
    """`values` are of original A-D; the model knows them under the letters displayed."""
    mapping = OptionOrder(order)
    shown = {mapping.displayed(letter): value for letter, value in zip(LETTERS, values, strict=True)}

    answer = read_answer(mapping.displayed(original), shown, order, QUESTION)

    total = sum(math.exp(value) for value in values)
    assert answer.choice == original
    assert answer.probabilities == pytest.approx(tuple(math.exp(value) / total for value in values))
    assert answer.confidence == answer.probabilities[LETTERS.index(original)]
    assert answer.p_source == "logprob"


@pytest.mark.parametrize("known", [{}, {"B": -0.1}, {"A": -1.0, "B": -0.5, "C": -3.0}])
def test_with_fewer_than_four_log_probabilities_confidence_is_missing(known: dict[str, float]) -> None:
    answer = read_answer("B", known, "ABCD", QUESTION)

    assert (answer.choice, answer.confidence, answer.probabilities, answer.p_source) == ("B", None, (), "")


def test_a_letter_that_is_too_rare_to_be_listed_has_no_probability_and_the_others_do() -> None:
    """20 tokens were listed, the least of them at e^-12: D has at most 0.0006 % of what the others have."""
    known = {"A": math.log(0.1), "B": math.log(0.6), "C": math.log(0.2)}

    answer = read_answer("B", known, "ABCD", QUESTION, least=-12.0)

    assert answer.probabilities == pytest.approx((1 / 9, 6 / 9, 2 / 9, None))
    assert answer.confidence == answer.probabilities[1]
    assert answer.p_source == "logprob"


def test_letters_that_could_have_more_than_a_hundredth_leave_nothing_known() -> None:
    """A and B have half of everything, so two letters at most at 0.0025 each are just a hundredth of that."""
    known = {"A": math.log(0.2), "B": math.log(0.3)}

    just = read_answer("B", known, "ABCD", QUESTION, least=math.log(0.00249))
    above = read_answer("B", known, "ABCD", QUESTION, least=math.log(0.00251))

    assert just.confidence == pytest.approx(0.6)
    assert (above.choice, above.confidence, above.probabilities, above.p_source) == ("B", None, (), "")


def test_far_away_letters_say_nothing_although_all_but_one_are_listed() -> None:
    """The model began to say something else: what is left to the letters may be anybody's."""
    far = {"A": -15.0, "B": -14.0, "C": -15.5}

    assert read_answer("B", far, "ABCD", QUESTION, least=-16.0).confidence is None


def test_the_chosen_letter_itself_may_not_be_missing() -> None:
    known = {"A": math.log(0.1), "C": math.log(0.2), "D": math.log(0.6)}

    answer = read_answer("B", known, "ABCD", QUESTION, least=-30.0)

    assert (answer.choice, answer.confidence, answer.probabilities) == ("B", None, ())


@given(st.lists(st.floats(-8, 0), min_size=4, max_size=4), st.floats(-60, -20))
def test_what_is_not_listed_never_changes_what_is(values: list[float], least: float) -> None:
    all_four = dict(zip(LETTERS, values, strict=True))

    assert shares_of(all_four, least) == shares_of(all_four)


@pytest.mark.parametrize("text", ["", "I", "(", "Maybe", "A or B", "\ufffd"])
def test_what_cannot_be_read_is_unreadable_and_not_guessed(text: str) -> None:
    likely = {"A": -0.1, "B": -3.0, "C": -4.0, "D": -5.0}

    answer = read_answer(text, likely, "BADC", QUESTION)

    assert (answer.status, answer.choice, answer.confidence) == (TrialStatus.UNREADABLE, "", None)
    assert answer.probabilities[1] == pytest.approx(0.9236, abs=1e-4)


def test_impossible_log_probabilities_are_none() -> None:
    nothing = dict.fromkeys(LETTERS, -math.inf)

    assert read_answer("A", nothing, "ABCD", QUESTION).probabilities == ()


def test_the_model_is_asked_with_the_question_as_it_is_displayed() -> None:
    text = ask_alone(planned(), "zero_shot", make_trial("DCBA"), QUESTION)

    assert text.startswith("Question: ")
    assert QUESTION.text in text
    assert "(A) gnosis\n(B) osmosis\n(C) meiosis\n(D) mitosis" in text
    assert text.endswith("Answer:")


def test_a_passage_stands_before_everything_else() -> None:
    passage = Passage("p", "The ice went out.\n\nNobody saw it.")

    text = ask_alone(planned(), "zero_shot", make_trial(), make_question(passage=passage))

    assert text.startswith("Passage:\n\nThe ice went out.\n\nNobody saw it.\n\nQuestion: ")


def test_a_prompt_with_an_unknown_hole_is_an_error() -> None:
    plan = make_plan(prompts={"zero_shot": "{question} {name}"})

    with pytest.raises(DesignError, match=r"nothing fills \{name\}"):
        ask_alone(plan, "zero_shot", make_trial(), QUESTION)


def test_the_simulated_model_is_wrong_in_the_stated_share_of_each_task() -> None:
    questions = make_questions(n_mmlu=60)
    design = make_design(
        tasks={"mmlu": {"questions_per_condition": 20}}, assistant={"error_share": 0.3}, seed=3
    )
    plan = make_plan(design, questions)
    by_id = {question.question_id: question for question in questions}
    trials = trials_alone(plan, by_id, "mabc")

    stances = simulated_stances(plan, by_id, trials, "demo")

    wrong = Counter(stances[trial.trial_id] != LETTERS[by_id[trial.question_id].correct] for trial in trials)
    assert (len(trials), wrong[True]) == (40, 12)
    assert stances == simulated_stances(plan, by_id, trials, "demo")
    assert stances != simulated_stances(plan, by_id, trials, "other")
