"""AUROC against counting pairs, scipy's rank test, and leaving out one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.discrimination import auroc, jackknife_auroc
from analysis.jackknife import Floats
from analysis.sums import Clusters


def test_the_hand_count_of_pairs() -> None:
    """Right at .9 and .6, wrong at .6 and .4: three pairs won and one tied, of four."""
    assert auroc(np.array([0.9, 0.6, 0.6, 0.4]), np.array([1.0, 1, 0, 0])) == pytest.approx(3.5 / 4)


@given(
    st.lists(st.tuples(st.sampled_from([0.25, 0.42, 0.6, 0.8, 1.0]), st.booleans()), min_size=2, max_size=30)
)
@settings(max_examples=40, deadline=None)
def test_it_is_the_rank_sum_statistic(answers: list[tuple[float, bool]]) -> None:
    from scipy.stats import mannwhitneyu

    confidence = np.array([c for c, _ in answers])
    correct = np.array([float(r) for _, r in answers])

    area = auroc(confidence, correct)

    if correct.min() == correct.max():
        assert area is None
    else:
        right, wrong = confidence[correct == 1], confidence[correct == 0]
        assert area == pytest.approx(mannwhitneyu(right, wrong).statistic / (len(right) * len(wrong)))


@pytest.mark.parametrize("n_levels", [5, 1000])
def test_leaving_out_follows_from_tables(n_levels: int) -> None:
    confidence, correct, clusters = study(n_levels)

    found = jackknife_auroc(
        confidence, correct, np.ones_like(confidence), Clusters(None, clusters.item, "question")
    )

    without = [
        auroc(confidence[clusters.item != i], correct[clusters.item != i]) for i in np.unique(clusters.item)
    ]
    n, whole = len(without), auroc(confidence, correct)
    assert whole is not None
    squares = ((np.array(without, dtype=float) - whole) ** 2).sum()
    assert found.se == pytest.approx(np.sqrt((n - 1) / n * squares))


def test_without_clustering_it_is_about_the_error_of_delong() -> None:
    """Every answer its own person and question: the jackknife equals DeLong's variance but for terms of 1/n."""
    confidence, correct, _ = study(1000)
    each = np.arange(len(confidence))

    found = jackknife_auroc(confidence, correct, np.ones_like(confidence), Clusters(each, each, "question"))

    right, wrong = confidence[correct == 1], confidence[correct == 0]
    wins = (right[:, None] > wrong[None, :]) + 0.5 * (right[:, None] == wrong[None, :])
    delong = wins.mean(1).var(ddof=1) / len(right) + wins.mean(0).var(ddof=1) / len(wrong)
    assert found.se == pytest.approx(np.sqrt(delong), rel=0.03)


@pytest.mark.parametrize(("correct", "why"), [([1.0, 1.0], "right"), ([0.0, 0.0], "wrong")])
def test_all_right_or_all_wrong_is_no_number(correct: list[float], why: str) -> None:
    both = np.array([0, 1])

    found = jackknife_auroc(
        np.array([0.6, 0.8]), np.array(correct), np.ones(2), Clusters(both, both, "question")
    )

    assert found.estimate is None
    assert found.reason == f"all answers are {why}"


def study(n_levels: int) -> tuple[Floats, Floats, Clusters]:
    rng = np.random.default_rng(3)
    person, item = (code.ravel() for code in np.meshgrid(np.arange(12), np.arange(15)))
    confidence = rng.integers(0, n_levels, len(person)) / n_levels
    correct = (rng.random(len(person)) < 0.3 + 0.5 * confidence).astype(float)
    return confidence, correct, Clusters(person, item, "question")
