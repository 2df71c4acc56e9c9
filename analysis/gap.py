"""How much of the gap between a floor and experts people with the assistant close: performance gap recovered.

    PGR = N / D,  N = people with the assistant - floor,  D = ceiling - floor    (Burns et al. 2023)

1 is as good as experts, 0 no better than the floor, below 0 worse. The floor is people alone, or the model alone on the
same questions (its advice where it was told what to argue for, but not in a debate); the PGR over the better of the
two is the smaller one.
Ceilings are published figures and taken as exact.

The interval is Fieller's (1954): all r for which N - r D is not significantly different from 0, with jackknife
variances of N, D and N - D. Where the interval of D itself holds 0 the data allow any ratio, and none is given.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from analysis.accuracy import cluster_word, item_scores, method_name, over_tasks, people_part
from analysis.contrasts import comparator, is_manipulated
from analysis.coverage import coverage_of
from analysis.entries import ALONE, MODEL, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.jackknife import Jackknife, Part, jackknife, t_quantile
from analysis.manifest import Manifest
from analysis.results import Estimate, Interval, Role, Rows
from analysis.sides import is_debate, is_two_sided

GAP, GAP_OF_VOTES = "performance_gap_recovered", "performance_gap_recovered_wmv"
VOTES = "accuracy_wmv"

CEILINGS: Mapping[str, float] = {"mmlu": 0.898, "quality": 0.912}
"""Experts one by one: an estimate for MMLU; a reader of QuALITY with time, against the majority (its section A.2.3)."""
CEILINGS_OF_VOTES: Mapping[str, float] = {"mmlu": 0.898, "quality": 0.935}
"""Experts together: QuALITY's majority of readers; for MMLU no other figure than the one for experts was published."""

SELECTED = "the questions were selected by this very gap, so the published ceiling is not theirs"


def gaps(
    answers: pd.DataFrame,
    rows: Rows,
    manifest: Manifest,
    estimates: Sequence[Estimate],
    level: float = 0.95,
) -> list[Estimate]:
    """The gap recovered per task, system and floor, and per task that of votes where `estimates` have any."""
    answers = narrowed(answers, "advice_correct", "stance")
    if not (set(answers["task"]) & set(CEILINGS)):
        return []
    why_not = SELECTED if manifest.mapping("selection") else ""
    alone = answers[answers["condition"] == ALONE]
    told = is_manipulated(answers[~is_two_sided(answers)])
    found = []
    for system, own in systems(answers, WITH_MODEL):
        second, baseline, why_none = _second_floor(answers, manifest, told and not is_debate(own))
        for task, assisted in over_tasks(own, answers):
            used = {name: entering(frame) for name, frame in assisted.items()}
            unaided = {name: entering(alone[alone["task"] == name]) for name in used}
            pairs = {"human_alone": (_Terms.of_means(used, unaided), "")}
            pairs[second] = (_Terms.of_pairs(used, baseline), why_none)
            for floor, (terms, missing) in pairs.items():
                ceiling, no_ceiling = _ceiling(list(used))
                why = why_not or no_ceiling or missing
                items = cluster_word(assisted)
                interval = _missing(why, level) if why else _ratio(terms, ceiling, items, level)
                found.append(_estimate(task, GAP, rows, system, floor, interval, terms.counted))
    return found + [_of_votes(row, estimates, why_not, level) for row in estimates if _is_vote(row, rows)]


def _second_floor(answers: pd.DataFrame, manifest: Manifest, is_advice: bool) -> tuple[str, pd.Series, str]:
    """The floor beside people alone: its name, what it scores on the trial of each answer, and why there is none."""
    if is_advice:
        why = "" if answers["advice_correct"].notna().any() else "no advice that could be read was stated"
        return "advice", answers["advice_correct"], why
    model, why = comparator(answers, manifest.primary_model_alone)
    own = next((frame for system, frame in systems(answers, MODEL) if system == model), answers.iloc[:0])
    return MODEL, answers["item"].map(item_scores(own)), why


def _ceiling(tasks: Sequence[str]) -> tuple[float, str]:
    unknown = [task for task in tasks if task not in CEILINGS]
    if unknown:
        return math.nan, f"no accuracy of experts is published for {', '.join(unknown)}"
    return math.fsum(CEILINGS[task] for task in tasks) / len(tasks), ""


@dataclass(frozen=True, slots=True)
class _Terms:
    """Parts of the numerator, of the floor and of people with the assistant; the answers they rest on."""

    numerator: list[Part]
    floor: list[Part]
    assisted: list[Part]
    counted: pd.DataFrame

    @classmethod
    def of_means(cls, used: Mapping[str, pd.DataFrame], unaided: Mapping[str, pd.DataFrame]) -> "_Terms":
        weight = 1 / len(used)
        assisted = [_part(own, own["score"], weight) for own in used.values()]
        floor = [_part(own, own["score"], weight) for own in unaided.values()]
        minus = [Part(-part.coefficient, part.value, part.person, part.item) for part in floor]
        return cls([*assisted, *minus], floor, assisted, pd.concat([*used.values(), *unaided.values()]))

    @classmethod
    def of_pairs(cls, used: Mapping[str, pd.DataFrame], baseline: pd.Series) -> "_Terms":
        weight = 1 / len(used)
        paired = [own[baseline.loc[own.index].notna()] for own in used.values()]
        floor = [_part(own, baseline.loc[own.index], weight) for own in paired]
        assisted = [_part(own, own["score"], weight) for own in paired]
        minus = [_part(own, own["score"] - baseline.loc[own.index], weight) for own in paired]
        return cls(minus, floor, assisted, pd.concat(paired))


def _part(own: pd.DataFrame, value: pd.Series, weight: float) -> Part:
    return people_part(own, value.to_numpy(float), weight)


def _ratio(terms: _Terms, ceiling: float, items: str, level: float) -> Interval:
    numerator, floor, assisted = (
        jackknife(parts, items=items) for parts in (terms.numerator, terms.floor, terms.assisted)
    )
    if numerator.estimate is None or floor.estimate is None:
        return _missing(numerator.reason or floor.reason, level)
    gap = ceiling - floor.estimate
    if gap <= 0:
        return _missing(
            f"the floor ({floor.estimate:.3f}) is not below the ceiling ({ceiling:.3f}): no gap", level
        )
    said = f"Ceiling {ceiling:.3f}, floor {floor.estimate:.3f}."
    estimate = numerator.estimate / gap
    bounds, why_none = fieller(numerator, floor, assisted, gap, level)
    if bounds is None:
        return Interval(estimate=estimate, level=level, note=f"No interval: {why_none}. {said}")
    return Interval(
        estimate=estimate,
        ci_low=bounds[0],
        ci_high=bounds[1],
        level=level,
        ci_method=f"Fieller, {method_name(True, items)}; {coverage_of(GAP)}",
        note=said,
    )


def fieller(
    numerator: Jackknife, floor: Jackknife, assisted: Jackknife, gap: float, level: float = 0.95
) -> tuple[tuple[float, float] | None, str]:
    """The two ends of the r with (N - r D)^2 <= t^2 V(N - r D), or None and why.

    V(N - r D) = V_N - 2 r C + r^2 V_D, where V_D is that of the floor and, as N - D is the accuracy with the assistant
    less a constant, C = (V_N + V_D - V_assisted)/2. t has the smallest of the three degrees of freedom.
    """
    three = (numerator, floor, assisted)
    known = [(one.se, one.df) for one in three if one.se is not None and one.df is not None]
    if len(known) < len(three) or numerator.estimate is None:
        return None, next(one.reason for one in three if one.se is None)
    v_n, v_d, v_a = (se**2 for se, _ in known)
    t = t_quantile((1 + level) / 2, min(df for _, df in known))
    # With the guard of the jackknife the three need not be the variances of one pair; a correlation stays within 1.
    limit = math.sqrt(v_n * v_d)
    c = max(-limit, min(limit, (v_n + v_d - v_a) / 2))
    a = gap**2 - t**2 * v_d
    if not a > 0:
        return None, "the interval of the gap itself holds 0, so that the data allow any ratio"
    b = numerator.estimate * gap - t**2 * c
    root = math.sqrt(max(0.0, b**2 - a * (numerator.estimate**2 - t**2 * v_n)))
    return ((b - root) / a, (b + root) / a), ""


# -- votes -----------------------------------------------------------------------------------------


def _is_vote(row: Estimate, rows: Rows) -> bool:
    is_of_assisted = row.condition == WITH_MODEL and row.subgroup is None and row.rows == rows
    return is_of_assisted and row.metric == VOTES and row.task in CEILINGS_OF_VOTES


def _of_votes(row: Estimate, estimates: Sequence[Estimate], why_not: str, level: float) -> Estimate:
    """Votes over votes: the gap of the panels' decisions with the assistant over those alone."""
    floor = next(
        (
            other
            for other in estimates
            if (other.task, other.condition, other.metric, other.rows, other.subgroup)
            == (row.task, ALONE, VOTES, row.rows, None)
        ),
        None,
    )
    ceiling = CEILINGS_OF_VOTES[row.task]
    if why_not or row.estimate is None or floor is None or floor.estimate is None:
        interval = _missing(why_not or "there is no vote of people alone and with the assistant", level)
    elif ceiling <= floor.estimate:
        interval = _missing(
            f"the floor ({floor.estimate:.3f}) is not below the ceiling ({ceiling:.3f})", level
        )
    else:
        note = "No interval: none was validated for a ratio of votes. Votes can be compared at one panel size only."
        value = (row.estimate - floor.estimate) / (ceiling - floor.estimate)
        said = f"Ceiling {ceiling:.3f}, floor {floor.estimate:.3f}."
        interval = Interval(estimate=value, level=level, note=f"{note} {said}")
    values = {name: value for name, value in asdict(interval).items() if name != "p"}
    kept = ("task", "condition", "rows", "protocol", "assistant", "provider", "model", "method")
    counts = [name for name in asdict(row) if name.startswith("n_")]
    return Estimate(
        metric=GAP_OF_VOTES,
        subgroup="floor=human_alone",
        role=Role.EXPLORATORY.value,
        **{name: getattr(row, name) for name in (*kept, *counts)},
        **values,
    )


def _missing(why: str, level: float) -> Interval:
    return Interval(estimate=None, level=level, note=f"No estimate: {why}.")


def _estimate(
    task: str,
    metric: str,
    rows: Rows,
    system: System,
    floor: str,
    interval: Interval,
    counted: pd.DataFrame,
) -> Estimate:
    return Estimate(
        task=task,
        condition=WITH_MODEL,
        metric=metric,
        rows=rows.value,
        **system.fields(),
        subgroup=f"floor={floor}",
        **{name: value for name, value in asdict(interval).items() if name != "p"},
        **asdict(count(counted)),
        role=Role.EXPLORATORY.value,
    )
