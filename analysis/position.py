"""Whether a model alone prefers a place: its answers to questions that it was shown in several orders.

A model without a preference answers as often with each letter as the key stands there, is right as often wherever the
key stands, and names the same option in every order. Described, not tested: no intervals.
"""

from dataclasses import asdict

import pandas as pd

from analysis.accuracy import study_tasks
from analysis.columns import LETTERS
from analysis.entries import MODEL, System, count, entering, systems
from analysis.results import Estimate, Role, Rows

SHARE, KEY_SHARE, ACCURACY, SAME = (
    "answers_at_position",
    "keys_at_position",
    "accuracy_at_position",
    "same_choice_in_all_orders",
)
METRICS = (SHARE, KEY_SHARE, ACCURACY, SAME)
_NOTES = {
    SHARE: "Share of the answers with a choice that stood at this place.",
    KEY_SHARE: "Share of the questions, in all orders shown, whose key stood at this place.",
    ACCURACY: "How often the model was right where the key stood at this place.",
    SAME: "Share of the questions shown in several orders in which the same option was chosen in all.",
}


def positions(answers: pd.DataFrame) -> list[Estimate]:
    """The four metrics per task and model alone, where it was shown any question in more than one order."""
    found = []
    for system, everything in systems(answers, MODEL):
        for task in study_tasks(answers):
            own = everything[(everything["task"] == task) & everything["option_order"].notna()]
            used = entering(own)
            several = used.groupby("item")["option_order"].nunique() > 1
            if not several.any():
                continue
            shown = used[used["correct_choice"].notna()]
            found += _by_place(task, system, own, shown)
            alike = _alike(used[used["item"].isin(several.index[several])])
            found.append(_estimate(task, system, own, SAME, None, float(alike.mean())))
    return found


def _by_place(task: str, system: System, own: pd.DataFrame, shown: pd.DataFrame) -> list[Estimate]:
    chosen = _place(shown[shown["has_choice"]], "choice")
    keys = _place(shown, "correct_choice")
    found = []
    for letter in LETTERS:
        at_key = shown["score"][keys == letter]
        for metric, value in (
            (SHARE, float((chosen == letter).mean()) if len(chosen) else None),
            (KEY_SHARE, float((keys == letter).mean()) if len(keys) else None),
            (ACCURACY, float(at_key.mean()) if len(at_key) else None),
        ):
            found.append(_estimate(task, system, own, metric, f"position={letter}", value))
    return found


def _place(rows: pd.DataFrame, column: str) -> pd.Series:
    """The displayed letter of the option whose original letter stands in this column."""
    places = [
        LETTERS[order.index(letter)] for order, letter in zip(rows["option_order"], rows[column], strict=True)
    ]
    return pd.Series(places, index=rows.index, dtype="str")


def _alike(rows: pd.DataFrame) -> pd.Series:
    """Per question whether the same option was chosen in all orders; one without a choice in any is not."""
    by_item = rows.groupby("item")
    return (by_item["choice"].nunique() == 1) & by_item["has_choice"].all()


def _estimate(
    task: str, system: System, own: pd.DataFrame, metric: str, subgroup: str | None, value: float | None
) -> Estimate:
    note = _NOTES[metric] if value is not None else "No estimate: no key, or no answer, stood there."
    return Estimate(
        task=task,
        condition=MODEL,
        metric=metric,
        rows=Rows.ALL.value,
        **system.fields(),
        subgroup=subgroup,
        estimate=value,
        **asdict(count(own)),
        role=Role.EXPLORATORY.value,
        note=f"{note} No interval.",
    )
