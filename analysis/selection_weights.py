"""What the numbers would be for all questions that could have been drawn, where some were likelier to be drawn.

A study whose questions were selected speaks of those questions. Where the plan drew each with a known probability
(`selection_prob` in questions.csv), answers weighted by 1/selection_prob speak of all that were eligible (Hajek 1971: a
weighted mean, so that an easy draw does not count twice). Weights add noise: the interval is wider, and rests on few
questions where some were very unlikely.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from analysis.accuracy import over_tasks
from analysis.contrasts import OVER_HUMAN
from analysis.entries import ALONE, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.export import Export
from analysis.jackknife import Floats
from analysis.results import Contrast, Estimate, Interval, Role, Rows
from analysis.sensitivity import ALL_ELIGIBLE, PREFIX
from analysis.sums import clusters_of, jackknife_sums, mean_interval, ratio

WEIGHTED = "weighted=1/selection_prob"
_NOTE = (
    "Answers weighted by 1/selection_prob: about all questions that were eligible when the questions were selected, "
    "not about those that were drawn."
)


def weighted_by_selection(
    export: Export, answers: pd.DataFrame, rows: Rows, level: float = 0.95
) -> tuple[list[Estimate], list[Contrast]]:
    """Accuracies of people and their difference, from prepared answers; nothing where all draws were alike."""
    weight = _weights(export, answers)
    if weight is None:
        return [], []
    known = narrowed(answers).assign(weight=weight.to_numpy())
    alone = known[known["condition"] == ALONE]
    estimates: list[Estimate] = []
    contrasts: list[Contrast] = []
    for condition in (ALONE, WITH_MODEL):
        for system, own in systems(known, condition):
            for task, by_task in over_tasks(own, known):
                interval, counted = _mean(by_task, level)
                estimates.append(_estimate(task, condition, rows, system, interval, counted))
    for system, own in systems(known, WITH_MODEL):
        for task, by_task in over_tasks(pd.concat([own, alone]), known):
            interval, counted = _difference(by_task, level)
            contrasts.append(_contrast(task, rows, system, interval, counted))
    return estimates, contrasts


def _weights(export: Export, answers: pd.DataFrame) -> pd.Series | None:
    """1/selection_prob per answer; None where it is not known or the same for all questions of each task."""
    questions = export.questions
    if questions is None or "selection_prob" not in questions or questions["selection_prob"].isna().all():
        return None
    chance = questions.dropna(subset=["question_id"]).drop_duplicates(["task", "question_id"])
    by_question = chance.set_index(["task", "question_id"])["selection_prob"]
    place = pd.MultiIndex.from_frame(answers[["task", "question_id"]])
    own = pd.Series(by_question.reindex(place).to_numpy(float), index=answers.index)
    used = own[answers.index.isin(entering(answers).index)]
    if used.isna().any() or not (used > 0).all():
        return None
    spread = used.groupby(answers.loc[used.index, "task"]).agg(lambda one: one.max() - one.min())
    if not (spread > 1e-12).any():
        return None
    return (1 / own).fillna(0.0)


def _mean(by_task: Mapping[str, pd.DataFrame], level: float) -> tuple[Interval, pd.DataFrame]:
    everything = pd.concat(by_task.values())
    used = entering(everything)
    columns = np.hstack([_sums(used, used["task"] == task) for task in by_task])

    def mean(totals: Floats) -> Floats:
        return np.asarray(
            np.mean([ratio(totals[..., 2 * i : 2 * i + 2]) for i in range(len(by_task))], axis=0)
        )

    clusters = clusters_of(used)
    return mean_interval(jackknife_sums(columns, mean, clusters), clusters, level, 0, 1), everything


def _difference(by_task: Mapping[str, pd.DataFrame], level: float) -> tuple[Interval, pd.DataFrame]:
    everything = pd.concat(by_task.values())
    used = entering(everything)
    columns = np.hstack(
        [
            _sums(used, (used["task"] == task) & (used["condition"] == condition))
            for task in by_task
            for condition in (WITH_MODEL, ALONE)
        ]
    )

    def difference(totals: Floats) -> Floats:
        each = [
            ratio(totals[..., 4 * i : 4 * i + 2]) - ratio(totals[..., 4 * i + 2 : 4 * i + 4])
            for i in range(len(by_task))
        ]
        return np.asarray(np.mean(each, axis=0))

    clusters = clusters_of(used)
    return mean_interval(jackknife_sums(columns, difference, clusters), clusters, level, -1, 1), everything


def _sums(used: pd.DataFrame, belongs: pd.Series) -> Floats:
    weight = used["weight"].to_numpy(float) * belongs.to_numpy(float)
    # In units of their mean, so that totals count answers, as the tolerance of a ratio takes for granted.
    weight = weight / max(float(used["weight"].mean()), 1e-300)
    return np.column_stack([weight * used["score"].fillna(0.0).to_numpy(float), weight])


def _estimate(
    task: str, condition: str, rows: Rows, system: System, interval: Interval, counted: pd.DataFrame
) -> Estimate:
    return Estimate(
        task=task,
        condition=condition,
        metric="accuracy",
        rows=rows.value,
        **system.fields(),
        subgroup=WEIGHTED,
        **{name: value for name, value in _noted(interval).items() if name != "p"},
        **asdict(count(counted)),
        role=Role.SECONDARY.value,
    )


def _contrast(task: str, rows: Rows, system: System, interval: Interval, counted: pd.DataFrame) -> Contrast:
    return Contrast(
        task=task,
        contrast=OVER_HUMAN,
        metric="accuracy",
        rows=rows.value,
        **system.fields(),
        subgroup=PREFIX + ALL_ELIGIBLE,
        **_noted(interval),
        **asdict(count(counted)),
        role=Role.SECONDARY.value,
    )


def _noted(interval: Interval) -> dict[str, Any]:
    return asdict(interval) | {"note": f"{interval.note} {_NOTE}".strip()}
