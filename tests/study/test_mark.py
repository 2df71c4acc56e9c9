"""What may stand on a page, what counts as an answer, and what the record keeps of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.design import FIVE_POINTS, AnswerDesign, ConfidenceScale
from oversight_app.study.letters import ALL_ORDERS
from oversight_app.study.mark import (
    MAX_REASON_CHARACTERS,
    NOTHING,
    Mark,
    checked,
    from_page,
    must_be_whole,
    settled,
    sums_to_one,
)
from oversight_app.study.questions import LETTERS

SCALES = {scale: AnswerDesign(confidence=scale) for scale in ConfidenceScale}
DISTRIBUTION = SCALES[ConfidenceScale.DISTRIBUTION]
PERCENT = SCALES[ConfidenceScale.PERCENT]
FIVE = SCALES[ConfidenceScale.FIVE_POINTS]

WHOLE_PERCENTS = (
    st.tuples(*[st.integers(0, 100)] * 3)
    .map(sorted)
    .map(lambda cuts: tuple((b - a) / 100 for a, b in zip((0, *cuts), (*cuts, 100), strict=True)))
)
"""Every distribution that four fields of whole percents can hold."""

ENTERED = st.tuples(*[st.one_of(st.none(), st.integers(0, 100).map(lambda n: n / 100))] * 4)
"""Whatever can stand in the four fields, finished or not."""

FORGED = st.one_of(
    st.booleans(),
    st.text(max_size=3),
    st.lists(st.integers(), max_size=2),
    st.just(float("nan")),
    st.just(float("inf")),
    st.floats(max_value=-0.001, allow_nan=False),
    st.floats(min_value=1.001, allow_nan=False),
)
"""What a browser may send in the place of a probability."""


# -- what a page offers ----------------------------------------------------------------------------------


@given(order=st.sampled_from(ALL_ORDERS), shown=WHOLE_PERCENTS, choice=st.integers(0, 3))
def test_marks_are_kept_by_original_letters_whatever_the_order(
    order: str, shown: tuple[float, ...], choice: int
) -> None:
    mark = from_page(order, choice, None, shown)

    assert mark.choice == order[choice]
    for letter, probability in zip(order, shown, strict=True):
        assert mark.probabilities[LETTERS.index(letter)] == probability


@pytest.mark.parametrize("choice", [4, -1, True, False, 1.0, "A", "0", [0], {}])
def test_what_is_no_option_of_the_page_is_refused(choice: Any) -> None:
    with pytest.raises(Refusal):
        from_page("ABCD", choice, None)


@pytest.mark.parametrize("probabilities", [(0.5, 0.5), (0.25,) * 5, "abcd", [0.25] * 4, {"A": 1}, 1, None])
def test_what_is_no_distribution_over_four_options_is_refused(probabilities: Any) -> None:
    with pytest.raises(Refusal):
        from_page("ABCD", 0, None, probabilities)


@pytest.mark.parametrize("choice", ["E", "AB", "a", " "])
def test_a_choice_that_is_not_on_the_page_is_refused(choice: str) -> None:
    with pytest.raises(Refusal):
        checked(Mark(choice), FIVE)


@pytest.mark.parametrize("scale", ConfidenceScale)
@given(forged=FORGED)
def test_a_forged_confidence_is_refused_on_every_scale(scale: ConfidenceScale, forged: Any) -> None:
    with pytest.raises(Refusal):
        checked(Mark("A", forged), SCALES[scale])


@given(entered=ENTERED, forged=FORGED, place=st.integers(0, 3))
def test_a_forged_probability_is_refused(entered: tuple[Any, ...], forged: Any, place: int) -> None:
    with pytest.raises(Refusal):
        checked(Mark("A", None, (*entered[:place], forged, *entered[place + 1 :])), DISTRIBUTION)


@pytest.mark.parametrize(("answer", "confidence"), [(FIVE, 0.5), (SCALES[ConfidenceScale.NONE], 0.6)])
def test_a_level_of_another_scale_is_refused(answer: AnswerDesign, confidence: float) -> None:
    with pytest.raises(Refusal):
        checked(Mark("A", confidence), answer)


@pytest.mark.parametrize("scale", [scale for scale in ConfidenceScale if scale != "distribution"])
def test_a_distribution_is_refused_where_none_is_asked_for(scale: ConfidenceScale) -> None:
    with pytest.raises(Refusal):
        checked(Mark("A", None, (0.25,) * 4), SCALES[scale])


def test_every_level_of_the_page_is_kept() -> None:
    for confidence in FIVE_POINTS:
        assert checked(Mark("A", confidence), FIVE).confidence == confidence
    for confidence in (0, 0.005, 1):
        assert checked(Mark("A", confidence), PERCENT).confidence == confidence


def test_an_untouched_distribution_is_no_distribution() -> None:
    assert checked(Mark("A", None, (None,) * 4), DISTRIBUTION) == Mark("A")


def test_a_reason_is_kept_where_it_is_asked_for_and_cut_to_a_length() -> None:
    asked = AnswerDesign(reason="optional")
    forged: Any = ["because"]

    assert len(checked(Mark("A", reason="x" * 10_000), asked).reason) == MAX_REASON_CHARACTERS
    assert checked(Mark("A", reason="because"), FIVE).reason == ""
    assert checked(Mark("A", reason=forged), asked).reason == ""


# -- what an answer needs ----------------------------------------------------------------------------------


@given(entered=ENTERED, choice=st.sampled_from(("", *LETTERS)))
def test_a_distribution_is_an_answer_exactly_when_it_adds_up_and_an_option_is_chosen(
    entered: tuple[float | None, ...], choice: str
) -> None:
    total = sum(round(100 * p) for p in entered if p is not None)
    is_whole = None not in entered and total == 100
    mark = Mark(choice, None, entered)

    assert sums_to_one(entered) == is_whole
    if choice and is_whole:
        must_be_whole(mark, DISTRIBUTION)
    else:
        with pytest.raises(Reminder) as reminded:
            must_be_whole(mark, DISTRIBUTION)
        assert reminded.value.key == ("distribution_sum" if choice else "choose_answer")
        if choice:
            assert reminded.value.values == {"percent": total}


@pytest.mark.parametrize(
    ("asked", "given", "asks_reason", "is_missing"),
    [
        ("required", "", True, True),
        ("required", " \n", True, True),
        ("required", "because", True, False),
        ("required", "", False, False),
        ("optional", "", True, False),
        ("none", "", True, False),
    ],
)
def test_a_reason_is_missing_only_where_it_is_required_here(
    asked: str, given: str, asks_reason: bool, is_missing: bool
) -> None:
    answer = AnswerDesign.model_validate({"reason": asked})
    mark = Mark("A", 0.6, reason=given)

    if is_missing:
        with pytest.raises(Reminder, match="give reason"):
            must_be_whole(mark, answer, asks_reason=asks_reason)
    else:
        must_be_whole(mark, answer, asks_reason=asks_reason)


# -- what the record keeps ------------------------------------------------------------------------------


@given(shown=WHOLE_PERCENTS, choice=st.sampled_from(LETTERS))
def test_the_confidence_of_a_distribution_is_what_stands_on_the_choice(
    shown: tuple[float, ...], choice: str
) -> None:
    kept = settled(Mark(choice, None, shown), ConfidenceScale.DISTRIBUTION)

    assert kept == Mark(choice, shown[LETTERS.index(choice)], shown)


@given(entered=ENTERED.filter(lambda entered: not sums_to_one(entered)), choice=st.sampled_from(LETTERS))
def test_a_distribution_that_does_not_add_up_leaves_confidence_and_probabilities_empty(
    entered: tuple[float | None, ...], choice: str
) -> None:
    assert settled(Mark(choice, None, entered), ConfidenceScale.DISTRIBUTION) == Mark(choice)


def test_a_distribution_without_a_choice_says_nothing_of_a_confidence() -> None:
    kept = settled(Mark("", None, (0.25,) * 4), ConfidenceScale.DISTRIBUTION)

    assert (kept.confidence, kept.probabilities) == (None, (0.25,) * 4)


@pytest.mark.parametrize("scale", ConfidenceScale)
def test_nothing_stays_nothing(scale: ConfidenceScale) -> None:
    assert settled(checked(NOTHING, SCALES[scale]), scale) == NOTHING
