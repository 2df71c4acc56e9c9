"""Whether confidence means what it says: mean confidence, Brier score, and the paper's five-bin calibration error.

All from answers with a choice and a confidence. Mean confidence and Brier score are means and have a two-way jackknife
interval. The calibration error has none: resampling it adds its bias once more. The calibration error of a
perfectly calibrated person is above 0 in a small sample; what it would be at the same bin counts stands beside it.

A model that answers a question several times, or in several orders, has each question counted once: its answers share
the weight of one.
"""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd

from analysis.accuracy import study_tasks
from analysis.columns import Condition
from analysis.entries import MODEL, count, entering, narrowed, systems
from analysis.jackknife import Codes, Floats
from analysis.results import Estimate, Interval, Role, Rows
from analysis.sums import clusters_of, mean_interval, weighted_mean

CENTRES = (0.25, 0.42, 0.60, 0.80, 1.00)
"""The five answers of the paper's confidence scale (Bowman et al. 2022, arXiv 2211.03540)."""

_NO_INTERVAL = (
    "No interval: the statistic is biased by chance; where people are calibrated a jackknife interval held the truth "
    "in only 82 to 92% of simulated studies."
)


def brier(confidence: Floats, correct: Floats, weight: Floats | None = None) -> float:
    """Mean squared distance between the confidence in the chosen option and whether it was right (0 to 1)."""
    return float(np.average((confidence - correct) ** 2, weights=weight))


def bins(confidence: Floats) -> Codes:
    """The centre nearest to each confidence, 0-4; an exact midpoint goes up.

    Counted in units of 1e-6, so that .335, half-way between .25 and .42, does not depend on how floats round.
    """
    micro = np.rint(confidence * 1_000_000).astype(np.int64)
    centres = np.rint(np.array(CENTRES) * 1_000_000).astype(np.int64)
    midpoints = (centres[:-1] + centres[1:]) // 2
    return np.searchsorted(midpoints, micro, side="right").astype(np.int64)


def calibration_error(confidence: Floats, correct: Floats, weight: Floats | None = None) -> float:
    """Mean over the bins that are not empty of |share right - centre|, every bin with the same weight.

    Bowman et al. 2022. Example: right at 100%, right at 100%, wrong and right at 80% give (|1 - 1| + |.5 - .8|)/2.
    """
    code = bins(confidence)
    weight = np.ones_like(confidence) if weight is None else weight
    n = np.bincount(code, weights=weight, minlength=len(CENTRES))
    right = np.bincount(code, weights=correct * weight, minlength=len(CENTRES))
    used = n > 0
    return float(np.abs(right[used] / n[used] - np.array(CENTRES)[used]).mean())


def expected_calibration_error(confidence: Floats, weight: Floats | None = None) -> float:
    """The calibration error to expect of someone whose every bin is right exactly as often as its centre says.

    The mean absolute deviation of a binomial share, exactly: De Moivre's 2 v C(n, v) c^v (1 - c)^(n - v + 1) / n
    with v = floor(n c) + 1. Where answers share a weight, n is what a bin's weights add up to, to the nearest whole
    number and at least 1.
    """
    counts = np.bincount(bins(confidence), weights=weight, minlength=len(CENTRES))
    return float(
        np.mean([_mean_deviation(max(1, round(n)), c) for n, c in zip(counts, CENTRES, strict=True) if n])
    )


def _mean_deviation(n: int, c: float) -> float:
    if c >= 1:
        return 0.0
    from scipy.special import gammaln

    v = int(np.floor(n * c)) + 1
    log = gammaln(n + 1) - gammaln(v + 1) - gammaln(n - v + 1) + v * np.log(c) + (n - v + 1) * np.log(1 - c)
    return float(2 * v * np.exp(log) / n)


def weights(answers: pd.DataFrame) -> Floats:
    """What each answer counts: 1 for people, and for a model 1 shared among its answers to the same question."""
    n_alike = answers.groupby(["condition", "item"])["item"].transform("size").to_numpy(float)
    return np.where(answers["condition"] == MODEL, 1 / n_alike, 1.0)


_METRICS: tuple[tuple[str, Callable[[Floats, Floats, Floats], float], str], ...] = (
    (
        "mean_confidence",
        lambda confidence, _, weight: float(np.average(confidence, weights=weight)),
        "",
    ),
    ("brier", brier, "Binary, on the chosen option."),
    (
        "calibration_error_5bin",
        calibration_error,
        "Bins weigh the same; it is above 0 even for a calibrated person.",
    ),
    (
        "calibration_error_5bin_if_calibrated",
        lambda confidence, _, weight: expected_calibration_error(confidence, weight),
        "What a perfectly calibrated person would score at these bin counts.",
    ),
)


def calibrations(answers: pd.DataFrame, rows: Rows) -> list[Estimate]:
    """The calibration metrics per task, condition and system, where confidences exist, from prepared answers."""
    answers = narrowed(answers, "confidence")
    found = []
    for condition in Condition:
        for system, everything in systems(answers, condition):
            for task in study_tasks(answers):
                own = everything[everything["task"] == task]
                rated = own[own["confidence"].notna() & own["has_choice"]]
                used = entering(rated)
                if used.empty:
                    continue
                confidence, correct = used["confidence"].to_numpy(float), used["score"].to_numpy(float)
                weight = weights(used)
                averaged = {"mean_confidence": confidence, "brier": (confidence - correct) ** 2}
                clusters = clusters_of(used)
                for metric, compute, note in _METRICS:
                    interval = Interval(estimate=compute(confidence, correct, weight), note=_NO_INTERVAL)
                    if metric in averaged:
                        mean = weighted_mean(averaged[metric], weight, clusters)
                        interval = mean_interval(mean, clusters, low=0, high=1, metric=metric)
                    values = {name: value for name, value in asdict(interval).items() if name != "p"}
                    values["note"] = f"{note} {interval.note}".strip()
                    found.append(
                        Estimate(
                            task=task,
                            condition=str(condition),
                            metric=metric,
                            rows=rows.value,
                            **system.fields(),
                            **values,
                            **asdict(count(rated)),
                            role=Role.SECONDARY.value,
                        )
                    )
    return found
