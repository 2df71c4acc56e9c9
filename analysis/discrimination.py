"""Whether confidence tells right answers from wrong ones: the area under the ROC curve (AUROC, type 2).

The probability that a right answer, drawn at random, has the higher confidence than a wrong one; ties count half.
0.5 is what confidence that knows nothing earns. It asks nothing of the level of confidence, only of its order.
"""

import numpy as np

from analysis.jackknife import Codes, Floats, Jackknife
from analysis.sums import Clusters, jackknife_left_out

_AT_ONCE = 2_000_000  # cells of a table of clusters by confidence levels


def auroc(confidence: Floats, correct: Floats, weight: Floats | None = None) -> float | None:
    """P(confidence when right > when wrong) + P(equal)/2; None where all answers are right, or all are wrong.

    Example: right at .9 and .6, wrong at .6 and .4 gives (1 + 1 + 1/2 + 1)/4 = .875.
    """
    level, right, wrong = _levels(confidence, correct, np.ones_like(confidence) if weight is None else weight)
    n = int(level.max(initial=-1)) + 1
    by_level = [_table(level, part, 1, n) for part in (right, wrong)]
    value = float(_area(*by_level)[0]) if n else np.nan
    return None if np.isnan(value) else value


def jackknife_auroc(confidence: Floats, correct: Floats, weight: Floats, clusters: Clusters) -> Jackknife:
    """The same with its two-way jackknife standard error; the scores of answers are DeLong's (1988) components."""
    estimate = auroc(confidence, correct, weight)
    if estimate is None:
        which = "no answers" if not len(correct) else f"all answers are {'right' if correct[0] else 'wrong'}"
        return Jackknife(None, reason=which)
    level, right, wrong = _levels(confidence, correct, weight)
    person = None if clusters.person is None else _without(level, right, wrong, clusters.person)
    item = _without(level, right, wrong, clusters.item)
    n_right, n_wrong = (np.bincount(level, weights=part) for part in (right, wrong))
    # Shares of wrong answers below each level, and of right ones above it, ties half.
    below = (np.cumsum(n_wrong) - n_wrong / 2) / n_wrong.sum()
    above = (n_right.sum() - np.cumsum(n_right) + n_right / 2) / n_right.sum()
    scores = (
        right * (below[level] - estimate) / n_right.sum() + wrong * (above[level] - estimate) / n_wrong.sum()
    )
    return jackknife_left_out(estimate, person, item, scores, clusters)


def _levels(confidence: Floats, correct: Floats, weight: Floats) -> tuple[Codes, Floats, Floats]:
    """Each confidence as the rank of its level, and its weight as a right and as a wrong answer."""
    level = np.unique(np.rint(confidence * 1e6), return_inverse=True)[1].astype(np.int64)
    return level, weight * correct, weight * (1 - correct)


def _area(right: Floats, wrong: Floats) -> Floats:
    """AUROC per row from weights per level (rows x levels); NaN without right or without wrong answers."""
    below = np.cumsum(wrong, axis=1) - wrong / 2
    pairs = right.sum(axis=1) * wrong.sum(axis=1)
    is_there = pairs > 1e-9
    return np.where(is_there, (right * below).sum(axis=1) / np.where(is_there, pairs, 1.0), np.nan)


def _without(level: Codes, right: Floats, wrong: Floats, code: Codes) -> Floats:
    """AUROC without each cluster in turn, from tables of clusters by levels, some clusters at a time."""
    n_levels, n_clusters = int(level.max()) + 1, int(code.max()) + 1
    totals = [np.bincount(level, weights=part, minlength=n_levels) for part in (right, wrong)]
    by_code = np.argsort(code, kind="stable")
    ends = np.searchsorted(code[by_code], np.arange(n_clusters + 1))
    step = max(1, _AT_ONCE // n_levels)
    found = []
    for first in range(0, n_clusters, step):
        n = min(step, n_clusters - first)
        own = by_code[ends[first] : ends[first + n]]
        cell = (code[own] - first) * n_levels + level[own]
        tables = [
            np.maximum(0.0, total - _table(cell, part[own], n, n_levels))
            for total, part in zip(totals, (right, wrong), strict=True)
        ]
        found.append(_area(*tables))
    return np.concatenate(found)


def _table(cell: Codes, weight: Floats, n: int, n_levels: int) -> Floats:
    sums = np.bincount(cell, weights=weight, minlength=n * n_levels)
    return np.asarray(sums, dtype=np.float64).reshape(n, n_levels)
