"""The jackknife for functions of sums: against the one for means, and against leaving out one by one."""

from typing import Any

import numpy as np
import pytest

from analysis.jackknife import Floats, Jackknife, Part, jackknife
from analysis.sums import Clusters, jackknife_sums, mean_interval, rate_interval, ratio, weighted_mean


def crossed(seed: int, n: int = 120) -> tuple[Floats, Clusters]:
    rng = np.random.default_rng(seed)
    person, item = np.divmod(rng.permutation(20 * 12)[:n], 12)
    person, item = (np.unique(code, return_inverse=True)[1].astype(np.int64) for code in (person, item))
    return rng.random(n), Clusters(person, item, "question")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_mean_has_the_interval_that_the_jackknife_of_means_gives(seed: int) -> None:
    value, clusters = crossed(seed)

    found = weighted_mean(value, np.ones_like(value), clusters)

    expected = jackknife([Part(1.0, value, clusters.person, clusters.item)])
    assert (found.estimate, found.se, found.df) == pytest.approx(
        (expected.estimate, expected.se, expected.df), rel=1e-8
    )
    assert found.is_guarded == expected.is_guarded


def test_a_ratio_is_left_out_cluster_by_cluster() -> None:
    """A model alone: only questions vary, so the variance is (I - 1)/I sum (d without i - d)^2, by hand."""
    value, crossing = crossed(4)
    weight = 0.5 + np.arange(len(value)) % 3
    columns = np.column_stack([value * weight, weight])

    found = jackknife_sums(columns, ratio, Clusters(None, crossing.item, "question"))

    whole = (value * weight).sum() / weight.sum()
    without = [
        (value * weight)[crossing.item != i].sum() / weight[crossing.item != i].sum()
        for i in np.unique(crossing.item)
    ]
    n = len(without)
    assert found.estimate == pytest.approx(whole)
    assert found.se == pytest.approx(np.sqrt((n - 1) / n * ((np.array(without) - whole) ** 2).sum()))
    assert found.df == n - 1


def test_nothing_to_divide_by_is_no_number() -> None:
    value, clusters = crossed(5)

    found = weighted_mean(value, np.zeros_like(value), clusters)

    assert found.estimate is None
    assert mean_interval(found, clusters).note == "No estimate: nothing to divide by."


def test_a_number_that_one_person_carries_has_no_interval_and_says_why() -> None:
    value, clusters = crossed(6)
    weight = (clusters.person == 3).astype(float) if clusters.person is not None else value

    interval = rate_interval(weighted_mean(value, weight, clusters), 5, clusters)

    assert interval.estimate is not None
    assert interval.ci_low is None
    assert "without one participant nothing would be left" in interval.note


@pytest.mark.parametrize("make", [mean_interval, lambda found, clusters: rate_interval(found, 9, clusters)])
def test_the_method_says_that_it_was_not_validated(make: Any) -> None:
    value, clusters = crossed(7)

    interval = make(weighted_mean(value, np.ones_like(value), clusters), clusters)

    assert interval.ci_method.startswith("two-way cluster jackknife, participants x questions")
    assert interval.ci_method.endswith("not validated for this statistic")


def test_an_interval_is_cut_where_the_statistic_ends() -> None:
    clusters = crossed(8)[1]
    interval = mean_interval(Jackknife(0.9, se=0.4, df=3.0), clusters, low=0, high=1)

    assert interval.ci_high == 1
    assert interval.ci_low == 0
