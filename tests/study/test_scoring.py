"""A scoring rule pays most to whoever says what they believe.

The rules are held against formulas written down here a second time, and properness against a search over everything
that four fields of whole percents can hold.
"""

from functools import cache
from itertools import product
from math import log, sqrt

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study.design import ScoringRule
from oversight_app.study.questions import LETTERS
from oversight_app.study.scoring import FLOOR, earned, score, spread
from tests.study.test_mark import WHOLE_PERCENTS

RULES = [rule for rule in ScoringRule if rule is not ScoringRule.NONE]


@cache
def grid(step: int) -> list[tuple[float, ...]]:
    """Every distribution over four options in steps of so many percent."""
    parts = range(0, 101, step)
    return [(*some, 100 - sum(some)) for some in product(parts, repeat=3) if sum(some) <= 100]


@cache
def payments(rule: ScoringRule, step: int) -> npt.NDArray[np.float64]:
    """What each distribution of the grid pays, by the option that is right."""
    return np.array(
        [[score(rule, [p / 100 for p in said], right) for right in range(4)] for said in grid(step)]
    )


@pytest.mark.parametrize("rule", RULES)
def test_certainty_pays_everything_when_right_and_nothing_when_wrong(rule: ScoringRule) -> None:
    assert score(rule, (1, 0, 0, 0), 0) == pytest.approx(1)
    assert score(rule, (1, 0, 0, 0), 1) == pytest.approx(0)


@pytest.mark.parametrize("rule", RULES)
def test_no_statement_pays_more_than_the_prize_or_less_than_nothing(rule: ScoringRule) -> None:
    paid = payments(rule, 4)

    assert paid.min() >= -1e-12
    assert paid.max() <= 1 + 1e-12


@pytest.mark.parametrize("rule", RULES)
@given(believed=WHOLE_PERCENTS)
def test_the_expected_payment_is_highest_for_what_is_believed(
    rule: ScoringRule, believed: tuple[float, ...]
) -> None:
    honest = sum(b * score(rule, believed, right) for right, b in enumerate(believed))

    expected = payments(rule, 4) @ np.array(believed)

    said = np.array(grid(4))
    is_another = np.abs(said / 100 - believed).max(axis=1) > 0.005
    gains = said[is_another & (expected >= honest)]
    assert gains.size == 0, f"who believes {believed} gains by saying {gains}"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "believed", [(0.97, 0.01, 0.01, 0.01), (0.96, 0.02, 0.02, 0.0), (0.5, 0.485, 0.015, 0.0)]
)
def test_small_beliefs_are_worth_saying_too(rule: ScoringRule, believed: tuple[float, ...]) -> None:
    honest = sum(b * score(rule, believed, right) for right, b in enumerate(believed))
    fine = [
        (believed[0] + a + b + c, believed[1] - a, believed[2] - b, believed[3] - c)
        for a, b, c in product(np.linspace(-0.02, 0.02, 17), repeat=3)
    ]

    for said in fine:
        if min(said) >= 0 and max(abs(s - b) for s, b in zip(said, believed, strict=True)) > 1e-9:
            assert sum(b * score(rule, said, right) for right, b in enumerate(believed)) < honest


@given(said=WHOLE_PERCENTS, right=st.integers(0, 3))
def test_the_quadratic_rule_is_briers(said: tuple[float, ...], right: int) -> None:
    brier = sum((p - (k == right)) ** 2 for k, p in enumerate(said))

    assert score(ScoringRule.QUADRATIC, said, right) == pytest.approx(1 - brier / 2)


@given(said=WHOLE_PERCENTS, right=st.integers(0, 3))
def test_the_spherical_rule_is_a_cosine(said: tuple[float, ...], right: int) -> None:
    length = sqrt(sum(p * p for p in said))

    assert score(ScoringRule.SPHERICAL, said, right) == pytest.approx(said[right] / length)


@given(
    one=WHOLE_PERCENTS.filter(lambda said: min(said) >= FLOOR),
    other=WHOLE_PERCENTS.filter(lambda said: min(said) >= FLOOR),
    right=st.integers(0, 3),
)
def test_the_log_rule_is_the_logarithm_where_every_option_has_a_percent_or_more(
    one: tuple[float, ...], other: tuple[float, ...], right: int
) -> None:
    """Up to scale and origin, which make it fit between nothing and the prize."""
    gap = score(ScoringRule.LOG, one, right) - score(ScoringRule.LOG, other, right)

    assert gap * (1 - log(FLOOR)) == pytest.approx(log(one[right]) - log(other[right]))


@given(said=WHOLE_PERCENTS, right=st.integers(0, 3))
def test_the_log_rule_is_the_one_of_its_convex_function(said: tuple[float, ...], right: int) -> None:
    """Savage 1971: a proper rule is the tangent of a convex function G at what was said, here taken by differences."""

    def g(x: float) -> float:
        # x ln x, gone on with as a parabola below the floor, with the same value, slope and curvature there.
        d = x - FLOOR
        return x * log(x) if x >= FLOOR else FLOOR * log(FLOOR) + (log(FLOOR) + 1) * d + d * d / (2 * FLOOR)

    def slope(x: float) -> float:
        return (g(x + 1e-6) - g(x - 1e-6)) / 2e-6

    def tangent(said: tuple[float, ...], right: int) -> float:
        return sum(g(p) - p * slope(p) for p in said) + slope(said[right])

    best, worst = tangent((1, 0, 0, 0), 0), tangent((1, 0, 0, 0), 1)
    expected = (tangent(said, right) - worst) / (best - worst)

    assert score(ScoringRule.LOG, said, right) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("believed", [0.25, 0.4, 0.83, 1.0])
def test_a_confidence_alone_is_best_said_as_it_is_believed(rule: ScoringRule, believed: float) -> None:
    def expected(said: float) -> float:
        wrong = sum(score(rule, spread(said, 0), right) for right in (1, 2, 3)) / 3
        return believed * score(rule, spread(said, 0), 0) + (1 - believed) * wrong

    assert max((n / 100 for n in range(101)), key=expected) == believed


def test_a_confidence_leaves_the_rest_to_the_others() -> None:
    assert spread(0.7, 2) == pytest.approx((0.1, 0.1, 0.7, 0.1))


def test_without_a_rule_nothing_is_paid() -> None:
    with pytest.raises(ValueError, match="pays nothing"):
        score(ScoringRule.NONE, (0.25,) * 4, 0)


def test_an_answer_earns_by_what_was_said_of_it() -> None:
    rule = ScoringRule.QUADRATIC
    said = (0.1, 0.7, 0.1, 0.1)

    assert earned(rule, "B", 0.7, said, LETTERS.index("B")) == score(rule, said, 1)
    assert earned(rule, "B", 0.7, (), 1) == pytest.approx(score(rule, said, 1))
    assert earned(rule, "B", None, (), 1) is None
    assert earned(rule, "", 0.7, (), 1) is None
