"""A mark: what a participant has put down as the answer to a question, complete or not.

A mark is a choice, how sure they are of it, and perhaps a reason. With the distribution scale a probability stands on
each option, and the confidence is the one on the choice. Widget values come from a browser and may be forged, so a mark
is checked against what the page offers before anything else happens to it.
"""

from dataclasses import dataclass, replace

from oversight_app.errors import Refusal, Reminder
from oversight_app.study.design import FIVE_POINTS, AnswerDesign, ConfidenceScale
from oversight_app.study.letters import OptionOrder
from oversight_app.study.questions import LETTERS

MAX_REASON_CHARACTERS = 2000
_ROUNDING = 0.005
"""Percentages are whole numbers, so a sum is 1 or off by at least 0.01."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is put down so far, by original letters.

    `probabilities` holds four in the order A-D, None where nothing was entered yet, or is empty on other scales.
    """

    choice: str = ""
    confidence: float | None = None
    probabilities: tuple[float | None, ...] = ()
    reason: str = ""


NOTHING = Mark()


def from_page(
    option_order: str,
    choice: int | None,
    confidence: float | None,
    probabilities: tuple[float | None, ...] = (),
    reason: str = "",
) -> Mark:
    """What is marked on a page, where `choice` and `probabilities` count the options from the top.

    Raises Refusal for what is no mark.
    """
    order = OptionOrder(option_order)
    # Anything but 0-3 was not on the page; bool is an int, and floats compare equal to ints.
    if choice is not None and (type(choice) is not int or choice not in range(len(LETTERS))):
        raise Refusal("this is not one of the options")
    given: object = probabilities
    if not isinstance(given, tuple) or len(given) not in (0, len(LETTERS)):
        raise Refusal("this is no distribution over the options")
    shown = dict(zip(LETTERS, probabilities, strict=False))
    return Mark(
        "" if choice is None else order.original(LETTERS[choice]),
        confidence,
        tuple(shown[order.displayed(letter)] for letter in LETTERS) if shown else (),
        reason,
    )


def checked(mark: Mark, answer: AnswerDesign) -> Mark:
    """The mark as it may be kept; raises Refusal for what no page of this design offers."""
    if mark.choice and mark.choice not in tuple(LETTERS):
        raise Refusal("this is not one of the options")
    if mark.confidence is not None and not _is_level(mark.confidence, answer.confidence):
        raise Refusal("this is not one of the confidence levels")
    if mark.probabilities:
        is_asked = answer.confidence is ConfidenceScale.DISTRIBUTION
        if not is_asked or len(mark.probabilities) != len(LETTERS):
            raise Refusal("this page asks for no such distribution")
        if not all(p is None or _is_probability(p) for p in mark.probabilities):
            raise Refusal("a probability lies between 0 and 1")
    reason = mark.reason if answer.reason != "none" and isinstance(mark.reason, str) else ""
    return replace(
        mark,
        reason=reason[:MAX_REASON_CHARACTERS],
        probabilities=mark.probabilities if any(p is not None for p in mark.probabilities) else (),
    )


def must_be_whole(mark: Mark, answer: AnswerDesign, *, asks_reason: bool = True) -> None:
    """Raise Reminder for the first thing that is missing from an answer."""
    if not mark.choice:
        raise Reminder("choose_answer")
    if answer.confidence is ConfidenceScale.DISTRIBUTION:
        percent = round(100 * sum(p for p in mark.probabilities if p is not None))
        if percent == 100 and not sums_to_one(mark.probabilities):
            raise Reminder("distribution_missing")
        if not sums_to_one(mark.probabilities):
            raise Reminder("distribution_sum", percent=percent)
    elif answer.confidence is not ConfidenceScale.NONE and mark.confidence is None:
        raise Reminder("mark_confidence")
    if asks_reason and answer.reason == "required" and not mark.reason.strip():
        raise Reminder("give_reason")


def settled(mark: Mark, scale: ConfidenceScale) -> Mark:
    """The mark as the record keeps it in an answer: a distribution that does not add up is as good as untouched.

    >>> settled(Mark("B", None, (0.1, 0.7, 0.1, 0.1)), ConfidenceScale.DISTRIBUTION).confidence
    0.7
    """
    if scale is not ConfidenceScale.DISTRIBUTION:
        return replace(mark, probabilities=())
    if not sums_to_one(mark.probabilities):
        return replace(mark, confidence=None, probabilities=())
    confidence = mark.probabilities[LETTERS.index(mark.choice)] if mark.choice else None
    return replace(mark, confidence=confidence)


def sums_to_one(probabilities: tuple[float | None, ...]) -> bool:
    """Whether four probabilities are there and make a distribution."""
    entered = [p for p in probabilities if p is not None]
    return len(entered) == len(LETTERS) and abs(sum(entered) - 1) < _ROUNDING


def _is_level(confidence: object, scale: ConfidenceScale) -> bool:
    match scale:
        case ConfidenceScale.FIVE_POINTS:
            return _is_probability(confidence) and confidence in FIVE_POINTS
        case ConfidenceScale.PERCENT:
            return _is_probability(confidence)
        case _:
            return False


def _is_probability(value: object) -> bool:
    # bool is an int, and True would pass for certainty.
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]
