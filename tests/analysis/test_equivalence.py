"""Equivalence and non-inferiority against statsmodels, and only with a margin declared."""

import numpy as np
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from analysis.contrasts import OVER_HUMAN, OVER_MODEL
from analysis.equivalence import EQUIVALENCE, NON_INFERIORITY, equivalences, is_shown
from analysis.findings import analyse
from analysis.results import Contrast
from analysis.simulate import simulate
from tests.analysis.builders import make_export
from tests.analysis.test_complementarity import make_contrast


def both(estimate: float, se: float, margin: float, df: float = 20.0) -> tuple[Contrast, Contrast]:
    equivalence, other = equivalences([make_contrast(OVER_HUMAN, estimate, se, df=df)], margin)
    return equivalence, other


def test_p_and_interval_equal_those_of_statsmodels() -> None:
    values = np.random.default_rng(1).normal(0.01, 0.2, size=30)
    reference = DescrStatsW(values)

    row, other = both(float(values.mean()), float(reference.std_mean), 0.08, df=29)

    p, (_, p_low, _), _ = reference.ttost_mean(-0.08, 0.08)
    assert row.p == pytest.approx(p)
    assert other.p == pytest.approx(p_low)
    assert (row.ci_low, row.ci_high) == pytest.approx(reference.tconfint_mean(alpha=0.1))


@pytest.mark.parametrize("estimate", [-0.06, -0.03, 0.0, 0.03, 0.06, 0.2])
@pytest.mark.parametrize("se", [0.01, 0.03])
def test_each_test_rejects_exactly_where_the_interval_stays_within_the_margin(
    estimate: float, se: float
) -> None:
    row, other = both(estimate, se, 0.05)

    assert row.ci_low is not None
    assert row.ci_high is not None
    assert is_shown(row) == (row.ci_low > -0.05 and row.ci_high < 0.05)
    assert is_shown(other) == (row.ci_low > -0.05)
    assert (row.level, other.level) == (0.9, 0.9)


@pytest.mark.parametrize("margin", [None, 0.0, -0.1])
def test_without_a_margin_above_zero_nothing_is_tested(margin: float | None) -> None:
    assert equivalences([make_contrast(OVER_HUMAN, 0.1)], margin) == []


def test_a_difference_without_an_error_has_no_test_but_its_reason() -> None:
    row, other = equivalences([make_contrast(OVER_MODEL, 0.1, None, note="No interval: one person.")], 0.05)

    assert row.p is other.p is None
    assert row.note == "No interval: one person."


def test_a_declared_margin_gives_both_rows_for_every_comparison() -> None:
    results = analyse(make_export(simulate(1, 8, 10), analysis={"margin": 0.1}))

    rows = [row for row in results.contrasts if row.subgroup in (EQUIVALENCE, NON_INFERIORITY)]

    assert len(rows) == 2 * 3
    assert all(row.family is None and row.margin == 0.1 for row in rows)
