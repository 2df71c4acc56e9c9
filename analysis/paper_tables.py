"""The report's section on the paper: its Table 1 and the figures of its text, this study's numbers beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis import published
from analysis.columns import Condition
from analysis.dialogue import MESSAGES, RESETS
from analysis.individuals import CHANGE, HIGHEST, LOWEST, N_IMPROVED
from analysis.outliers import RULE
from analysis.results import ALL_TASKS, Estimate, PaperCell, Results, Rows
from analysis.tables import DisplayTable
from analysis.weighted_majority import AT_MAXIMUM, N_AT_MAXIMUM
from analysis.words import (
    MISSING,
    decimal,
    percent,
    percent_range,
    points,
    points_range,
    task_name,
)

ALONE, WITH_MODEL = str(Condition.HUMAN_ALONE), str(Condition.HUMAN_WITH_MODEL)
_SYSTEM = ("protocol", "assistant", "provider", "model", "method")


@dataclass(frozen=True, slots=True)
class PaperTables:
    """The two tables of the section; `removed` says in one sentence what the outlier rule did."""

    results: Results
    is_simulated: bool = False

    @property
    def removed(self) -> str:
        """What the outlier rule took out, with our reading of it."""
        return next((row.note for row in self.results.exclusions if row.rule == RULE), "")

    @property
    def table_1(self) -> DisplayTable | None:
        """Table 1 of the paper in its own layout; None where no answer enters."""
        cells = self.results.table1
        if not cells:
            return None
        has_removed = any(row.rule == RULE and row.n_participants for row in self.results.exclusions)
        who = "simulated participants" if self.is_simulated else "this study"
        table = DisplayTable(
            f"Accuracy and five-bin calibration error of {who} beside the numbers of Bowman et al. 2022, who left one "
            "participant of each task out. Other people, questions and models: the two are no test of each other. "
            "WMV: weighted majority vote.",
            [
                *("Line of Table 1", "Accuracy", "95% interval", "Paper’s accuracy"),
                *("Calibration error", "Paper’s error"),
                *(["Accuracy without outliers", "Error without outliers"] if has_removed else []),
            ],
            [],
        )
        for key in dict.fromkeys(_line_key(cell) for cell in cells):
            row = _Row([cell for cell in cells if _line_key(cell) == key])
            accuracy, error = row.cell(Rows.ALL, False), row.cell(Rows.ALL, True)
            shown = [
                *(task_name(str(key[0])), self._name(row.cells[0])),
                *(
                    _said(accuracy, table),
                    _range(accuracy),
                    percent(accuracy.published if accuracy else None),
                ),
                *(_said(error, table), percent(error.published if error else None)),
            ]
            if has_removed:
                removed = (row.cell(Rows.PAPER_OUTLIERS_REMOVED, is_error) for is_error in (False, True))
                shown += [_said(cell, table) for cell in removed]
            table.rows.append(shown)
        return table

    def _name(self, cell: PaperCell) -> str:
        """The paper's name of the line, with what tells its systems apart and how a model was asked otherwise."""
        same = [other for other in self.results.table1 if (other.task, other.line) == (cell.task, cell.line)]
        told = [
            str(getattr(cell, name))
            for name in _SYSTEM
            if getattr(cell, name) and len({getattr(other, name) for other in same}) > 1
        ]
        if (
            cell.method
            and "(" in cell.method
            and cell.method not in (*told, cell.line.removeprefix("Model "))
        ):
            told.append(cell.method)
        return ", ".join([cell.line, *told])

    @property
    def figures(self) -> DisplayTable | None:
        """Confidence, certainty, dialogue, halves and range, beside what the paper's text says of them."""
        rows = [row for row in self.results.estimates if row.rows == Rows.ALL and row.task != ALL_TASKS]
        table = DisplayTable(
            "Other figures of the paper’s text. Messages are those that participants wrote; the paper counts turns. A "
            "change from the first half of the assisted trials to the second may be learning or harder questions; "
            "tables/estimates.csv has each participant’s.",
            ["Figure", "Here", "95% interval", "Paper"],
            [],
        )
        for task in dict.fromkeys(row.task for row in rows):
            assisted = [row for row in rows if row.task == task and row.condition == WITH_MODEL]
            alone = [row for row in rows if row.task == task and row.condition == ALONE]
            by_system: dict[tuple[str | None, ...], list[Estimate]] = {}
            for row in assisted:
                by_system.setdefault(tuple(getattr(row, name) for name in _SYSTEM), []).append(row)
            in_text = published.IN_TEXT.get(task)
            table.rows += _of_confidence(task, "alone", alone, in_text.confidence_alone if in_text else None)
            for system, own in by_system.items():
                name = ", ".join(part for part in system if part) if len(by_system) > 1 else ""
                table.rows += _of_assisted(task, f" ({name})" if name else "", own, in_text)
        return table if table.rows else None


def _line_key(cell: PaperCell) -> tuple[str | None, ...]:
    return (cell.task, cell.line, *(getattr(cell, name) for name in _SYSTEM))


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one printed line."""

    cells: Sequence[PaperCell]

    def cell(self, rows: Rows, is_error: bool) -> PaperCell | None:
        """Its accuracy or its calibration error, of everybody or without the outliers."""
        fitting = (cell for cell in self.cells if cell.rows == rows)
        return next((cell for cell in fitting if cell.metric.startswith("calibration") == is_error), None)


def _said(cell: PaperCell | None, table: DisplayTable) -> str:
    if cell is None or cell.estimate is None:
        return MISSING + (table.cite(cell.note) if cell else "")
    mark = table.cite(f"Our rule: {cell.why}.") if cell.why else ""
    return f"{percent(cell.estimate)}, {cell.rule}{mark}"


def _range(cell: PaperCell | None) -> str:
    return percent_range(cell.ci_low, cell.ci_high) if cell else MISSING


def _one(rows: Sequence[Estimate], metric: str) -> Estimate | None:
    return next((row for row in rows if row.metric == metric and row.subgroup is None), None)


def _of_confidence(task: str, who: str, rows: Sequence[Estimate], paper: float | None) -> list[Sequence[str]]:
    row = _one(rows, "mean_confidence")
    if row is None:
        return []
    return [[task_name(task), f"Mean confidence, {who}", percent(row.estimate), MISSING, percent(paper)]]


def _of_assisted(
    task: str, suffix: str, rows: Sequence[Estimate], in_text: published.Figures | None
) -> list[Sequence[str]]:
    shown = _of_confidence(
        task, f"with the assistant{suffix}", rows, in_text.confidence_assisted if in_text else None
    )

    def add(name: str, here: str, interval: str, paper: str) -> None:
        shown.append([task_name(task), name + suffix, here, interval, paper])

    sure, n_sure = _one(rows, AT_MAXIMUM), _one(rows, N_AT_MAXIMUM)
    if sure and n_sure:
        paper = f"{percent(in_text.accuracy_at_maximum)} (N = {in_text.n_at_maximum})" if in_text else MISSING
        how_many = "" if n_sure.estimate is None else f" (N = {n_sure.estimate:.4g})"
        add("Accuracy where the vote has 99% or more", percent(sure.estimate) + how_many, MISSING, paper)
    counts: tuple[tuple[str, str, Callable[[published.Figures], float]], ...] = (
        ("Messages per assisted trial", MESSAGES, lambda figures: figures.turns),
        ("Resets per assisted trial", RESETS, lambda figures: figures.resets),
    )
    for name, metric, of in counts:
        if row := _one(rows, metric):
            interval = (
                MISSING if row.ci_low is None else f"{decimal(row.ci_low, 1)} to {decimal(row.ci_high, 1)}"
            )
            add(name, decimal(row.estimate, 1), interval, decimal(of(in_text), 1) if in_text else MISSING)
    if (change := _one(rows, CHANGE)) and change.estimate is not None:
        paper = f"{points(published.MEAN_CHANGE)} over both tasks" if in_text else MISSING
        add(
            "Second half less first, in points",
            points(change.estimate),
            points_range(change.ci_low, change.ci_high),
            paper,
        )
        n_halved = sum(row.metric == CHANGE and row.subgroup is not None for row in rows)
        if improved := _one(rows, N_IMPROVED):
            paper = "2 of 4 and 3 of 4" if in_text else MISSING
            add("Participants who improved", f"{improved.estimate:g} of {n_halved}", MISSING, paper)
    low, high = _one(rows, LOWEST), _one(rows, HIGHEST)
    if low and high and low.estimate is not None:
        paper = f"all above {published.LOWEST_ASSISTED:.0%}" if in_text else MISSING
        add(
            "Assisted accuracy, lowest to highest participant",
            percent_range(low.estimate, high.estimate),
            MISSING,
            paper,
        )
    return shown
