"""The report's tables of how people dealt with the assistant: strategies, agreement with hand codes, associations."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.agreement import KAPPA
from analysis.associations import MESSAGES, MINUTES, NAIVE, RESETS, WITHIN, metric_of
from analysis.coding import SHARE
from analysis.results import Estimate, Rows
from analysis.strategies import RULE, RULE_TEXT, STRATEGIES, TITLES
from analysis.tables import DisplayTable, Tables, account
from analysis.words import decimal, decimal_range, percent, percent_range, points, points_range, task_name

_MEASURES = {
    MESSAGES: "One message more",
    RESETS: "One reset more",
    MINUTES: "One minute more",
    **{name: f"With it: {TITLES[name][0].lower()}{TITLES[name][1:]}" for name in STRATEGIES},
}
_NOTE = (
    "Within question and participant: each trial against others of the same question and of the same participant, by "
    "least squares. The naive number takes trials as they are and can have the wrong sign. These intervals are made "
    "like those of differences; whether they hold 95 of 100 times was not simulated for them."
)


@dataclass(frozen=True, slots=True)
class StrategyPart:
    """The tables that the study has, with their ids, and the rule: its number, and each strategy in words."""

    tables: Sequence[tuple[str, DisplayTable]]
    rule: str
    texts: Sequence[tuple[str, str]]

    @property
    def is_coded(self) -> bool:
        """Whether there were messages to code."""
        return any(name == "t-strategies" for name, _ in self.tables)


def strategy_part(tables: Tables) -> StrategyPart:
    """The whole part; without tables where nothing is known."""
    made = {"t-strategies": share_table, "t-kappa": kappa_table, "t-associations": association_table}
    found = [(name, table) for name, table_of in made.items() if (table := table_of(tables))]
    return StrategyPart(found, RULE, [(TITLES[name], text) for name, text in RULE_TEXT.items()])


def share_table(tables: Tables) -> DisplayTable | None:
    """The share of assisted trials with each strategy; None where no messages were read."""
    rows = _own(tables, (SHARE,))
    if not rows:
        return None
    table = DisplayTable(
        f"Share of assisted trials in which participants did it, coded from their messages by rule {RULE}.",
        ["Strategy", "Trials with it", "95% interval", "Trials"],
        [],
    )
    for row in rows:
        name = str(row.subgroup).partition("=")[2]
        span = percent_range(row.ci_low, row.ci_high)
        cells = [TITLES[name] + account(row), percent(row.estimate), span, f"{row.n_answers:,}"]
        table.rows.append([_group(rows, row), *cells])
    return table


def kappa_table(tables: Tables) -> DisplayTable | None:
    """Cohen's kappa between the rule and coders; None where nobody coded by hand."""
    rows = [row for row in _own(tables, (KAPPA,)) if row.rows == Rows.ALL]
    if not rows:
        return None
    table = DisplayTable(
        "Agreement of the rule with people who coded the same trials by hand: Cohen’s kappa, 1 where they always "
        "agree, 0 where no more than by chance.",
        ["Strategy", "Codes of", "Kappa", "95% interval", "Trials"],
        [],
        n_heads=2,
    )
    for row in rows:
        parts = dict(part.split("=") for part in str(row.subgroup).split(","))
        who = parts["between"].replace("+", " and ").replace("_", " ")
        why = row.note.partition(". ")[0] + "." if row.ci_low is None else ""
        span = decimal_range(row.ci_low, row.ci_high)
        kappa = decimal(row.estimate) + table.cite(why)
        table.rows.append(["", TITLES[parts["strategy"]], who, kappa, span, f"{row.n_answers:,}"])
    return table


def association_table(tables: Tables) -> DisplayTable | None:
    """How accuracy goes with messages, resets, time and strategies; None where nothing is known."""
    rows = _own(tables, tuple(metric_of(measure) for measure in _MEASURES))
    found = {(_group(rows, row), account(row), row.metric, row.subgroup): row for row in rows}
    table = DisplayTable(
        "Accuracy in assisted trials with more of something, in percentage points: associations, not effects.",
        ["Difference between trials", "Within question and participant", "Naive", "Trials"],
        [],
    )
    table.cite(_NOTE)
    for group, after in dict.fromkeys(key[:2] for key in found):
        for measure, name in _MEASURES.items():
            within, naive = (found.get((group, after, metric_of(measure), kind)) for kind in (WITHIN, NAIVE))
            if within and naive:
                cells = [_said(table, row) for row in (within, naive)]
                table.rows.append([group, name + after, *cells, f"{within.n_answers:,}"])
    if not table.rows:
        return None
    table.caption += table.cite(_NOTE)
    return table.folded


def _own(tables: Tables, metrics: tuple[str, ...]) -> list[Estimate]:
    return [row for row in tables.results.estimates if row.metric in metrics]


def _group(rows: list[Estimate], row: Estimate) -> str:
    several = len({(other.protocol, other.assistant) for other in rows}) > 1
    parts = [row.protocol, row.assistant] if several else []
    return ", ".join([task_name(row.task), *(part for part in parts if part)])


def _said(table: DisplayTable, row: Estimate) -> str:
    if row.estimate is None or row.ci_low is None:
        # The reason stands first in a note.
        return points(row.estimate) + table.cite(row.note.partition(". ")[0] + ".")
    return f"{points(row.estimate)} ({points_range(row.ci_low, row.ci_high)})"
