"""Scoring rules: what a stated probability pays once the right answer is known.

Each rule is strictly proper and scaled so that certainty in the right answer pays 1 and the worst statement pays 0; the
design's prize multiplies it. With p the probabilities over the four options and r the right one:

    quadratic   (1 + 2 p_r - sum p_k^2) / 2                       Brier 1950; Selten 1998
    log         1 - ln p_r / ln 0.01, with p_r at least 0.01       Good 1952, cut off where a payment must end
    spherical   p_r / sqrt(sum p_k^2)                              Roby 1965

The log rule is proper up to its cut: whoever believes in less than 1 % gains nothing by saying so.
"""

from collections.abc import Sequence
from math import log, sqrt

from oversight_app.study.design import ScoringRule
from oversight_app.study.questions import LETTERS

FLOOR = 0.01
"""The lowest probability that the log rule tells apart."""


def score(rule: ScoringRule, probabilities: Sequence[float], right: int) -> float:
    """The share of the prize, 0-1, that these probabilities earn where the option with index `right` is right.

    Raises ValueError for ScoringRule.NONE, which pays nothing by probability.
    """
    p = probabilities[right]
    squares = sum(q * q for q in probabilities)
    match rule:
        case ScoringRule.QUADRATIC:
            return (1 + 2 * p - squares) / 2
        case ScoringRule.LOG:
            return 1 - log(max(p, FLOOR)) / log(FLOOR)
        case ScoringRule.SPHERICAL:
            return p / sqrt(squares) if squares else 0.0
        case ScoringRule.NONE:
            raise ValueError("a study without a scoring rule pays nothing by probability")


def spread(confidence: float, choice: int) -> tuple[float, ...]:
    """A confidence on one option as a distribution: the others share the rest evenly (Bowman et al. 2022, WMV)."""
    rest = (1 - confidence) / (len(LETTERS) - 1)
    return tuple(confidence if k == choice else rest for k in range(len(LETTERS)))


def earned(
    rule: ScoringRule, choice: str, confidence: float | None, probabilities: Sequence[float], right: int
) -> float | None:
    """What an answer earns, by original letters and `right` as their index; None where it states no probability.

    >>> earned(ScoringRule.QUADRATIC, "B", 1.0, (), right=1)
    1.0
    """
    if probabilities:
        return score(rule, probabilities, right)
    if not choice or confidence is None:
        return None
    return score(rule, spread(confidence, LETTERS.index(choice)), right)
