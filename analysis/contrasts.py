"""Whether people with the assistant are right more often than each baseline.

Three baselines. `human_alone` is other trials of people, a difference of two means. `model_alone` is paired by
question: each answer of a person with the assistant minus the model's score on that question, so that both sides
rest on the same questions with the same weights. `advice` is paired by trial: each answer minus whether the
assistant's last stated advice on that very trial was right, what always following it would have earned.

A debate, whose two sides argue for different options, has no advice: that contrast is null and no headline.

For all tasks together the jackknife runs on the equal-weight statistic itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import pandas as pd

from analysis.accuracy import (
    METRICS,
    cluster_word,
    drop_unanswered,
    item_scores,
    method_name,
    over_tasks,
    people_part,
)
from analysis.entries import ALONE, MODEL, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.jackknife import Part, difference_interval, jackknife
from analysis.manifest import Manifest, ModelChoice
from analysis.results import ALL_TASKS, Contrast, Interval, Role, Rows
from analysis.sides import is_debate, is_two_sided, why_unadvised

OVER_HUMAN = f"{WITH_MODEL} - {ALONE}"
OVER_MODEL = f"{WITH_MODEL} - {MODEL}"
OVER_ADVICE = f"{WITH_MODEL} - advice"
KNOWN = (OVER_HUMAN, OVER_MODEL, OVER_ADVICE)
DEFAULT_FAMILY = (OVER_HUMAN, OVER_MODEL)
FAMILY = "confirmatory"

SYSTEMS_DIFFER = "The assistant was told what to argue for; the model alone was not: two different systems."

ByTask = Mapping[str, pd.DataFrame]
"""Study answers per task; a mapping with one entry is one task, with several it is all of them."""


def contrasts(answers: pd.DataFrame, rows: Rows, manifest: Manifest, level: float = 0.95) -> list[Contrast]:
    """Every comparison of people with the assistant, per task, system and metric, with Holm's p in the family."""
    answers = narrowed(answers, "advice_choice", "advice_correct", "stance")
    model, why_none = comparator(answers, manifest.primary_model_alone)
    found: list[Contrast] = []
    for metric in METRICS:
        scored = drop_unanswered(answers, metric)
        alone = scored[scored["condition"] == ALONE]
        for system, own in systems(scored, WITH_MODEL):
            for task, assisted in over_tasks(own, scored):
                base = _Base(task, metric, rows, level, system, assisted, manifest.margin)
                found.append(_over_human(base, alone))
                found.append(_over_model(base, scored, model, why_none))
                if own["advice_correct"].notna().any() or is_manipulated(answers):
                    found.append(_over_advice(base))
    return adjust(found, manifest.family if manifest.family is not None else DEFAULT_FAMILY)


def comparator(answers: pd.DataFrame, declared: ModelChoice | None) -> tuple[System | None, str]:
    """The model alone that people are compared with, or None and why: the declared one, else the only one there."""
    found = [system for system, _ in systems(answers, MODEL)]
    if not found:
        return None, "there are no answers of a model alone"
    if declared is None:
        if len(found) == 1:
            return found[0], ""
        return None, f"{len(found)} models answered alone and none was declared as the comparator"
    wanted = {key: value for key, value in asdict(declared).items() if value is not None}
    fitting = [
        system for system in found if all(system.fields()[key] == value for key, value in wanted.items())
    ]
    if len(fitting) == 1:
        return fitting[0], ""
    name = " ".join(wanted.values())
    return None, f"the declared model alone ({name}) fits {len(fitting)} of the {len(found)} that answered"


def is_manipulated(answers: pd.DataFrame) -> bool:
    """Whether any assistant was told what to argue for."""
    mode = answers.loc[answers["condition"] == WITH_MODEL, "assistant_mode"]
    return bool((mode.notna() & (mode != "as_is")).any())


def headlines(answers: pd.DataFrame) -> Callable[[Contrast], str]:
    """The contrast that stands beside the one with people alone, for the system of a row.

    With what the assistant argued for, where any was told what to; else with the model alone. A debate argues for two
    options and has no advice to be set against: there it is the model alone, which argues for neither.
    """
    debates = {
        (system.protocol, system.assistant) for system, own in systems(answers, WITH_MODEL) if is_debate(own)
    }
    told = is_manipulated(answers[~is_two_sided(answers)])

    def headline(row: Contrast) -> str:
        return OVER_ADVICE if told and (row.protocol, row.assistant) not in debates else OVER_MODEL

    return headline


# -- the three baselines ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Base:
    """What the contrasts of one system, task and metric share."""

    task: str
    metric: str
    rows: Rows
    level: float
    system: System
    assisted: ByTask
    margin: float | None

    @property
    def used(self) -> ByTask:
        return {name: entering(own) for name, own in self.assisted.items()}

    def contrast(
        self, name: str, interval: Interval, counted: pd.DataFrame, note: str = "", method: str | None = None
    ) -> Contrast:
        values = asdict(interval)
        values["note"] = " ".join(part for part in (interval.note, note) if part)
        return Contrast(
            task=self.task,
            contrast=name,
            metric=self.metric,
            rows=self.rows.value,
            **{**self.system.fields(), "method": method},
            **values,
            **asdict(count(counted)),
            margin=self.margin,
        )

    def interval(self, parts: Sequence[Part]) -> Interval:
        items = cluster_word(self.assisted)
        return difference_interval(jackknife(parts, items=items), method_name(True, items), self.level)

    def missing(self, why: str) -> Interval:
        return Interval(estimate=None, level=self.level, note=f"No estimate: {why}.")

    @property
    def everything(self) -> pd.DataFrame:
        return pd.concat(self.assisted.values())


def _over_human(base: _Base, alone: pd.DataFrame) -> Contrast:
    weight = 1 / len(base.used)
    parts = []
    for task, assisted in base.used.items():
        unaided = entering(alone[alone["task"] == task])
        parts.append(people_part(assisted, assisted["score"].to_numpy(float), weight))
        parts.append(people_part(unaided, unaided["score"].to_numpy(float), -weight))
    both = pd.concat([base.everything, alone[alone["task"].isin(list(base.assisted))]])
    return base.contrast(OVER_HUMAN, base.interval(parts), both)


def _over_model(base: _Base, scored: pd.DataFrame, model: System | None, why_none: str) -> Contrast:
    if model is None:
        return base.contrast(OVER_MODEL, base.missing(why_none), base.everything)
    own = next((rows for system, rows in systems(scored, MODEL) if system == model), scored.iloc[:0])
    known = item_scores(own)
    baseline = base.everything["item"].map(known)
    differ = is_manipulated(scored)
    return _paired(base, OVER_MODEL, baseline, "the model alone did not answer their question", differ, model)


def _over_advice(base: _Base) -> Contrast:
    everything = base.everything
    if why := why_unadvised(everything):
        return base.contrast(OVER_ADVICE, base.missing(why), everything)
    why = "no advice that could be read was stated"
    if is_debate(everything):
        why += ", or the two sides differed"
    return _paired(base, OVER_ADVICE, everything["advice_correct"], why, False, None)


def _paired(
    base: _Base, name: str, baseline: pd.Series, why_unpaired: str, differ: bool, model: System | None
) -> Contrast:
    everything = base.everything
    paired = everything[baseline.notna() | (everything["left_out"] != "")]
    parts, weight = [], 1 / len(base.used)
    for task in base.used:
        own = entering(paired[paired["task"] == task])
        value = (own["score"] - baseline.loc[own.index]).to_numpy(float)
        parts.append(people_part(own, value, weight))
    interval = base.interval(parts)
    if interval.estimate is None and len(entering(everything)) and not len(entering(paired)):
        interval = base.missing(why_unpaired)
    n_unpaired = len(entering(everything)) - len(entering(paired)) if len(entering(paired)) else 0
    notes = []
    if model is not None:
        notes.append(f"Model alone: {model.name or 'unnamed'}, paired by question; one fixed system.")
    if n_unpaired:
        notes.append(f"{n_unpaired} answers are left out because {why_unpaired}.")
    if differ:
        notes.append(SYSTEMS_DIFFER)
    return base.contrast(name, interval, paired, " ".join(notes), model.method if model else None)


# -- several tests ---------------------------------------------------------------------------------


def adjust(found: Sequence[Contrast], family: Sequence[str]) -> list[Contrast]:
    """Mark the confirmatory family and give its members Holm's p: the declared contrasts in accuracy, per task.

    Answers before and after exclusions are two accounts of one study and are adjusted apart. A member without p is
    not counted among the tests.
    """
    adjusted = []
    members = [
        row for row in found if row.metric == "accuracy" and row.task != ALL_TASKS and row.contrast in family
    ]
    by_key = dict(zip([row.key for row in members], holm([row.p for row in members]), strict=True))
    for row in found:
        if row.key in by_key:
            role = Role.PRIMARY if row.rows == Rows.ALL else Role.SECONDARY
            row = replace(row, family=FAMILY, p_adjusted=by_key[row.key], role=role.value)
        adjusted.append(row)
    return adjusted


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjusted p values in the given order; None stays None and does not count."""
    known = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    running = 0.0
    for rank, (p, place) in enumerate(known):
        running = max(running, min(1.0, (len(known) - rank) * p))
        adjusted[place] = running
    return adjusted
