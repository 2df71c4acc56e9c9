"""How often each condition is right: per task, and over tasks with equal weight for each.

`accuracy` counts a trial without a choice as wrong, `accuracy_answered` leaves it out. Intervals are over new
participants and new questions for people, over new questions for a model alone, which is one fixed system.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from analysis.columns import Condition
from analysis.coverage import FEW_PEOPLE, OF_FEW_PEOPLE
from analysis.entries import MODEL, System, count, entering, is_out, narrowed, systems
from analysis.exclusions import ENTERS
from analysis.jackknife import Floats, Part, accuracy_interval, jackknife
from analysis.results import ALL_TASKS, Estimate, Interval, Role, Rows

METRICS = ("accuracy", "accuracy_answered")


def accuracies(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """Accuracy per task, condition and system from prepared answers (`analysis.entries.prepare`)."""
    answers = narrowed(answers)
    found = []
    for metric in METRICS:
        scored = drop_unanswered(answers, metric)
        for condition in Condition:
            for system, own in systems(scored, condition):
                for task, by_task in over_tasks(own, scored):
                    interval = _accuracy(by_task, condition, task, level)
                    found.append(_estimate(task, condition, metric, rows, system, by_task, interval))
    return found


def drop_unanswered(answers: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The answers that a metric is made from: all of them, or those with a choice and what was void beside them."""
    if metric == "accuracy":
        return answers
    return answers[answers["has_choice"] | (answers["left_out"] != "")]


def over_tasks(
    own: pd.DataFrame, everything: pd.DataFrame
) -> Iterable[tuple[str, Mapping[str, pd.DataFrame]]]:
    """The answers of each task on its own, and of all tasks together where the study has several."""
    tasks = study_tasks(everything)
    by_task = {task: own[own["task"] == task] for task in tasks}
    for task, answers in by_task.items():
        if len(answers):
            yield task, {task: answers}
    if len(tasks) > 1:
        yield ALL_TASKS, by_task


def study_tasks(answers: pd.DataFrame) -> list[str]:
    """The tasks of which any answer enters, in alphabetical order."""
    enters = is_out(answers, ENTERS) & ~answers["excluded"].to_numpy(bool)
    return sorted({str(task) for task in answers["task"][enters].unique()})


def _accuracy(by_task: Mapping[str, pd.DataFrame], condition: str, task: str, level: float) -> Interval:
    used = {name: entering(rows) for name, rows in by_task.items()}
    if empty := [name for name, rows in used.items() if rows.empty]:
        return Interval(
            estimate=None, level=level, note=f"No estimate: there are no answers in {', '.join(empty)}."
        )
    make = model_part if condition == MODEL else people_part
    parts = [make(rows, rows["score"].to_numpy(float), 1 / len(used)) for rows in used.values()]
    items = cluster_word(by_task)
    # Of a model that answers a question several times, each question counts once.
    n_answers = sum(part.value.size for part in parts)
    method = method_name(condition != MODEL, items)
    interval = accuracy_interval(jackknife(parts, items=items), n_answers, method, level)
    n_people = min(own["person"].nunique() for own in used.values())
    if condition != MODEL and n_people < FEW_PEOPLE and interval.se is not None:
        return replace(interval, note=f"{interval.note} {OF_FEW_PEOPLE}".strip())
    return interval


def people_part(rows: pd.DataFrame, value: Floats, coefficient: float) -> Part:
    """One mean over people's answers for the jackknife."""
    return Part(coefficient, value, rows["person"].to_numpy(np.int64), rows["cluster"].to_numpy(np.int64))


def model_part(rows: pd.DataFrame, value: Floats, coefficient: float) -> Part:
    """One mean over a model's questions for the jackknife; several answers to one question are averaged first."""
    by_item = (
        rows.assign(value=value).groupby("item").agg(value=("value", "mean"), cluster=("cluster", "first"))
    )
    return Part(coefficient, by_item["value"].to_numpy(float), None, by_item["cluster"].to_numpy(np.int64))


def item_scores(rows: pd.DataFrame) -> pd.Series:
    """A model's score on each question, indexed by `item`: the mean over its answers to that question."""
    return entering(rows).groupby("item")["score"].mean()


def cluster_word(by_task: Mapping[str, pd.DataFrame]) -> str:
    """What the jackknife leaves out: question, passage, or either where tasks differ."""
    kinds = {bool(rows["by_passage"].any()) for rows in by_task.values()}
    return "question or passage" if len(kinds) == 2 else "passage" if kinds == {True} else "question"


def method_name(has_people: bool, items: str) -> str:
    """The `ci_method` of the jackknife over these clusters."""
    plural = items.replace(" or ", "s or ") + "s"
    return (
        f"two-way cluster jackknife, participants x {plural}"
        if has_people
        else f"cluster jackknife, {plural}"
    )


def _estimate(
    task: str,
    condition: str,
    metric: str,
    rows: Rows,
    system: System,
    by_task: Mapping[str, pd.DataFrame],
    interval: Interval,
) -> Estimate:
    counts = count(pd.concat(by_task.values()))
    values = {name: value for name, value in asdict(interval).items() if name != "p"}
    role = Role.PRIMARY if metric == "accuracy" and rows is Rows.ALL and task != ALL_TASKS else Role.SECONDARY
    return Estimate(
        task=task,
        condition=str(condition),
        metric=metric,
        rows=rows.value,
        **system.fields(),
        **values,
        **asdict(counts),
        role=role.value,
    )
