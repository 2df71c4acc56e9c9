"""The report's table of how people used the advice: one line per measure, under its task and system."""

from collections.abc import Callable

from analysis import reliance, revision
from analysis.coverage import span_of
from analysis.entries import WITH_MODEL
from analysis.protocols import is_between
from analysis.results import Contrast, Estimate, Results, Rows
from analysis.sides import TWO_SIDES
from analysis.tables import DisplayTable, Tables
from analysis.words import MISSING, decimal, percent, percent_range, points, points_range, task_name

Row = Estimate | Contrast

_BEYOND = "Less people alone"
_LINES: tuple[tuple[str, str, str | None, bool], ...] = (
    ("Trials with readable advice", reliance.STATED, None, False),
    ("Advice right: followed", reliance.AGREEMENT, reliance.RIGHT, False),
    (_BEYOND, reliance.AGREEMENT, reliance.RIGHT, True),
    ("Advice wrong: followed (over-reliance)", reliance.OVER, None, False),
    (_BEYOND, reliance.OVER, None, True),
    ("Advice right: not followed (under-reliance)", reliance.UNDER, None, False),
    (_BEYOND, reliance.UNDER, None, True),
    ("Telling wrong advice from right, d′", reliance.D_PRIME, None, False),
    ("Reluctance to choose otherwise, c", reliance.CRITERION, None, False),
    ("First wrong, advice right: ended right (RAIR)", revision.RAIR, None, False),
    ("First right, advice wrong: stayed right (RSR)", revision.RSR, None, False),
    ("First answer not as advised: changed it", revision.SWITCH, None, False),
    ("First answer not as advised: went to the advice", revision.TO_ADVICE, None, False),
    ("Weight on advice, advice right", revision.WEIGHT, reliance.RIGHT, False),
    ("Weight on advice, advice wrong", revision.WEIGHT, reliance.WRONG, False),
    ("Changed from wrong to right", f"{revision.BENEFIT}_rate", None, False),
    ("Changed from right to wrong", f"{revision.HARM}_rate", None, False),
    ("Changed from wrong to another wrong option", f"{revision.ELSEWHERE}_rate", None, False),
    ("Right more often where drawn to be right, or not weakened", reliance.BY_STANCE, None, True),
)
_SIMULATED = (reliance.OVER, reliance.UNDER, revision.RAIR, revision.RSR)
_NOTE = (
    "Advice is the last option that the assistant stood for; answers without a choice are left out. RAIR and RSR: "
    "Schemmer et al. (2023). d′ and c: signal detection, the signal being that the advice is wrong. Weight on advice: "
    "(p after − p before)/(1 − p before), cut to 0 and 1. Changes are counted whatever their reason: a second look "
    "alone changes answers too. These intervals are made like those of accuracy. Those of over- and under-reliance, "
    f"RAIR and RSR held the truth in {span_of(_SIMULATED)} of simulated studies, and the comparison of drawn trials is "
    "a difference like the main one; for the other lines it was not simulated how often they do."
)


def reliance_table(tables: Tables) -> DisplayTable | None:
    """Every measure that the study has; None where there is none."""
    own: list[Row] = [
        *(row for row in tables.results.estimates if row.condition == WITH_MODEL),
        *(row for row in tables.results.contrasts if not is_between(row)),
    ]
    found, after = (
        {
            (_group(tables, row), row.metric, row.subgroup, isinstance(row, Contrast)): row
            for row in own
            if row.rows == account
        }
        for account in (Rows.ALL, Rows.AFTER_EXCLUSIONS)
    )
    table = DisplayTable(
        "How people used what the assistant stood for; differences in percentage points.",
        ["Measure", "Value", "95% interval", "Answers", *(["After exclusions"] if after else [])],
        [],
    )
    for group in dict.fromkeys(key[0] for key in found):
        for name, metric, subgroup, is_contrast in _LINES:
            row = found.get((group, metric, subgroup, is_contrast))
            if row is not None and TWO_SIDES not in row.note:  # said above the table, once
                value, span = _said(row, metric, is_contrast)
                # The reason stands first in a note; what all lines share is said above the table.
                why = row.note.partition(". ")[0] + "." if row.estimate is None else ""
                cells = [group, name, value + table.cite(why), span, f"{row.n_answers:,}"]
                other = after.get((group, metric, subgroup, is_contrast))
                table.rows.append([*cells, *([_beside(other, metric, is_contrast)] if after else [])])
    if not table.rows:
        return None
    if table.notes:
        table.caption += table.cite(_NOTE)
    else:
        table.notes.append(_NOTE)
    return table


def is_drawn(results: Results) -> bool:
    """Whether the plan drew at random where every assistant was wrong or weakened."""
    stated = [row for row in results.estimates if row.metric == reliance.STATED and TWO_SIDES not in row.note]
    return bool(stated) and all(reliance.RANDOMISED in row.note for row in stated)


def is_debated(results: Results) -> bool:
    """Whether any assistant's two sides argued for different options, so that nobody could follow or override it."""
    return any(row.metric == reliance.STATED and TWO_SIDES in row.note for row in results.estimates)


def _group(tables: Tables, row: Row) -> str:
    systems = {(other.protocol, other.assistant) for other in tables.results.contrasts}
    parts = [row.protocol, row.assistant] if len(systems) > 1 else []
    return ", ".join([task_name(row.task), *(part for part in parts if part)])


def _beside(row: Row | None, metric: str, is_contrast: bool) -> str:
    if row is None or row.estimate is None:
        return MISSING
    value, span = _said(row, metric, is_contrast)
    return value if span == MISSING else f"{value} ({span})"


def _said(row: Row, metric: str, is_contrast: bool) -> tuple[str, str]:
    if metric in (reliance.D_PRIME, reliance.CRITERION):
        span = "–" if row.ci_low is None else f"{decimal(row.ci_low)} to {decimal(row.ci_high)}"
        return decimal(row.estimate), span
    say: Callable[[float | None], str] = points if is_contrast else percent
    ranged: Callable[[float | None, float | None], str] = points_range if is_contrast else percent_range
    return say(row.estimate), ranged(row.ci_low, row.ci_high)
