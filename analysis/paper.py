"""The paper's Table 1, filled with this study's numbers, and whose rule each of them follows.

A number is "as in the paper" where the paper says how it is made and this study's answers are such as it had. It
follows "our rule" where the paper is silent: panels drawn from more people, ties, trials without a choice, confidences
between its five, empty bins, WMV winners in bins, models that are asked in another way.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis import published
from analysis.accuracy import accuracies, study_tasks
from analysis.calibration import CENTRES, bins, calibrations
from analysis.entries import ALONE, MODEL, WITH_MODEL, System, entering, narrowed, systems
from analysis.outliers import Outliers, without_outliers
from analysis.results import ALL_TASKS, Estimate, PaperCell, Role, Rows
from analysis.weighted_majority import ACCURACY, ERROR, PANEL_SIZE, TIES, is_one_panel, weighted_majorities
from analysis.words import plural

AS_IN_PAPER, OUR_RULE = "as in the paper", "our rule"
CALIBRATION_ERROR = "calibration_error_5bin"
BY_RULE = " by our reading of the paper’s outlier rule, which conditions on the outcome."
"""How the note of a number ends from which somebody was taken out."""
_METRICS = ("accuracy", CALIBRATION_ERROR)
_WMV_METRICS = (ACCURACY, ERROR)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of Table 1: its name, the condition and metrics behind it, and how a model of it was asked."""

    name: str
    condition: str
    metrics: tuple[str, str] = _METRICS
    method: str | None = None


LINES = (
    Line(published.HUMAN, ALONE),
    Line(published.HUMAN_WMV, ALONE, _WMV_METRICS),
    Line(published.ZERO_SHOT, MODEL, method="zero_shot"),
    Line(published.FEW_SHOT, MODEL, method="few_shot"),
    Line(published.BEST_OF_N, MODEL, method="best_of_n"),
    Line(published.ASSISTED, WITH_MODEL),
    Line(published.ASSISTED_WMV, WITH_MODEL, _WMV_METRICS),
)


# -- without the paper's outliers ----------------------------------------------------------------------


def estimates_without_outliers(
    answers: pd.DataFrame,
    known: Sequence[Estimate],
    found: Sequence[Outliers],
    size: int = PANEL_SIZE,
    level: float = 0.95,
) -> list[Estimate]:
    """The numbers of Table 1's human lines without the paper's outliers; `known` are those with everybody.

    A task in which nobody fits the rule keeps its numbers; one to which it cannot be applied has nulls and the reason.
    """
    rows = Rows.PAPER_OUTLIERS_REMOVED
    fresh: list[Estimate] = []
    if any(one.persons for one in found):
        marked = without_outliers(answers, found)
        marked = marked[marked["condition"] != MODEL]
        fresh += accuracies(marked, rows, level) + calibrations(marked, rows)
        fresh += weighted_majorities(marked, rows, size, level)
    by_task = {one.task: one for one in found}
    made = []
    for row in known:
        one = by_task.get(row.task)
        if one is None or row.rows != Rows.ALL or row.condition == MODEL or row.subgroup:
            continue
        if row.metric not in (*_METRICS, *_WMV_METRICS, TIES):
            continue
        changed = replace(row, rows=rows.value, role=Role.AS_IN_PAPER.value)
        if one.why_not:
            made.append(
                _without_number(changed, f"No estimate: the outlier rule cannot be used, {one.why_not}.")
            )
        elif not one.persons:
            made.append(_noted(changed, "Nobody fits the outlier rule."))
        else:
            same = next((new for new in fresh if new.key == changed.key), None)
            said = f"Without {plural(len(one.persons), 'participant')}{BY_RULE}"
            made.append(
                _noted(replace(same, role=Role.AS_IN_PAPER.value), said)
                if same
                else _without_number(changed, "No estimate: without the outliers there are no answers.")
            )
    return made


def _noted(row: Estimate, said: str) -> Estimate:
    return replace(row, note=" ".join(part for part in (row.note, said) if part))


def _without_number(row: Estimate, why: str) -> Estimate:
    bare = replace(row, note=why, estimate=None, ci_low=None, ci_high=None, ci_method=None)
    return replace(bare, se=None, df=None, is_guarded=False)


# -- Table 1 -------------------------------------------------------------------------------------------


def table_1(answers: pd.DataFrame, estimates: Iterable[Estimate]) -> list[PaperCell]:
    """Table 1 in its own order, cell by cell, per task of prepared answers; models asked otherwise follow its own."""
    answers = narrowed(answers, "choice", "confidence", "p_source", "p_a", "p_b", "p_c", "p_d")
    by_key = {row.key: row for row in estimates if row.task != ALL_TASKS}
    return [cell for task in study_tasks(answers) for cell in _of_task(answers, task, by_key)]


def _of_task(
    answers: pd.DataFrame, task: str, by_key: dict[tuple[str | None, ...], Estimate]
) -> Iterator[PaperCell]:
    for line in _lines(answers, task):
        who = [
            (system, rows)
            for system, rows in _systems(answers, task, line.condition)
            if line.method is None or _is_asked(system, line.method)
        ]
        for metric, column in zip(line.metrics, _METRICS, strict=True):
            blank = PaperCell(
                task=task,
                line=line.name,
                metric=metric,
                rows=Rows.ALL.value,
                condition=line.condition,
                published=_published(task, line.name, column),
            )
            if not who:
                nobody = "No model alone was asked this way." if line.method else "Nobody answered this way."
                yield replace(blank, note=nobody)
            for system, rows in who:
                for account in (Rows.ALL, Rows.PAPER_OUTLIERS_REMOVED):
                    key = (task, line.condition, metric, account.value, *system.fields().values(), None)
                    if account == Rows.ALL or line.condition != MODEL:
                        tied = by_key.get((*key[:2], TIES, *key[3:])) if metric == ACCURACY else None
                        cell = _cell(replace(blank, rows=account.value), by_key.get(key), system, rows)
                        yield _with_ties(cell, tied)
    if expert := published.TABLE_1.get(task, {}).get(published.EXPERT):
        yield PaperCell(
            task=task,
            line=published.EXPERT,
            metric="accuracy",
            rows=Rows.ALL.value,
            published=expert.accuracy,
            note="Estimates that others had published; this study asks no experts.",
        )


def _systems(answers: pd.DataFrame, task: str, condition: str) -> list[tuple[System, pd.DataFrame]]:
    """As everywhere, a system is told from all tasks; here are its answers in one."""
    parted = [(system, rows[rows["task"] == task]) for system, rows in systems(answers, condition)]
    return [(system, rows) for system, rows in parted if len(rows)]


def _lines(answers: pd.DataFrame, task: str) -> list[Line]:
    """The paper's lines; after its models, one more for each other way in which a model was asked."""
    asked = [system for system, _ in _systems(answers, task, MODEL)]
    ways = [line.method for line in LINES if line.method]
    others = sorted(
        {system.method or "" for system in asked if not any(_is_asked(system, way) for way in ways)}
    )
    more = [Line(f"Model {method}".strip(), MODEL, method=method) for method in others]
    place = next(n for n, line in enumerate(LINES) if line.name == published.ASSISTED)
    return [*LINES[:place], *more, *LINES[place:]]


def _is_asked(system: System, way: str) -> bool:
    """Whether a model was asked in this way, whatever was set of it: best_of_n(n=5) is a best_of_n."""
    return (system.method or "") == way or re.match(r"[a-z_]*", system.method or "").group() == way  # type: ignore[union-attr]


def _published(task: str, line: str, column: str) -> float | None:
    found = published.TABLE_1.get(task, {}).get(line)
    if found is None:
        return None
    return found.accuracy if column == "accuracy" else found.calibration_error


def _cell(blank: PaperCell, row: Estimate | None, system: System, rows: pd.DataFrame) -> PaperCell:
    cell = replace(blank, **system.fields())
    if row is None:
        lacks = (
            "no answer that enters has a confidence" if "calibration" in cell.metric else "no answer enters"
        )
        return replace(cell, note=f"No estimate: {lacks}.")
    if row.estimate is None:
        return replace(cell, note=row.note)
    whys = [why for why in _WHYS[cell.metric](entering(rows), rows, system) if why]
    if cell.rows == Rows.PAPER_OUTLIERS_REMOVED:
        whys.append("the paper names no limit of its outlier rule")
    return replace(
        cell,
        estimate=row.estimate,
        ci_low=row.ci_low,
        ci_high=row.ci_high,
        rule=OUR_RULE if whys else AS_IN_PAPER,
        why="; ".join(whys),
        note=row.note,
    )


def _with_ties(cell: PaperCell, tied: Estimate | None) -> PaperCell:
    if cell.rule is None or tied is None or not tied.estimate:
        return cell
    why = "where options tie, the right one earns its share"
    return replace(cell, rule=OUR_RULE, why="; ".join(part for part in (cell.why, why) if part))


# -- where the paper is silent -------------------------------------------------------------------------


def _of_accuracy(used: pd.DataFrame, rows: pd.DataFrame, system: System) -> Iterator[str]:
    if n := int((~used["has_choice"]).sum()):
        yield f"{n} trials without a choice count as wrong"
    if (rows["condition"] == MODEL).all():
        if used["item"].duplicated().any():
            yield "several answers to a question are averaged"
        yield from _of_method(used, system)
    elif used.groupby("person").size().nunique() > 1:
        yield "participants answered different numbers of questions; every answer weighs the same"


def _of_method(used: pd.DataFrame, system: System) -> Iterator[str]:
    method = system.method or ""
    if "(" in method:
        yield f"asked as {method}"
    if method.startswith("best_of_n"):
        yield "a model scores the reasonings, where the paper had a preference model"
    elif not _is_asked(system, "zero_shot") and not _is_asked(system, "few_shot"):
        yield "the paper has no model asked this way"
    if (used["p_source"] != "logprob").any():
        yield "not every answer is the likeliest letter by log-probabilities (p_source)"


def _of_calibration(used: pd.DataFrame, rows: pd.DataFrame, system: System) -> Iterator[str]:
    chosen = used[used["has_choice"]]
    confidence = chosen["confidence"].dropna().to_numpy(float)
    if n := len(chosen) - len(confidence):
        yield f"{n} answers without a confidence are left out"
    if empty := len(CENTRES) - len(np.unique(bins(confidence))):
        yield f"{empty} empty bins are left out"
    if (rows["condition"] == MODEL).all():
        if used["item"].duplicated().any():
            yield "several answers to a question share the weight of one"
        yield from _of_method(used, system)
    elif not np.isclose(confidence[:, None], np.array(CENTRES), atol=1e-6).any(axis=1).all():
        yield "confidences between the paper’s five go to the nearest, a midpoint up"


def _of_votes(used: pd.DataFrame, rows: pd.DataFrame, system: System) -> Iterator[str]:
    if not is_one_panel(rows):
        yield "panels of one size are drawn from those who answered a question"
    if used[["p_a", "p_b", "p_c", "p_d"]].notna().all(axis=1).any():
        yield "distributions over options are cut and made to add up to 1"
    if (used["choice"].isna() | used["confidence"].isna()).any():
        yield "an answer without a choice or a confidence gives no vote"


def _of_winners(used: pd.DataFrame, rows: pd.DataFrame, system: System) -> Iterator[str]:
    yield "the winner’s share of all scores is put in the nearest bin; empty bins are left out"


_WHYS: dict[str, Callable[[pd.DataFrame, pd.DataFrame, System], Iterator[str]]] = {
    "accuracy": _of_accuracy,
    CALIBRATION_ERROR: _of_calibration,
    ACCURACY: _of_votes,
    ERROR: _of_winners,
}
