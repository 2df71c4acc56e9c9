"""Any two protocols or assistants of one study against each other: the first minus the second.

Every measure is a mean over answers of people (accuracy with equal weight per task), so that each difference is one of
two means and has the two-way jackknife interval that people with and without the assistant are compared by. Who and
which questions a system has may be the same as the other's or not; the jackknife takes both as they are, and each
row's note says how many are shared.

Exploratory, with Holm's p over the comparisons of one measure, unless the study declared a comparison by its name: then
its accuracy per task joins the confirmatory family. Coverage was simulated for differences of accuracies; the other
measures say in `ci_method` that it was not for them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.accuracy import cluster_word, method_name, over_tasks, people_part
from analysis.contrasts import ByTask, adjust, holm
from analysis.entries import WITH_MODEL, System, entering, narrowed, systems
from analysis.jackknife import Part, difference_interval, jackknife
from analysis.place import Place
from analysis.reliance import OVER, UNDER, advised
from analysis.results import ALL_TASKS, Contrast, Interval, Rows
from analysis.revision import RAIR
from analysis.scoring import OVERCONFIDENCE
from analysis.sides import why_unadvised
from analysis.sums import Clusters, mean_interval

ACCURACY, BRIER, LOG_TIME = "accuracy", "brier", "log_response_time"
FAMILY = "protocols"
COMPARED = "Participants with both"


def protocols(
    answers: pd.DataFrame,
    rows: Rows,
    compared: Sequence[Contrast],
    family: Sequence[str] = (),
    level: float = 0.95,
) -> tuple[list[Contrast], list[Contrast]]:
    """`compared` with its p adjusted for declared comparisons of protocols too, and every such comparison.

    From prepared answers; empty where people had one protocol and one assistant. `contrast` is "FIRST - SECOND" and
    names what the systems of the study differ in: the protocol, the assistant, or both joined by " · ".
    """
    answers = narrowed(
        answers,
        *("advice_choice", "advice_correct", "choice", "correct_choice", "confidence"),
        *("initial_choice", "response_time_s", "stance"),
    )
    every = list(systems(answers, WITH_MODEL))
    if len(every) < 2:
        return list(compared), []
    names = system_names([system for system, _ in every])
    found: list[Contrast] = []
    for (first, (_, own)), (second, (_, other)) in combinations(zip(names, every, strict=True), 2):
        if f"{second} - {first}" in family:
            first, own, second, other = second, other, first, own
        for task, both in over_tasks(pd.concat([own, other]), answers):
            sides = [{name: side[side["task"] == name] for name in both} for side in (own, other)]
            pair = _Pair(Place(task, WITH_MODEL, System(), rows), first, second, sides[0], sides[1], level)
            found += [row for measure in _MEASURES if (row := pair.row(measure)) is not None]
    declared = [row.contrast in family and row.metric == ACCURACY and row.task != ALL_TASKS for row in found]
    found = _explore(found, declared)
    if not any(declared):
        return list(compared), found
    adjusted = adjust([*compared, *found], family)
    return adjusted[: len(compared)], adjusted[len(compared) :]


def is_between(row: Contrast) -> bool:
    """Whether a contrast compares two protocols or assistants, declared or not: each row's note says who had both."""
    return COMPARED in row.note


def system_names(found: Sequence[System]) -> list[str]:
    """The systems by what they differ in: "debate", or "debate · helper" where assistants differ too."""
    parts = [
        [getattr(system, key) or f"unnamed {key}" for system in found]
        for key in ("protocol", "assistant")
        if len({getattr(system, key) for system in found}) > 1
    ]
    return [" · ".join(names).replace(" - ", " – ") for names in zip(*parts, strict=True)]


def _explore(found: Sequence[Contrast], declared: Sequence[bool]) -> list[Contrast]:
    """Holm's p within one measure, over pairs and tasks; all tasks together are a second account of the same."""
    adjusted = list(found)
    families: dict[str, list[int]] = {}
    for at, row in enumerate(found):
        if not declared[at]:
            together = f":{ALL_TASKS}" if row.task == ALL_TASKS else ""
            families.setdefault(f"{FAMILY}:{row.metric}{together}", []).append(at)
    for name, members in families.items():
        for at, p in zip(members, holm([found[at].p for at in members]), strict=True):
            adjusted[at] = replace(found[at], family=name, p_adjusted=p)
    return adjusted


# -- measures --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Measure:
    """One thing to compare; `take` gives the answers it is taken of with its value in the column `value`."""

    metric: str
    meaning: str
    take: Callable[[pd.DataFrame], pd.DataFrame]
    missing: Callable[[pd.DataFrame], str]
    low: float = -1.0
    high: float = 1.0


def _of_all(own: pd.DataFrame) -> pd.DataFrame:
    return own.assign(value=own["score"])


def _rated(own: pd.DataFrame) -> pd.DataFrame:
    return own[own["has_choice"] & own["confidence"].notna()]


def _overconfidence(own: pd.DataFrame) -> pd.DataFrame:
    rated = _rated(own)
    return rated.assign(value=rated["confidence"] - rated["score"])


def _brier(own: pd.DataFrame) -> pd.DataFrame:
    rated = _rated(own)
    return rated.assign(value=(rated["confidence"] - rated["score"]) ** 2)


def _over(own: pd.DataFrame) -> pd.DataFrame:
    known = advised(own)
    wrong = known[known["is_advice_right"] == 0]
    return wrong.assign(value=wrong["follows"])


def _under(own: pd.DataFrame) -> pd.DataFrame:
    known = advised(own)
    right = known[known["is_advice_right"] == 1]
    return right.assign(value=1 - right["follows"])


def _rair(own: pd.DataFrame) -> pd.DataFrame:
    known = advised(own)
    known = known[known["initial_choice"].notna() & known["correct_choice"].notna()]
    chance = (known["initial_choice"] != known["correct_choice"]) & (known["is_advice_right"] == 1)
    return known[chance].assign(value=known["score"])


def _log_time(own: pd.DataFrame) -> pd.DataFrame:
    timed = own[own["response_time_s"] > 0]
    return timed.assign(value=np.log(timed["response_time_s"].to_numpy(float)))


def _no_advice(advice: str) -> Callable[[pd.DataFrame], str]:
    return lambda own: why_unadvised(own) or f"no advice that could be read was {advice}"


_MEASURES = (
    _Measure(
        ACCURACY, "A trial without a choice counts as wrong.", _of_all, lambda own: "there are no answers"
    ),
    _Measure(
        OVERCONFIDENCE,
        "Mean confidence - share right, of answers with both.",
        _overconfidence,
        lambda own: "no confidence was given",
    ),
    _Measure(
        BRIER,
        "Mean squared distance of the confidence from whether the choice was right; below 0, the first is better.",
        _brier,
        lambda own: "no confidence was given",
    ),
    _Measure(OVER, "P(choice = advice | advice wrong). Descriptive.", _over, _no_advice("wrong")),
    _Measure(UNDER, "P(choice != advice | advice right). Descriptive.", _under, _no_advice("right")),
    _Measure(
        RAIR,
        "P(final right | initial wrong, advice right). Descriptive.",
        _rair,
        lambda own: why_unadvised(own) or "there was no such answer (0 of 0)",
    ),
    _Measure(
        LOG_TIME,
        "Mean of ln(seconds): e to the power of it is the ratio of geometric mean times. Time limits cut long times.",
        _log_time,
        lambda own: "no times are known",
        -np.inf,
        np.inf,
    ),
)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two systems in one task, or in all of them."""

    place: Place
    first: str
    second: str
    own: ByTask
    other: ByTask
    level: float

    def row(self, measure: _Measure) -> Contrast | None:
        """The comparison in one measure; None where neither system has it."""
        taken = [{name: measure.take(rows) for name, rows in side.items()} for side in (self.own, self.other)]
        used = [{name: entering(rows) for name, rows in side.items()} for side in taken]
        if all(rows.empty for side in used for rows in side.values()):
            return None
        counted = pd.concat([rows for side in taken for rows in side.values()])
        return self.place.contrast(
            f"{self.first} - {self.second}",
            measure.metric,
            self._interval(measure, used),
            counted,
            f"{measure.meaning} {self._shared(used)}",
        )

    def _interval(self, measure: _Measure, used: Sequence[ByTask]) -> Interval:
        weight = 1 / len(self.own)
        parts: list[Part] = []
        for name, side, rows_by_task, sign in zip(
            (self.first, self.second), (self.own, self.other), used, (1, -1), strict=True
        ):
            for task, rows in rows_by_task.items():
                if rows.empty:
                    where = f" in {task}" if len(rows_by_task) > 1 else ""
                    why = f"{name}{where}: {measure.missing(side[task])}"
                    return Interval(estimate=None, level=self.level, note=f"No estimate: {why}.")
                parts.append(people_part(rows, rows["value"].to_numpy(float), sign * weight))
        items = cluster_word({task: pd.concat([self.own[task], self.other[task]]) for task in self.own})
        found = jackknife(parts, items=items)
        if measure.metric == ACCURACY:
            return difference_interval(found, method_name(True, items), self.level)
        nobody = np.empty(0, dtype=np.int64)
        clusters = Clusters(nobody, nobody, items)  # only their names are asked for
        return mean_interval(found, clusters, self.level, measure.low, measure.high)

    def _shared(self, used: Sequence[ByTask]) -> str:
        said = []
        for key, noun in (("person", COMPARED), ("item", "questions with both")):
            one, two = (set().union(*(rows[key] for rows in side.values())) for side in used)
            said.append(f"{noun}: {len(one & two)} of {len(one | two)}")
        return f"{', '.join(said)}."
