"""The paper's outliers: people so good on their own that the assistant has little to teach them.

Bowman et al. 2022 left out one of five participants per task, because that person was far above the other four
unassisted (84% against 57%, and 89% against 49%) and above the best model alone. It names no limit. Our reading, per
task: unassisted accuracy above that of the best model alone, at least 20 points above the mean of the others (the
paper's gaps were 27 and 40) and at least 10 above each of them, so that nobody is taken from the upper end of a crowd.
At most one person of a task fits. Both of that person's conditions are left out of the task.

The rule looks at the outcome. It lowers unassisted accuracy by its making, and so flatters the assistant; where people
answered few questions it also takes the lucky. It is shown beside the paper's numbers and used nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.accuracy import item_scores, study_tasks
from analysis.entries import ALONE, MODEL, entering, systems
from analysis.exclusions import ENTERS
from analysis.results import Exclusion

GAP_TO_MEAN = 0.20
GAP_TO_NEXT = 0.10
_HAIR = 1e-9  # a gap of 20 points exactly is one, also where floats make it less
RULE = "paper_outliers"
READING = (
    "Our reading of the paper’s rule, per task: one participant, unassisted more often right than the best model "
    "alone, at least 20 points above the mean of the others and 10 above each of them. It conditions on the outcome: "
    "it lowers unassisted accuracy by its making. Used beside the paper’s numbers only."
)


@dataclass(frozen=True, slots=True)
class Outliers:
    """Who fits the rule in one task; `best_model` is the accuracy to beat, `why_not` why the rule cannot be used."""

    task: str
    persons: tuple[int, ...] = ()
    best_model: float | None = None
    why_not: str = ""


def outliers(answers: pd.DataFrame) -> list[Outliers]:
    """Who fits the rule in each task of prepared answers."""
    return [_of_task(answers[answers["task"] == task], task) for task in study_tasks(answers)]


def _of_task(answers: pd.DataFrame, task: str) -> Outliers:
    alone = entering(answers[answers["condition"] == ALONE]).groupby("person")["score"].mean()
    models = [item_scores(rows).mean() for _, rows in systems(answers, MODEL) if len(entering(rows))]
    if alone.empty:
        return Outliers(task, why_not="nobody answered alone")
    if not models:
        return Outliers(task, why_not="there are no answers of a model alone")
    best = float(max(models))
    if len(alone) < 3:
        return Outliers(task, best_model=best, why_not="fewer than three participants answered alone")
    top: int = alone.idxmax()  # type: ignore[assignment]
    others = alone.drop(top)
    fits = (
        alone[top] > best + _HAIR
        and alone[top] - others.mean() >= GAP_TO_MEAN - _HAIR
        and alone[top] - others.max() >= GAP_TO_NEXT - _HAIR
    )
    return Outliers(task, (int(top),) if fits else (), best)


def without_outliers(answers: pd.DataFrame, found: Sequence[Outliers]) -> pd.DataFrame:
    """The prepared answers with those of outliers marked as excluded, in the task in which they fit the rule."""
    excluded = answers["excluded"].copy()
    for one in found:
        excluded |= (
            (answers["task"] == one.task)
            & (answers["condition"] != MODEL)
            & answers["person"].isin(one.persons)
        )
    return answers.assign(excluded=excluded)


def removal(answers: pd.DataFrame, found: Sequence[Outliers]) -> list[Exclusion]:
    """What the rule took out, as rows of `exclusions`: one for the study, with what it was in each task."""
    if not found:
        return []
    applied = [one for one in found if not one.why_not]
    said = [
        f"{one.task}: not applied, {one.why_not}" if one.why_not else f"{one.task}: {len(one.persons)}"
        for one in found
    ]
    note = f"{READING} Participants: {'; '.join(said)}."
    if not applied:
        return [Exclusion(rule=RULE, declared=False, n_participants=None, n_answers=None, note=note)]
    marked = without_outliers(answers, found)
    out = marked["excluded"] & ~answers["excluded"]
    return [
        Exclusion(
            rule=RULE,
            declared=False,
            n_participants=len({person for one in applied for person in one.persons}),
            n_answers=int((out & (answers["left_out"] == ENTERS)).sum()),
            note=note,
        )
    ]
