"""The two-way jackknife for statistics that are smooth functions of sums over answers: ratios, weighted means, d'.

`analysis.jackknife` is for sums of plain means. Here a statistic is a function of the totals of a few columns, one
row per answer: a weighted mean is total(w y)/total(w), a rate is total(hits)/total(chances). Leaving a participant or
a question out takes its rows out of the totals. The formulas and degrees of freedom are those of `analysis.jackknife`;
the score of an answer in V_PI is the statistic's derivative (the infinitesimal jackknife), so that for a mean both
modules give the same interval (test). What is made here says in its `ci_method` how often it held the truth in
simulated studies, or that it was not simulated (`analysis.coverage`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.accuracy import method_name
from analysis.coverage import coverage_of
from analysis.entries import MODEL
from analysis.jackknife import (
    Codes,
    Floats,
    Jackknife,
    accuracy_interval,
    finish,
    t_quantile,
    two_sided_p,
    two_way,
)
from analysis.results import Interval

Statistic = Callable[[Floats], Floats]
"""From totals (last axis: the columns) to values; NaN where the totals leave it undefined."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Whose and about what each answer is, as codes 0.. without gaps; `person` is None for a model alone."""

    person: Codes | None
    item: Codes
    items: str

    def method(self, metric: str = "") -> str:
        """The `ci_method` of an interval over these clusters, with what is known of it for a metric."""
        return f"{method_name(self.person is not None, self.items)}; {coverage_of(metric)}"


def clusters_of(answers: pd.DataFrame) -> Clusters:
    """The clusters of prepared answers of one task."""
    is_model = len(answers) > 0 and bool((answers["condition"] == MODEL).all())
    item = np.unique(answers["cluster"].to_numpy(np.int64), return_inverse=True)[1].astype(np.int64)
    person = np.unique(answers["person"].to_numpy(np.int64), return_inverse=True)[1].astype(np.int64)
    word = "passage" if bool(answers["by_passage"].any()) else "question"
    return Clusters(None if is_model else person, item, word)


def jackknife_sums(columns: Floats, statistic: Statistic, clusters: Clusters) -> Jackknife:
    """Estimate a function of column totals with its standard error; `columns` has one row per answer."""
    if not len(columns):
        return Jackknife(None, reason="there are no answers")
    totals = columns.sum(axis=0)
    estimate = float(statistic(totals))
    if np.isnan(estimate):
        return Jackknife(None, reason="nothing to divide by")
    without = [
        None if code is None else statistic(totals - _group_totals(columns, code))
        for code in (clusters.person, clusters.item)
    ]
    return jackknife_left_out(
        estimate, without[0], without[1], columns @ _gradient(statistic, totals, len(columns)), clusters
    )


def jackknife_left_out(
    estimate: float,
    without_person: Floats | None,
    without_item: Floats | None,
    scores: Floats,
    clusters: Clusters,
) -> Jackknife:
    """The same from the leave-one-out values themselves and each answer's score (its derivative, summing to 0)."""
    variances = []
    for without, name in ((without_item, clusters.items), (without_person, "participant")):
        if without is None:
            continue
        if len(without) < 2 or np.isnan(without).any():
            return Jackknife(estimate, reason=f"without one {name} nothing would be left to estimate it from")
        n = len(without)
        variances.append(float((n - 1) / n * ((without - estimate) ** 2).sum()))
    n_items = int(clusters.item.max()) + 1
    if clusters.person is None or len(variances) < 2:
        return finish(estimate, variances[0], n_items - 1.0, False, "participant", clusters.items)
    _, cell = np.unique(clusters.person * n_items + clusters.item, return_inverse=True)
    sums = np.bincount(cell, weights=scores)
    cells = float((sums**2).sum() * len(sums) / (len(sums) - 1)) if len(sums) > 1 else 0.0
    sizes = int(clusters.person.max()) + 1, n_items
    return two_way(estimate, (variances[1], variances[0], cells), sizes, items=clusters.items)


def _group_totals(columns: Floats, code: Codes) -> Floats:
    n = int(code.max()) + 1
    return np.stack([np.bincount(code, weights=column, minlength=n) for column in columns.T], axis=-1)


def _gradient(statistic: Statistic, totals: Floats, n_answers: int) -> Floats:
    """Central differences; totals grow with the number of answers, and so does the step."""
    step = 1e-5 * n_answers
    moves = np.eye(len(totals)) * step
    return (statistic(totals + moves) - statistic(totals - moves)) / (2 * step)


# -- common statistics -----------------------------------------------------------------------------


def ratio(totals: Floats) -> Floats:
    """total of the first column / total of the second; nothing to divide by is NaN, rounding included."""
    is_there = totals[..., 1] > 1e-9
    return np.where(is_there, totals[..., 0] / np.where(is_there, totals[..., 1], 1.0), np.nan)


def weighted_mean(value: Floats, weight: Floats, clusters: Clusters) -> Jackknife:
    """A mean over answers that may share a question's weight."""
    return jackknife_sums(np.column_stack([value * weight, weight]), ratio, clusters)


# -- intervals -------------------------------------------------------------------------------------


def mean_interval(
    found: Jackknife,
    clusters: Clusters,
    level: float = 0.95,
    low: float = -np.inf,
    high: float = np.inf,
    metric: str = "",
) -> Interval:
    """The interval on the statistic's own scale, cut at the values it can take, with p against 0.

    `metric` names the statistic for which coverage may have been simulated.
    """
    if found.estimate is None or found.se is None or found.df is None:
        what = "No estimate" if found.estimate is None else "No interval"
        return Interval(estimate=found.estimate, level=level, note=f"{what}: {found.reason}.")
    half = t_quantile((1 + level) / 2, found.df) * found.se
    ends = max(low, found.estimate - half), min(high, found.estimate + half)
    if not np.isfinite(ends).all():
        why = "far below one degree of freedom it would have no bound"
        return Interval(estimate=found.estimate, level=level, note=f"No interval: {why}.")
    return Interval(
        estimate=found.estimate,
        ci_low=ends[0],
        ci_high=ends[1],
        level=level,
        ci_method=clusters.method(metric),
        se=found.se,
        df=found.df,
        p=two_sided_p(found.estimate / found.se, found.df),
        is_guarded=found.is_guarded,
    )


def rate_interval(
    found: Jackknife, n: int, clusters: Clusters, level: float = 0.95, metric: str = ""
) -> Interval:
    """The interval of a share of `n` answers on the logit scale; at 0% and 100% that of Clopper and Pearson."""
    made = accuracy_interval(found, n, method_name(clusters.person is not None, clusters.items), level)
    if made.se is None:
        return made
    return replace(made, ci_method=f"{made.ci_method}; {coverage_of(metric)}")
