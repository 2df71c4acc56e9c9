"""What became of everybody who was given a place, cell by cell: who drops out may differ by condition.

Counted from participants.csv, over all who were assigned to a cell, whether or not any answer of theirs is used.
"""

import pandas as pd

from analysis.columns import ParticipantKind
from analysis.results import Attrition

EVERYBODY = "all"
_PLAINLY_NAMED = ("completed", "withdrew")


def attrition(participants: pd.DataFrame | None) -> list[Attrition]:
    """One row per cell and one for all of them; none without participants.csv or without cells in it.

    Simulated participants beside people are not counted; a study of simulated ones only is counted by them.
    """
    if participants is None or "cell" not in participants:
        return []
    assigned = participants[participants["cell"].notna()]
    if "participant_kind" in assigned:
        assigned = assigned[assigned["participant_kind"] != ParticipantKind.MODEL]
        people = assigned[assigned["participant_kind"] == ParticipantKind.HUMAN]
        assigned = people if len(people) else assigned
    if assigned.empty:
        return []
    by_cell = [_row(str(cell), own) for cell, own in assigned.groupby("cell", sort=True)]
    return [*by_cell, _row(EVERYBODY, assigned)]


def _row(cell: str, own: pd.DataFrame) -> Attrition:
    outcome = own["outcome"] if "outcome" in own else pd.Series(None, index=own.index, dtype="str")
    closed = own["n_closed"] if "n_closed" in own else pd.Series(float("nan"), index=own.index)
    is_open = outcome.isna() | (outcome == "left")
    return Attrition(
        cell=cell,
        n_assigned=len(own),
        n_completed=int((outcome == "completed").sum()),
        n_withdrew=int((outcome == "withdrew").sum()),
        n_ended_otherwise=int((~is_open & ~outcome.isin(_PLAINLY_NAMED)).sum()),
        n_not_ended=int(is_open.sum()),
        n_without_a_closed_trial=int((closed == 0).sum()) if closed.notna().any() else None,
    )
