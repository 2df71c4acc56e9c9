"""The difference between two conditions within questions: a linear model with an effect for every question.

    d = sum (x - mean x of the question) y / sum (x - mean x of the question)^2,   x = 1 with the assistant, else 0

Only questions answered in both conditions say anything. The interval is the two-way jackknife of `analysis.jackknife`:
d is made anew without each participant and each question (or passage), from sums per participant and question; the
score of an answer is its part in d's linear form. For a difference of two means, one question each, both agree.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.jackknife import Codes, Floats, Jackknife, two_way

_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class _Fit:
    """d of one task, d without each person and cluster (as global codes), and the score of every cell of the two."""

    d: float
    without_person: Floats
    without_cluster: Floats
    cells: Floats


def in_both(used: pd.DataFrame, assisted: pd.Series) -> pd.DataFrame:
    """The answers to questions that were answered in both conditions, with `x` 1 where `assisted`, else 0."""
    rows = used.assign(x=assisted.astype("float64"))
    kinds = rows.groupby("item")["x"].nunique()
    return rows[rows["item"].isin(kinds.index[kinds > 1])]


def within_questions(tasks: Sequence[pd.DataFrame], items: str = "question") -> Jackknife:
    """The mean over tasks of each one's d, from answers as `in_both` leaves them; `items` only names the clusters."""
    if any(rows.empty for rows in tasks):
        return Jackknife(None, reason="no question was answered in both conditions")
    everything = pd.concat(list(tasks))
    people, person = np.unique(everything["person"].to_numpy(np.int64), return_inverse=True)
    clusters, cluster = np.unique(everything["cluster"].to_numpy(np.int64), return_inverse=True)
    sizes = len(people), len(clusters)
    ends = np.cumsum([len(rows) for rows in tasks])[:-1]
    codes = zip(np.split(person, ends), np.split(cluster, ends), strict=True)
    fits = [_fit(rows, p, c, sizes) for rows, (p, c) in zip(tasks, codes, strict=True)]
    weight = 1 / len(fits)
    estimate = math.fsum(weight * fit.d for fit in fits)
    variances = []
    for name, word, n in (("without_person", "participant", sizes[0]), ("without_cluster", items, sizes[1])):
        without = sum((weight * getattr(fit, name) for fit in fits), np.zeros(n))
        if n < 2 or not np.isfinite(without).all():
            reason = f"without one of the {word}s no question is left that was answered in both conditions"
            return Jackknife(estimate, reason=reason)
        variances.append(float((n - 1) / n * ((without - estimate) ** 2).sum()))
    cells = np.concatenate([weight * fit.cells for fit in fits])
    variance_cells = float((cells**2).sum() * len(cells) / (len(cells) - 1)) if len(cells) > 1 else 0.0
    return two_way(estimate, (variances[0], variances[1], variance_cells), sizes, items=items)


def _fit(rows: pd.DataFrame, person: Codes, cluster: Codes, sizes: tuple[int, int]) -> _Fit:
    x, y = rows["x"].to_numpy(float), rows["score"].to_numpy(float)
    _, first, item = np.unique(rows["item"].to_numpy(np.int64), return_index=True, return_inverse=True)
    pairs, pair = np.unique(person * np.int64(item.max() + 1) + item, return_inverse=True)
    pair_person, pair_item = np.divmod(pairs, item.max() + 1)
    columns = (np.ones_like(x), x, y, x * y)
    by_pair = np.array([np.bincount(pair, weights=column) for column in columns])
    by_item = np.array([np.bincount(item, weights=column) for column in columns])
    numerator, denominator = _terms(by_item)
    whole = numerator.sum(), denominator.sum()
    left = _terms(by_item[:, pair_item] - by_pair)
    without = []
    for total, of_item, after in zip(whole, (numerator, denominator), left, strict=True):
        lost_person = np.bincount(pair_person, weights=of_item[pair_item] - after, minlength=sizes[0])
        lost_cluster = np.bincount(cluster[first], weights=of_item, minlength=sizes[1])
        without.append((total - lost_person, total - lost_cluster))
    d = float(whole[0] / whole[1])
    own_x = x - (by_item[1] / by_item[0])[item]
    own_y = y - (by_item[2] / by_item[0])[item]
    _, cell = np.unique(person * np.int64(sizes[1]) + cluster, return_inverse=True)
    cells = np.bincount(cell, weights=own_x * (own_y - d * own_x) / whole[1]).astype(np.float64)
    (person_n, cluster_n), (person_d, cluster_d) = without
    return _Fit(d, _ratio(person_n, person_d), _ratio(cluster_n, cluster_d), cells)


def _terms(sums: Floats) -> tuple[Floats, Floats]:
    """Numerator and denominator of each question from its sums of 1, x, y and xy; nothing where nobody is left."""
    n, x, y, xy = sums
    safe = np.where(n > 0, n, 1.0)
    return xy - x * y / safe, x - x * x / safe


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    is_left = denominator > _NOTHING
    return np.where(is_left, numerator / np.where(is_left, denominator, 1.0), np.nan)
