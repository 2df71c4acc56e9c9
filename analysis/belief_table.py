"""The report's table of beliefs by turn: how right and how sure judges were after each reply."""

from analysis import beliefs
from analysis.results import Estimate, Rows
from analysis.tables import DisplayTable, Tables, account
from analysis.words import MISSING, decimal, percent, percent_range, points, task_name

MOST_TURNS = 12
_NOTE = (
    "Turn: the number of the belief in its trial; 0 is the answer before help. Right: among the trials that have that "
    "turn; trials end after different numbers of turns, so a change from turn to turn may come from the trials alone. "
    "Carried forward: the last belief of every trial so far; the trials stay the same, and those that are over count "
    "as unchanged. Over-confidence in points, Brier score of all four options (0 is best; 25% on each earns 0.75) "
    "and log score in nats (0 is best) are of the trials that have the turn. What changes from turn to turn is no "
    "effect of turns: judges decide themselves when they have heard enough. Intervals were not simulated for beliefs."
)


def belief_table(tables: Tables) -> DisplayTable | None:
    """Beliefs by turn; None where none were stated."""
    places: dict[tuple[str, str], dict[str, dict[str, Estimate]]] = {}
    for row in tables.results.estimates:
        if row.rows in (Rows.ALL, Rows.AFTER_EXCLUSIONS) and row.metric.startswith("belief_"):
            turn, _, judges = (row.subgroup or "").partition(", ")
            label = tables.label(row) + (", models as judges" if judges else "") + account(row)
            by_turn = places.setdefault((task_name(row.task), label), {})
            by_turn.setdefault(turn.removeprefix("turn="), {})[row.metric] = row
    if not places:
        return None
    table = DisplayTable(
        "What judges held to be right after each reply; in brackets 95% intervals.",
        [
            "Judges",
            "Turn",
            "Trials",
            "Without",
            "Right",
            "Carried forward",
            "Over-confidence",
            "Brier",
            "Log score",
        ],
        [],
        n_heads=2,
        notes=[_NOTE],
    )
    n_left_out = 0
    for (task, label), by_turn in sorted(places.items(), key=lambda item: item[0][0]):
        for turn, found in list(by_turn.items())[:MOST_TURNS]:
            right, missing = found[beliefs.ACCURACY], found[beliefs.MISSING]
            table.rows.append(
                [
                    *(task, label, turn, f"{right.n_answers:,}", f"{missing.n_answers - right.n_answers:,}"),
                    *(_share(right), _share(found[beliefs.ACCURACY + beliefs.CARRIED])),
                    points(_value(found, beliefs.OVERCONFIDENCE)),
                    *(decimal(_value(found, metric)) for metric in (beliefs.BRIER4, beliefs.LOG_SCORE)),
                ]
            )
        n_left_out += max(0, len(by_turn) - MOST_TURNS)
    if n_left_out:
        table.notes[0] += f" Turns after the first {MOST_TURNS} are in tables/estimates.csv."
    return table.folded


def _value(found: dict[str, Estimate], metric: str) -> float | None:
    return found[metric].estimate if metric in found else None


def _share(row: Estimate) -> str:
    span = percent_range(row.ci_low, row.ci_high)
    return percent(row.estimate) + ("" if span == MISSING else f" ({span})")
