"""Whether a difference is within the margin that a study declared before data, or at least not below it.

Equivalence: two one-sided tests at 5% each (TOST, Schuirmann 1987); they reject exactly where the 90% interval lies
within the margin. Non-inferiority: only the lower of the two. Without a declared margin nothing is tested: there is no
margin that fits every study.
"""

from collections.abc import Sequence
from dataclasses import replace

from analysis.contrasts import KNOWN
from analysis.jackknife import t_quantile, upper_p
from analysis.results import Contrast, Role

EQUIVALENCE, NON_INFERIORITY = "test=equivalence", "test=non_inferiority"
SUBGROUPS = (EQUIVALENCE, NON_INFERIORITY)
ALPHA = 0.05


def equivalences(compared: Sequence[Contrast], margin: float | None) -> list[Contrast]:
    """Both tests of every comparison in accuracy with a baseline; none without a margin above 0."""
    if margin is None or not 0 < margin < 1:
        return []
    chosen = [
        row for row in compared if row.metric == "accuracy" and row.contrast in KNOWN and row.subgroup is None
    ]
    return [_tested(row, margin, subgroup) for row in chosen for subgroup in SUBGROUPS]


def _tested(row: Contrast, margin: float, subgroup: str) -> Contrast:
    is_both = subgroup == EQUIVALENCE
    tested = replace(
        row,
        subgroup=subgroup,
        ci_low=None,
        ci_high=None,
        ci_method=None,
        level=1 - 2 * ALPHA,
        p=None,
        p_adjusted=None,
        family=None,
        alternative="equivalence" if is_both else "greater",
        null_value=margin if is_both else -margin,
        margin=margin,
        role=Role.SECONDARY.value,
        note=row.note or "No interval.",
    )
    if row.estimate is None or row.se is None or row.df is None:
        return tested
    half = t_quantile(1 - ALPHA, row.df) * row.se
    above_low = upper_p((row.estimate + margin) / row.se, row.df)
    below_high = upper_p((margin - row.estimate) / row.se, row.df)
    name = "TOST" if is_both else "one-sided test"
    return replace(
        tested,
        ci_low=max(-1.0, row.estimate - half),
        ci_high=min(1.0, row.estimate + half),
        ci_method=f"{name}, 90% interval, {row.ci_method}",
        p=max(above_low, below_high) if is_both else above_low,
        note=row.note,
    )


def is_shown(row: Contrast) -> bool:
    """Whether the test of this row rejects at 5%."""
    return row.p is not None and row.p < ALPHA
