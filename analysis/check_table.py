"""The table of the checks: the main comparison by each method, the interval that counts first."""

from analysis.checks import BOOTSTRAP, LOG_ODDS, MIXED_MODEL, RANDOMISATION
from analysis.contrasts import OVER_HUMAN
from analysis.results import ALL_TASKS, Rows
from analysis.tables import AFTER, DisplayTable, Tables
from analysis.words import decimal, decimal_range, p_value, points, points_range, task_name

_NAMES = {
    (None, "accuracy"): "Two-way jackknife (as above)",
    (MIXED_MODEL, "accuracy"): "Mixed model, averaged over participants and questions",
    (MIXED_MODEL, LOG_ODDS): "Mixed model, in log-odds",
    (BOOTSTRAP, "accuracy"): "Two-way bootstrap",
    (RANDOMISATION, "accuracy"): "Randomisation test of no effect on anyone",
}


def check_table(tables: Tables) -> DisplayTable | None:
    """People with the assistant against people alone, by each method, per task; None where there are no checks."""
    rows = [
        row
        for row in tables.results.contrasts
        if row.contrast == OVER_HUMAN and (row.subgroup, row.metric) in _NAMES
    ]
    if not any(row.subgroup and row.estimate is not None for row in rows):
        return None
    table = DisplayTable(
        "People with the assistant, against people alone, in percentage points; log-odds as they are.", [], []
    )
    if tables.is_simulated:
        table.caption = table.caption.replace("People", "Simulated,").replace("people", "simulated")
    table.header = ["Method", "Difference", "95% interval", "p"]
    order = list(_NAMES)
    systems = list(dict.fromkeys((row.protocol, row.assistant) for row in rows))
    rows.sort(
        key=lambda row: (
            row.task == ALL_TASKS,
            row.task,
            row.rows != Rows.ALL,
            systems.index((row.protocol, row.assistant)),
            order.index((row.subgroup, row.metric)),
        )
    )
    for row in rows:
        name = _NAMES[row.subgroup, row.metric]
        if len(systems) > 1:
            name += f" ({', '.join(part for part in (row.protocol, row.assistant) if part)})"
        say, say_range = (decimal, decimal_range) if row.metric == LOG_ODDS else (points, points_range)
        after = "" if row.rows == Rows.ALL else AFTER
        note = row.note if row.subgroup else ""
        table.rows.append(
            [
                *(task_name(row.task), name + after),
                *(say(row.estimate) + table.cite(note), say_range(row.ci_low, row.ci_high), p_value(row.p)),
            ]
        )
    return table
