"""Scoring rules: what a stated probability pays once the right answer is known.

Each rule is strictly proper and scaled so that certainty in the right answer pays 1 and the worst statement pays 0; the
design's prize multiplies it. With p the probabilities over the four options and r the right one:

    quadratic   (1 + 2 p_r - sum p_k^2) / 2                       Brier 1950; Selten 1998
    log         ln p_r, moved and stretched to 0-1                 Good 1952
    spherical   p_r / sqrt(sum p_k^2)                              Roby 1965

The logarithm has no bottom, and a payment must have one. Cutting it off at 1 % would not do: 0 would then pay as much
as 1 %, so whoever believes in 2 % would gain by saying 0 and putting the rest elsewhere. So below 1 % the convex
function behind the rule (sum of p ln p; Savage 1971) goes on as a parabola, with the same value, slope and curvature
there. Above, payments differ by the logarithm alone, and below it honesty is still what pays most.
"""

from collections.abc import Sequence
from math import log, sqrt

from oversight_app.study.design import ScoringRule
from oversight_app.study.questions import LETTERS

FLOOR = 0.01
"""Below this probability the log rule goes on as a parabola."""


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
            return (_slope(p) - sum(map(_drop, probabilities)) - _WORST) / (_BEST - _WORST)
        case ScoringRule.SPHERICAL:
            return p / sqrt(squares) if squares else 0.0
        case ScoringRule.NONE:
            raise ValueError("a study without a scoring rule pays nothing by probability")


def _slope(p: float) -> float:
    """The slope of p ln p, and of the parabola that goes on with it."""
    return 1 + log(p) if p >= FLOOR else log(FLOOR) + p / FLOOR


def _drop(p: float) -> float:
    """How far below nothing the tangent at p meets the axis: p for p ln p."""
    return p if p >= FLOOR else FLOOR / 2 + p * p / (2 * FLOOR)


_BEST = _slope(1.0) - _drop(1.0) - 3 * _drop(0.0)
_WORST = _slope(0.0) - _drop(1.0) - 3 * _drop(0.0)
"""What the log rule says of certainty, right and wrong."""


def spread(confidence: float, choice: int) -> tuple[float, ...]:
    """A confidence on one option as a distribution: the others share the rest evenly (Bowman et al. 2022, WMV)."""
    rest = (1 - confidence) / (len(LETTERS) - 1)
    return tuple(confidence if k == choice else rest for k in range(len(LETTERS)))


def earned(
    rule: ScoringRule,
    choice: str,
    confidence: float | None,
    probabilities: Sequence[float | None],
    right: int,
) -> float | None:
    """What an answer earns, by original letters and `right` as their index; None where it states no probability.

    >>> earned(ScoringRule.QUADRATIC, "B", 1.0, (), right=1)
    1.0
    """
    stated = [p for p in probabilities if p is not None]
    if len(stated) == len(LETTERS):
        return score(rule, stated, right)
    if not choice or confidence is None:
        return None
    return score(rule, spread(confidence, LETTERS.index(choice)), right)
