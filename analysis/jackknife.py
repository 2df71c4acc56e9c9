"""The two-way cluster jackknife: intervals when both participants and questions vary.

A statistic here is a sum of means, each with a coefficient: one mean for the accuracy of a condition, two for a
difference (+1 and -1), and one per task and condition for the equal-weight result over tasks (divided by the number
of tasks). Leaving a participant or a question out leaves it out of every mean at once. All leave-one-out values
follow from group sums, so the cost is O(answers).

    V_G  = (G - 1)/G * sum over clusters g of (d without g - d)^2       for participants (V_P) and questions (V_I)
    V_PI = N/(N - 1) * sum of squared scores over the N participant-by-question cells
    V    = max(V_P + V_I - V_PI, V_P, V_I)
    df   = V^2 / (V_P^2/(P - 1) + V_I^2/(I - 1) + V_PI^2/((P - 1)(I - 1)))

The maximum and the two-way jackknife variance follow MacKinnon, Nielsen and Webb (arXiv 2406.08880); the degrees of
freedom are Satterthwaite's, as in the quasi-F test of crossed designs. In simulations of 5 to 500 participants the
95% intervals covered the truth in 92 to 97% of studies, where intervals from pooled answers covered 14 to 89%.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.results import Interval

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """One mean of the statistic: its coefficient, the answers, and whose and which question each one is.

    The three arrays have one entry per answer. `person` is None for a model alone, which is one fixed system.
    Codes are whole numbers that mean the same person or question cluster in every part.
    """

    coefficient: float
    value: Floats
    person: Codes | None
    item: Codes


@dataclass(frozen=True, slots=True)
class Jackknife:
    """The statistic with its standard error; `reason` says why there is none."""

    estimate: float | None
    se: float | None = None
    df: float | None = None
    is_guarded: bool = False
    reason: str = ""


def jackknife(parts: Sequence[Part], people: str = "participant", items: str = "question") -> Jackknife:
    """Estimate a sum of means and its standard error over new participants and new questions.

    `people` and `items` only name the clusters in `reason`. One part without persons makes all parts so: then only
    questions vary (one-way jackknife, df = I - 1).
    """
    if any(part.value.size == 0 for part in parts):
        return Jackknife(None, reason="there are no answers")
    means = [float(part.value.mean()) for part in parts]
    estimate = math.fsum(part.coefficient * mean for part, mean in zip(parts, means, strict=True))
    item_codes, n_items = _shared_codes([part.item for part in parts])
    variance_items = _leave_one_out_variance(parts, item_codes, n_items, estimate)
    if variance_items is None:
        return Jackknife(estimate, reason=_too_few(items))
    persons = [part.person for part in parts if part.person is not None]
    if len(persons) < len(parts):
        return finish(estimate, variance_items, n_items - 1.0, False, people, items)
    person_codes, n_people = _shared_codes(persons)
    variance_people = _leave_one_out_variance(parts, person_codes, n_people, estimate)
    if variance_people is None:
        return Jackknife(estimate, reason=_too_few(people))
    variance_cells = _cell_variance(parts, means, person_codes, item_codes, n_items)
    sizes = n_people, n_items
    return two_way(estimate, (variance_people, variance_items, variance_cells), sizes, people, items)


def two_way(
    estimate: float,
    variances: tuple[float, float, float],
    sizes: tuple[int, int],
    people: str = "participant",
    items: str = "question",
) -> Jackknife:
    """Put V_P, V_I and V_PI together, from `sizes` participants and questions, both at least two."""
    (variance_people, variance_items, variance_cells), (n_people, n_items) = variances, sizes
    total = variance_people + variance_items - variance_cells
    variance = max(total, variance_people, variance_items)
    spread = (
        variance_people**2 / (n_people - 1)
        + variance_items**2 / (n_items - 1)
        + variance_cells**2 / ((n_people - 1) * (n_items - 1))
    )
    df = variance**2 / spread if spread > 0 else 0.0
    return finish(estimate, variance, df, variance > total, people, items)


def finish(
    estimate: float, variance: float, df: float, is_guarded: bool, people: str, items: str
) -> Jackknife:
    """A variance as a standard error, or why there is none."""
    if variance <= 1e-20:  # rounding leaves about 1e-33 where nothing varies
        return Jackknife(estimate, reason=f"the answers do not vary over {people}s or {items}s")
    return Jackknife(estimate, math.sqrt(variance), df, is_guarded)


def _too_few(clusters: str) -> str:
    return f"an interval needs at least two {clusters}s in each condition"


def _shared_codes(codes: Sequence[Codes]) -> tuple[list[Codes], int]:
    levels, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    ends = np.cumsum([len(part) for part in codes])[:-1]
    return list(np.split(inverse.astype(np.int64), ends)), len(levels)


def _leave_one_out_variance(
    parts: Sequence[Part], codes: Sequence[Codes], n_clusters: int, estimate: float
) -> float | None:
    """V_G, or None where leaving one cluster out would leave a mean without answers."""
    without: Any = np.zeros(n_clusters)
    for part, code in zip(parts, codes, strict=True):
        left_n = part.value.size - np.bincount(code, minlength=n_clusters)
        if not left_n.all():
            return None
        left_sum = part.value.sum() - np.bincount(code, weights=part.value, minlength=n_clusters)
        without = without + part.coefficient * left_sum / left_n
    return float((n_clusters - 1) / n_clusters * ((without - estimate) ** 2).sum())


def _cell_variance(
    parts: Sequence[Part],
    means: Sequence[float],
    person_codes: Sequence[Codes],
    item_codes: Sequence[Codes],
    n_items: int,
) -> float:
    scores = np.concatenate(
        [
            part.coefficient * (part.value - mean) / part.value.size
            for part, mean in zip(parts, means, strict=True)
        ]
    )
    cells = np.concatenate([p * n_items + i for p, i in zip(person_codes, item_codes, strict=True)])
    _, cell = np.unique(cells, return_inverse=True)
    sums = np.bincount(cell, weights=scores)
    return float((sums**2).sum() * len(sums) / (len(sums) - 1)) if len(sums) > 1 else 0.0


# -- intervals -------------------------------------------------------------------------------------


def difference_interval(found: Jackknife, method: str, level: float = 0.95) -> Interval:
    """The interval of a difference on the probability scale, with the two-sided p against no difference.

    It is cut at -1 and 1, beyond which no difference of accuracies can lie: far below one degree of freedom the
    quantile of t has no bound.
    """
    if found.estimate is None or found.se is None or found.df is None:
        return Interval(estimate=found.estimate, level=level, note=_undefined(found))
    half = t_quantile((1 + level) / 2, found.df) * found.se
    return Interval(
        estimate=found.estimate,
        ci_low=max(-1.0, found.estimate - half),
        ci_high=min(1.0, found.estimate + half),
        level=level,
        ci_method=f"{method}, probability scale",
        se=found.se,
        df=found.df,
        p=two_sided_p(found.estimate / found.se, found.df),
        is_guarded=found.is_guarded,
    )


def accuracy_interval(found: Jackknife, n_answers: int, method: str, level: float = 0.95) -> Interval:
    """The interval of one accuracy, made on the logit scale so that it stays between 0 and 1.

    At 0% or 100% nothing varies and clustering cannot be estimated: Clopper-Pearson over the answers, with a note.
    """
    if found.estimate is None:
        return Interval(estimate=None, level=level, note=_undefined(found))
    if found.estimate <= 0 or found.estimate >= 1:
        low, high = clopper_pearson(round(found.estimate * n_answers), n_answers, level)
        return Interval(
            estimate=found.estimate,
            ci_low=low,
            ci_high=high,
            level=level,
            ci_method="Clopper-Pearson over answers",
            note=f"At {found.estimate:.0%} clustering cannot be estimated: the interval takes every answer as "
            "independent, and is too narrow where they are not.",
        )
    if found.se is None or found.df is None:
        return Interval(estimate=found.estimate, level=level, note=_undefined(found))
    m = found.estimate
    centre, half = math.log(m / (1 - m)), t_quantile((1 + level) / 2, found.df) * found.se / (m * (1 - m))
    return Interval(
        estimate=m,
        ci_low=_expit(centre - half),
        ci_high=_expit(centre + half),
        level=level,
        ci_method=f"{method}, logit scale",
        se=found.se,
        df=found.df,
        is_guarded=found.is_guarded,
    )


def _undefined(found: Jackknife) -> str:
    what = "No estimate" if found.estimate is None else "No interval"
    return f"{what}: {found.reason}."


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def clopper_pearson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact binomial interval for `successes` out of `n` independent answers (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1 - tail))
    return low, high


def t_quantile(probability: float, df: float) -> float:
    """Quantile of Student's t; `df` need not be whole."""
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))


def two_sided_p(t: float, df: float) -> float:
    """Two-sided p of Student's t."""
    from scipy.special import stdtr

    return min(1.0, 2 * float(stdtr(df, -abs(t))))


def upper_p(t: float, df: float) -> float:
    """One-sided p of Student's t against the alternative that it is larger."""
    from scipy.special import stdtr

    return float(stdtr(df, -t))
