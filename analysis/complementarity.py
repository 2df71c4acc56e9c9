"""Whether people with the assistant are right more often than the better of the two, people alone and the model alone.

The smaller of the two differences is what they add to the better one. Taking the smaller of two noisy numbers is biased
low where both baselines are about as good, so the claim does not rest on it: complementarity is claimed only if both
one-sided tests reject at 2.5% (intersection-union), which needs no correction for being two. The interval goes from
the smaller of the two one-sided 97.5% lower bounds to the smaller of the two 98.75% upper bounds.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from analysis.contrasts import OVER_HUMAN
from analysis.coverage import coverage_of
from analysis.jackknife import t_quantile, upper_p
from analysis.results import Contrast, Role
from analysis.words import comparison_name, points

COMPLEMENTARITY = "complementarity"
METHOD = "intersection-union of one-sided jackknife bounds (97.5% below, 98.75% above), probability scale"
BIAS = (
    "The estimate is the smaller of the two and is biased low where the baselines are about as good (by 4 to 5 "
    "points in simulations of 20 x 40 and 100 x 30 answers); it is nearly unbiased where one is clearly better."
)


def complementarities(compared: Sequence[Contrast], baseline: Callable[[Contrast], str]) -> list[Contrast]:
    """One row per task, system and account of answers, from its contrasts with people alone and with its baseline."""
    found = []
    for over_human in compared:
        if (over_human.contrast, over_human.metric, over_human.subgroup) != (OVER_HUMAN, "accuracy", None):
            continue
        for other in compared:
            if other.contrast == baseline(over_human) and _place(other) == _place(over_human):
                found.append(_joint(over_human, other))
    return found


def _place(row: Contrast) -> tuple[str | None, ...]:
    return (
        row.task,
        row.metric,
        row.rows,
        row.subgroup,
        row.protocol,
        row.assistant,
        row.provider,
        row.model,
    )


def _joint(over_human: Contrast, over_baseline: Contrast) -> Contrast:
    pair = (over_human, over_baseline)
    row = replace(
        over_human,
        contrast=COMPLEMENTARITY,
        method=over_baseline.method,
        estimate=None,
        ci_low=None,
        ci_high=None,
        ci_method=None,
        se=None,
        df=None,
        p=None,
        p_adjusted=None,
        family=None,
        alternative="greater",
        margin=None,
        role=Role.SECONDARY.value,
        is_guarded=any(other.is_guarded for other in pair),
        note="-",
    )
    estimates = [other.estimate for other in pair if other.estimate is not None]
    if len(estimates) < len(pair):
        reasons = dict.fromkeys(
            f"{_against(other)}: {other.note}" for other in pair if other.estimate is None
        )
        return replace(row, note=f"No estimate: {' '.join(reasons)}")
    both = " and ".join(f"{points(other.estimate)} ({_against(other)})" for other in pair)
    note = f"The two differences in points: {both}. {BIAS}"
    tested = [(d.estimate, d.se, d.df) for d in pair]
    known = [(d, se, df) for d, se, df in tested if d is not None and se is not None and df is not None]
    if len(known) < len(pair):
        reasons = dict.fromkeys(other.note for other in pair if other.se is None)
        return replace(row, estimate=min(estimates), note=f"No interval: {' '.join(reasons)} {note}")
    low, high, p = joint(known, row.level)
    return replace(
        row,
        estimate=min(estimates),
        ci_low=low,
        ci_high=high,
        ci_method=f"{METHOD}; {coverage_of(COMPLEMENTARITY)}",
        p=p,
        note=note,
    )


def joint(differences: Sequence[tuple[float, float, float]], level: float) -> tuple[float, float, float]:
    """Both ends of the interval for the smaller of some differences, and the p of the claim that all are above 0.

    Each difference comes with its standard error and degrees of freedom.
    """
    tail = (1 - level) / 2
    return (
        max(-1.0, min(d - t_quantile(1 - tail, df) * se for d, se, df in differences)),
        min(1.0, min(d + t_quantile(1 - tail / 2, df) * se for d, se, df in differences)),
        max(upper_p(d / se, df) for d, se, df in differences),
    )


def is_claimed(row: Contrast) -> bool:
    """Whether both one-sided tests reject at half of what the interval leaves out (2.5% at 95%)."""
    return row.p is not None and row.p < (1 - row.level) / 2


def _against(contrast: Contrast) -> str:
    """The baseline of a contrast in words: "against people alone"."""
    return comparison_name(contrast.contrast).partition(", ")[2]
