"""How precise a study of a given size will be, before anybody is invited.

The closed form of the crossed design on the probability scale: the difference of two accuracies varies because
participants differ in how much the help helps them, because questions do, and because single answers are chance.
Checked against simulation, it plans well from about six degrees of freedom on and is too hopeful below; the
jackknife that analyses the data (`analysis.jackknife`) rests on the same three parts.

`python -m analysis.power` prints the power of a range of studies, by this closed form and by simulation
(`analysis.power_command`).
"""

import math
from dataclasses import dataclass
from enum import StrEnum


class Layout(StrEnum):
    """How conditions, participants and questions meet."""

    COUNTERBALANCED = "CB"  # every participant and every question in both conditions
    DIFFERENT_ITEMS = "DI"  # every participant in both conditions, on different questions
    BETWEEN_PARTICIPANTS = "BP"  # every question in both conditions, different participants


@dataclass(frozen=True, slots=True)
class Sds:
    """How much participants, questions and passages vary: standard deviations in logits.

    `slope` is the variation of the difference between conditions. The values for participants and questions are
    those of the generator the intervals were measured with; those for passages are an assumption.
    """

    participant_level: float = 0.6
    participant_slope: float = 0.4
    item_level: float = 1.0
    item_slope: float = 0.8
    passage_level: float = 0.5
    passage_slope: float = 0.4


DEFAULT_SDS = Sds()
MEAN_P_1_P = 0.1845
"""Mean of p(1 - p) over people and questions of `analysis.simulate` in both conditions, effect 0.9: turns logits into
probability, and is the variance of a single answer. A test integrates it."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What to expect of the interval for a difference: its half-width, standard error and degrees of freedom."""

    half_width: float
    se: float
    df: float


def expected_half_width(
    design: str,
    participants: int,
    items: int,
    answers: int,
    passages: int | None = None,
    sds: Sds = DEFAULT_SDS,
    level: float = 0.95,
) -> float | None:
    """How far the interval for a difference of two accuracies will reach to each side, as a fraction.

    See `expected_precision`; 0.08 stands for 8 percentage points.
    """
    precision = expected_precision(design, participants, items, answers, passages, sds, level)
    return precision.half_width if precision else None


def expected_precision(
    design: str,
    participants: int,
    items: int,
    answers: int,
    passages: int | None = None,
    sds: Sds = DEFAULT_SDS,
    level: float = 0.95,
    g: float = MEAN_P_1_P,
) -> Precision | None:
    """Expected precision of a difference of two accuracies between conditions.

    `design` is CB, DI or BP (`Layout`); `answers` counts those of both conditions together; `passages` is given
    where questions share them. None where there is nothing to compare over: fewer than two participants (per
    condition, when between participants), questions or passages. `g` is the mean of p(1 - p) over people and questions.
    ValueError for an unknown design.
    """
    layout = Layout(design)
    between, nested = layout is Layout.BETWEEN_PARTICIPANTS, layout is Layout.DIFFERENT_ITEMS
    clusters = items if passages is None else passages
    if participants < (4 if between else 2) or clusters < (4 if nested else 2) or answers < 4:
        return None
    answer = 4 * g / answers
    person = (
        g**2 * (sds.participant_slope**2 + (4 * sds.participant_level**2 if between else 0)) / participants
    )
    question = g**2 * (sds.item_slope**2 + (4 * sds.item_level**2 if nested else 0)) / items
    if passages is not None:
        question += g**2 * (sds.passage_slope**2 + (4 * sds.passage_level**2 if nested else 0)) / passages
    return precision_of(
        (person, question, answer),
        (participants - between, clusters - nested),
        (participants, clusters),
        level,
    )


def precision_of(
    parts: tuple[float, float, float], counts: tuple[float, float], sizes: tuple[float, float], level: float
) -> Precision:
    """Precision from the variances of a difference due to people, to questions and to single answers.

    `counts` are people and questions (or passages), less those that the means of separate groups use up; `sizes` all.
    """
    person, question, answer = parts
    variance = person + question + answer
    df = variance**2 / (
        (person + answer) ** 2 / (counts[0] - 1)
        + (question + answer) ** 2 / (counts[1] - 1)
        + answer**2 / ((sizes[0] - 1) * (sizes[1] - 1))
    )
    se = math.sqrt(variance)
    return Precision(half_width=_t_quantile((1 + level) / 2, df) * se, se=se, df=df)


def power(precision: Precision, difference: float, alpha: float = 0.05) -> float:
    """How often a two-sided test at `alpha` will find a true difference (a fraction): noncentral t, closed form."""
    return _power_at(abs(difference) / precision.se, precision.df, alpha)


def detectable(precision: Precision, wanted: float = 0.8, alpha: float = 0.05) -> float | None:
    """The smallest true difference that a two-sided test at `alpha` finds with power `wanted`, as a fraction.

    None where it would have to be larger than 1, more than accuracies can differ.
    """
    if power(precision, 1.0, alpha) < wanted:
        return None
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if power(precision, middle, alpha) < wanted else (low, middle)
    return high


def _power_at(shift: float, df: float, alpha: float) -> float:
    from scipy.special import nctdtr

    t = _t_quantile(1 - alpha / 2, df)
    if not math.isfinite(
        t
    ):  # far below one degree of freedom the quantile overflows: such a test never rejects
        return 0.0
    if shift > 37:  # beyond what the noncentral t is computed for; the test then rejects unless t is as large
        return float(t < shift)
    return 1 - float(nctdtr(df, shift, t)) + float(nctdtr(df, shift, -t))


def _t_quantile(probability: float, df: float) -> float:
    from scipy.special import stdtrit  # loads only when a plan is made, not with the command line

    return float(stdtrit(df, probability))


if __name__ == "__main__":
    from importlib import import_module  # by name: the command rests on this module

    import_module("analysis.power_command").main()
