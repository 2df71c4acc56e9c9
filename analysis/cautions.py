"""Reasons to read the numbers with care, found by rule.

The thresholds (10 participants, 20 questions or passages, 4 degrees of freedom, 6 participants per arm) are
judgement from the simulations behind `analysis.jackknife`, not measured limits.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.columns import ParticipantKind
from analysis.contrasts import KNOWN, OVER_ADVICE, OVER_HUMAN, OVER_MODEL, is_manipulated
from analysis.entries import ALONE, MODEL, WITH_MODEL, entering
from analysis.export import Export
from analysis.results import ALL_TASKS, Caution, Contrast, Rows
from analysis.sides import is_two_sided

FEW_PARTICIPANTS, FEW_CLUSTERS, FEW_DF, FEW_PER_ARM = 10, 20, 4.0, 6
SHARED_ITEMS = 0.5
"""Below this share of questions answered in both conditions, the conditions are compared on different questions."""


@dataclass(frozen=True, slots=True)
class _Found:
    code: str
    message: str
    where: str = ""


def cautions(
    export: Export, answers: pd.DataFrame, contrasts: Sequence[Contrast], between: Sequence[Contrast] = ()
) -> list[Caution]:
    """Every reason found, each once with all the places it concerns, the weightiest first."""
    known = {*KNOWN, *(row.contrast for row in between)}
    found = [*_about_the_export(export, answers), *_about_comparisons(export, answers, contrasts, known)]
    found += [*_about_sizes(answers), *_about_contrasts(contrasts)]
    merged: dict[tuple[str, str], list[str]] = {}
    for item in found:
        places = merged.setdefault((item.code, item.message), [])
        if item.where and item.where not in places:
            places.append(item.where)
    return [Caution(code=code, message=text, where=tuple(places)) for (code, text), places in merged.items()]


def _about_the_export(export: Export, answers: pd.DataFrame) -> Iterable[_Found]:
    for name in export.changed:
        if name in export.files:
            text = "This file differs from what the export wrote: it was changed afterwards."
        else:
            text = "This file is listed in the manifest and is missing."
        yield _Found("file_changed", text, name)
    used = entering(answers)
    people = used[used["condition"] != MODEL]
    is_play = export.manifest.flag("is_rehearsal") or export.manifest.flag("is_demo")
    if len(people) and (people["participant_kind"] == ParticipantKind.SIMULATED).all() and not is_play:
        yield _Found("simulated_only", "All participants are simulated: nothing here is about people.")
    if (answers["left_out"] == "simulated").any():
        yield _Found(
            "simulated_left_out", "Simulated participants answered beside real ones and are left out."
        )
    if answers["study_id"].nunique() > 1:
        yield _Found("several_studies", "The answers come from several studies and are analysed as one.")
    n_deleted = export.manifest.mapping("counts").get("deleted")
    if isinstance(n_deleted, int) and n_deleted > 0:
        who = "1 participant was" if n_deleted == 1 else f"{n_deleted:,} participants were"
        yield _Found(
            "deleted", f"{who} deleted from the record on request: nothing of theirs is in these numbers."
        )
    if (sites := export.manifest.raw.get("sources")) and isinstance(sites, list):
        text = f"The answers come from {len(sites)} sites with one plan and are analysed as one study."
        yield _Found("several_sites", text)
    if statement := export.manifest.mapping("selection").get("statement"):
        yield _Found("selected_questions", str(statement))
    if export.manifest.flag("pilot_only"):
        yield _Found(
            "pilot_only", "Pilot only: the plan has fewer than 20 passages, too few to speak of new ones."
        )


def _about_sizes(answers: pd.DataFrame) -> Iterable[_Found]:
    used = entering(answers)
    people = used[used["condition"] != MODEL]
    for task, own in people.groupby("task"):
        n_people, n_clusters = own["person"].nunique(), own["cluster"].nunique()
        if n_people < FEW_PARTICIPANTS:
            text = f"Fewer than {FEW_PARTICIPANTS} participants: intervals are wide and rest on strong assumptions."
            yield _Found("few_participants", text, f"{task} ({n_people})")
        if n_clusters < FEW_CLUSTERS:
            kind = "passages" if own["by_passage"].any() else "questions"
            text = f"Fewer than {FEW_CLUSTERS} {kind}: little can be said of new ones."
            yield _Found("few_clusters", text, f"{task} ({n_clusters})")
        yield from _about_design(str(task), own)


def _about_design(task: str, own: pd.DataFrame) -> Iterable[_Found]:
    alone, assisted = (own[own["condition"] == condition] for condition in (ALONE, WITH_MODEL))
    if alone.empty or assisted.empty:
        return
    items = set(alone["item"]), set(assisted["item"])
    shared, all_items = len(items[0] & items[1]), len(items[0] | items[1])
    if shared < SHARED_ITEMS * all_items:
        text = "Different questions per condition: a difference may come from them, which the interval allows for."
        yield _Found(
            "different_items", text, f"{task} ({shared} of {all_items} questions in both conditions)"
        )
    persons = set(alone["person"]), set(assisted["person"])
    if not persons[0] & persons[1] and min(map(len, persons)) < FEW_PER_ARM:
        text = (
            f"Different participants per condition, with fewer than {FEW_PER_ARM} in one of them: "
            "almost nothing could be shown."
        )
        yield _Found("few_per_arm", text, f"{task} ({len(persons[0])} and {len(persons[1])})")


def _about_contrasts(contrasts: Sequence[Contrast]) -> Iterable[_Found]:
    rows = [row for row in contrasts if row.metric == "accuracy" and row.rows == Rows.ALL]
    for row in rows:
        if row.df is not None and row.df < FEW_DF:
            text = f"Fewer than {FEW_DF:g} effective degrees of freedom: the interval is wide and rough."
            yield _Found("few_df", text, f"{row.task}: {row.contrast} ({row.df:.2f})")
    for row in rows:
        if row.is_guarded:
            text = (
                "The two-way variance came out below a one-way variance; the larger was used, as the method says. "
                "These intervals are rather too wide than too narrow."
            )
            yield _Found("max_guard", text, f"{row.task}: {row.contrast}")


def _about_comparisons(
    export: Export, answers: pd.DataFrame, contrasts: Sequence[Contrast], known: Collection[str]
) -> Iterable[_Found]:
    for name in (OVER_HUMAN, OVER_MODEL):
        missing = [
            row
            for row in contrasts
            if row.contrast == name and row.metric == "accuracy" and row.estimate is None
        ]
        for row in missing:
            if row.task != ALL_TASKS:
                yield _Found("no_comparison", f"{name}: {row.note}", row.task)
    for name in export.manifest.family or ():
        if name not in known:
            text = "This comparison was declared as confirmatory; this version does not know it."
            yield _Found("family_unknown", text, name)
    sides = is_two_sided(answers)
    if (sides & (answers["condition"] == WITH_MODEL)).any():
        yield _Found(
            "two_sides",
            "In a debate two sides argue for different options, so there is no advice to compare with. The "
            "baselines to read are answers without help and the model alone, which argued for neither side.",
        )
    if is_manipulated(answers[~sides]):
        declared: Mapping[str, object] = export.manifest.mapping("analysis")
        yield _Found(
            "assistant_manipulated",
            "The assistant was told what to argue for. The baseline to read is its advice; the model alone is "
            "another system.",
        )
        if declared and OVER_ADVICE not in (export.manifest.family or ()):
            text = "The comparison with the assistant’s advice was not declared as confirmatory; its p is not adjusted."
            yield _Found("headline_not_declared", text)
