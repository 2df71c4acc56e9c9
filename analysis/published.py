"""The numbers that Bowman et al. 2022 (arXiv 2211.03540) published, as fractions: Table 1 and the figures in its text.

Their human rows leave one of five participants per task out (`analysis.outliers`), and their model rows rest on the
whole validation sets, people's on 100 questions each. They published no intervals, no data and no code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HUMAN, HUMAN_WMV = "Unassisted human", "Unassisted human, WMV"
ZERO_SHOT, FEW_SHOT, BEST_OF_N = "Model zero-shot", "Model 5-shot", "Model best-of-20 CoT"
ASSISTED, ASSISTED_WMV = "Human + model", "Human + model, WMV"
EXPERT = "Expert"


@dataclass(frozen=True, slots=True)
class Published:
    """A line of Table 1: accuracy, and five-bin calibration error where there is one."""

    accuracy: float
    calibration_error: float | None = None


TABLE_1: Mapping[str, Mapping[str, Published]] = {
    "mmlu": {
        HUMAN: Published(0.572, 0.06),
        HUMAN_WMV: Published(0.660, 0.10),
        ZERO_SHOT: Published(0.572, 0.06),
        FEW_SHOT: Published(0.619, 0.04),
        BEST_OF_N: Published(0.656, 0.16),
        ASSISTED: Published(0.754, 0.12),
        ASSISTED_WMV: Published(0.780, 0.18),
        EXPERT: Published(0.900),
    },
    "quality": {
        HUMAN: Published(0.486, 0.17),
        HUMAN_WMV: Published(0.500, 0.15),
        ZERO_SHOT: Published(0.592, 0.07),
        BEST_OF_N: Published(0.669, 0.17),
        ASSISTED: Published(0.768, 0.07),
        ASSISTED_WMV: Published(0.860, 0.11),
        EXPERT: Published(0.935),
    },
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the paper's text says of one task beside Table 1; turns and resets are per assisted trial."""

    confidence_alone: float
    confidence_assisted: float
    accuracy_at_maximum: float
    n_at_maximum: int
    turns: float
    resets: float


IN_TEXT: Mapping[str, Figures] = {
    "mmlu": Figures(0.54, 0.80, 0.81, 84, 10.9, 2.0),
    "quality": Figures(0.38, 0.75, 0.88, 89, 6.3, 0.1),
}
MEAN_CHANGE = 0.007
"""Second half minus first, over assisted participants of both tasks; 2 of 4 and 3 of 4 improved."""
LOWEST_ASSISTED = 0.71
"""Every assisted participant was above this."""
