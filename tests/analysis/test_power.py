"""The closed form against the figures measured by simulation, and against the simulator itself."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from analysis.power import DEFAULT_SDS, MEAN_P_1_P, Precision, expected_half_width, expected_precision
from analysis.simulate import Truth, true_difference

EFFECT = true_difference(Truth())


def power(precision: Precision | None) -> float:
    assert precision is not None
    t = stats.t.ppf(0.975, precision.df)
    shift = EFFECT / precision.se
    return float(stats.nct.sf(t, precision.df, shift) + stats.nct.cdf(-t, precision.df, shift))


@pytest.mark.parametrize(
    ("design", "participants", "items", "measured"),
    [
        ("CB", 20, 40, 0.97),
        ("DI", 20, 40, 0.63),
        ("BP", 20, 40, 0.70),
        ("DI", 5, 100, 0.65),
        ("BP", 5, 100, 0.19),
        ("DI", 100, 30, 0.59),
        ("BP", 100, 30, 0.99),
        ("DI", 500, 40, 0.74),
    ],
)
def test_power_by_the_closed_form_is_as_published_in_the_notes(
    design: str, participants: int, items: int, measured: float
) -> None:
    precision = expected_precision(design, participants, items, participants * items)

    assert power(precision) == pytest.approx(measured, abs=0.015)


def test_standard_errors_by_hand() -> None:
    """20 x 40, counterbalanced: tp = .4 g, ti = .8 g, N = 800."""
    g = MEAN_P_1_P
    variance = (0.4 * g) ** 2 / 20 + (0.8 * g) ** 2 / 40 + 4 * g / 800

    precision = expected_precision("CB", 20, 40, 800)

    assert precision is not None
    assert precision.se == pytest.approx(np.sqrt(variance))
    assert precision.half_width == pytest.approx(stats.t.ppf(0.975, precision.df) * precision.se)
    assert expected_half_width("CB", 20, 40, 800) == precision.half_width


def test_the_mean_of_p_times_one_minus_p_belongs_to_the_default_spreads() -> None:
    s = DEFAULT_SDS
    variance = s.participant_level**2 + s.item_level**2 + (s.participant_slope**2 + s.item_slope**2) / 4
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    p = [1 / (1 + np.exp(-(0.3 + 0.9 * x + np.sqrt(variance) * nodes))) for x in (-0.5, 0.5)]

    means = [float(weights @ (q * (1 - q)) / weights.sum()) for q in p]

    assert sum(means) / 2 == pytest.approx(MEAN_P_1_P, abs=0.0001)


def test_sharing_passages_widens_the_interval_and_costs_degrees_of_freedom() -> None:
    apart, shared = (expected_precision("CB", 40, 100, 4000, passages) for passages in (None, 20))

    assert apart is not None
    assert shared is not None
    assert shared.se > apart.se
    assert shared.df < apart.df


@pytest.mark.parametrize(
    ("design", "participants", "items"), [("CB", 1, 40), ("CB", 20, 1), ("BP", 3, 40), ("DI", 9, 3)]
)
def test_a_study_too_small_for_an_interval_has_none(design: str, participants: int, items: int) -> None:
    assert expected_half_width(design, participants, items, 100) is None


def test_an_unknown_design_is_refused() -> None:
    with pytest.raises(ValueError, match="'XY' is not a valid Layout"):
        expected_half_width("XY", 20, 40, 800)


def test_planning_does_not_load_pandas() -> None:
    code = "import sys, analysis.power; print('pandas' in sys.modules, 'numpy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]
