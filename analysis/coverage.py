"""How often intervals held the truth in simulated studies: what `ci_method` says of a statistic beyond plain means.

Measured by `python -m tests.bench coverage` (2,000 studies each of 5 x 100, 20 x 40 and 100 x 30 participants by
questions and of 20 participants by 10 passages of 4 questions, every participant in both conditions, seed 20221); the
lowest and the highest share over these shapes. A statistic that is not here was not simulated, and its rows say so.
"""

from collections.abc import Iterable, Mapping

NOT_VALIDATED = "not validated for this statistic"

COVERED: Mapping[str, tuple[int, int]] = {
    "auroc": (94, 98),
    "brier": (94, 97),
    "overconfidence": (95, 99),
    "rair": (95, 97),
    "rsr": (95, 98),
    "overreliance": (95, 97),
    "underreliance": (94, 97),
    "performance_gap_recovered": (95, 97),
    "complementarity": (95, 99),
}
"""Percent of 95% intervals that held the truth, by metric: the lowest share rounded down and the highest rounded up."""
FEW_PEOPLE = 4
OF_FEW_PEOPLE = "Too narrow for two or three people: with two it held the truth in 91% of simulated studies."


def coverage_of(metric: str) -> str:
    """What is known of the intervals of a metric, as it ends a `ci_method`."""
    if metric not in COVERED:
        return NOT_VALIDATED
    low, high = COVERED[metric]
    return f"held the truth in {low} to {high}% of simulated studies"


def span_of(metrics: Iterable[str]) -> str:
    """The lowest and the highest share over simulated metrics, for a note below a table of them: "94 to 99%"."""
    lows, highs = zip(*(COVERED[metric] for metric in metrics), strict=True)
    return f"{min(lows)} to {max(highs)}%"
