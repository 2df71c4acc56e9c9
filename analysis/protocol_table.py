"""The report's table of protocols or assistants against each other: one line per pair and measure."""

import math

from analysis import protocols
from analysis.reliance import OVER, UNDER
from analysis.results import Contrast, Rows
from analysis.revision import RAIR
from analysis.scoring import OVERCONFIDENCE
from analysis.tables import AFTER, DisplayTable, Tables, tasks_then_all
from analysis.words import MISSING, comparison_name, decimal, p_value, points, points_range, task_name

_NAMES = {
    protocols.ACCURACY: "Accuracy",
    OVERCONFIDENCE: "Over-confidence",
    protocols.BRIER: "Brier score, 0 is best",
    OVER: "Over-reliance",
    UNDER: "Under-reliance",
    RAIR: "First wrong, advice right: ended right",
    protocols.LOG_TIME: "Time, ratio",
}


def protocol_table(tables: Tables) -> DisplayTable | None:
    """Each comparison of two systems; None where people had one protocol and one assistant."""
    rows = [row for row in tables.results.contrasts if protocols.is_between(row)]
    if not rows:
        return None
    table = DisplayTable(
        "People with one protocol or assistant, less people with another: percentage points, but for the Brier score "
        "and time, where a ratio of 2 is twice as long. Exploratory unless a comparison was declared; Holm p allows "
        "for all comparisons in the same measure.",
        ["Comparison", "Measure", "Difference", "95% interval", "p", "Holm p", "Trials"],
        [],
        n_heads=2,
    )
    for row in tasks_then_all(rows):
        name = comparison_name(row.contrast, tables.is_simulated) + ("" if row.rows == Rows.ALL else AFTER)
        value, span = _said(row)
        why = row.note.partition(". ")[0] + "." if row.ci_low is None else ""
        table.rows.append(
            [
                *(task_name(row.task), name, _NAMES[row.metric], value + table.cite(why), span),
                *(p_value(row.p), p_value(row.p_adjusted), f"{row.n_answers:,}"),
            ]
        )
    if tables.is_simulated:
        table.caption = table.caption.replace("People", "Simulated participants").replace("people", "those")
    return table


def _said(row: Contrast) -> tuple[str, str]:
    if row.metric not in (protocols.LOG_TIME, protocols.BRIER):
        return points(row.estimate), points_range(row.ci_low, row.ci_high)
    values = (row.estimate, row.ci_low, row.ci_high)
    if row.metric == protocols.LOG_TIME:
        estimate, low, high = (None if value is None else math.exp(value) for value in values)
        digits = 2
    else:
        (estimate, low, high), digits = values, 3
    span = MISSING if low is None or high is None else f"{decimal(low, digits)} to {decimal(high, digits)}"
    return decimal(estimate, digits), span
