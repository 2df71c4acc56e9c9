"""The difference that the mixed model implies for new participants and questions."""

import numpy as np
import pytest
from scipy import stats

from analysis.laplace import Fit
from analysis.mixed_model import marginal_difference, mixed_model
from analysis.results import Interval
from tests.analysis.crossings import crossed, written


def a_fit(b0: float = 0.4, b1: float = 0.8, sds: tuple[float, ...] = (0.6, 0.4, 1.0, 0.8)) -> Fit:
    return Fit((b0, b1), (sds[0], sds[1], sds[2], sds[3]), np.zeros((6, 6)), 0.0)


def test_the_marginal_difference_is_the_average_over_drawn_people_and_questions() -> None:
    n, dice = 400_000, np.random.default_rng(1)
    u, s, v, t = (dice.normal(0, sd, n) for sd in (0.6, 0.4, 1.0, 0.8))

    found, _ = marginal_difference(a_fit())

    helped, alone = (1 / (1 + np.exp(-(0.4 + 0.8 * x + u + s * x + v + t * x))) for x in (0.5, -0.5))
    assert found == pytest.approx(float(helped.mean() - alone.mean()), abs=0.001)


def test_without_spreads_it_is_the_plain_difference() -> None:
    found, _ = marginal_difference(a_fit(sds=(0.0, 0.0, 0.0, 0.0)))

    assert found == pytest.approx(stats.logistic.cdf(0.8) - stats.logistic.cdf(0.0))


def test_its_gradient_is_that_of_finite_differences() -> None:
    at = np.array([0.4, 0.8, 0.6, 0.4, 1.0, 0.8])

    def value(psi: np.ndarray) -> float:
        return marginal_difference(a_fit(psi[0], psi[1], tuple(psi[2:])))[0]

    differences = [(value(at + h) - value(at - h)) / 2e-5 for h in np.eye(6) * 1e-5]
    assert marginal_difference(a_fit())[1] == pytest.approx(differences, abs=1e-8)


def test_intervals_are_students_with_the_smaller_number_of_clusters() -> None:
    found = mixed_model(crossed(3, 9, 20))

    for interval in (found.difference, found.log_odds):
        assert interval.df == 8
        assert interval.estimate is not None
        assert interval.se is not None
        low, high = stats.t.interval(0.95, 8, interval.estimate, interval.se)
        assert (interval.ci_low, interval.ci_high) == pytest.approx((low, high))
        assert interval.p == pytest.approx(2 * stats.t.sf(abs(interval.estimate / interval.se), 8))


def test_the_interval_covers_what_was_simulated() -> None:
    """A wrong scale, sign or standard error by half would show; the exact rate is a benchmark's to say."""
    from analysis.simulate import true_difference

    truth, covered = true_difference(), 0
    for seed in range(8):
        covered += _holds(mixed_model(crossed(seed, 8, 16)).difference, truth)

    assert covered >= 7


def _holds(interval: Interval, value: float) -> bool:
    assert interval.ci_low is not None
    assert interval.ci_high is not None
    return interval.ci_low <= value <= interval.ci_high


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["RwRw", "rrWr"], None),
        (["RwRw"], "at least two participants in each condition"),
        (["RwRw", "rrwr", "wrwr"], "at least two participants in each condition"),
        (["R", "w", "r", "W"], "at least two passages in each condition"),
        (["RRww", "wrRR", "RRrw"], "separation"),
    ],
)
def test_what_cannot_be_fitted_says_why(lines: list[str], why: str | None) -> None:
    found = mixed_model(written(lines), "passage")

    if why is None:
        assert found.difference.estimate is not None or found.difference.note
    else:
        assert found.difference.estimate is None
        assert why in found.difference.note
        assert found.spreads == (None, None, None, None)
