"""The tables of the report page, as display text: results are rounded and named here, and nowhere below."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from analysis import position
from analysis.columns import LETTERS, Condition
from analysis.contrasts import KNOWN
from analysis.export import Export
from analysis.manifest import Manifest
from analysis.results import ALL_TASKS, Contrast, Estimate, Results, Rows
from analysis.words import (
    MISSING,
    comparison_name,
    condition_name,
    decimal,
    p_value,
    percent,
    percent_range,
    plural,
    points,
    points_range,
    seconds,
    task_name,
)

MODEL_ALONE = str(Condition.MODEL_ALONE)
AnyRow = TypeVar("AnyRow", Estimate, Contrast)

STATUS_NAMES = {
    "answered": "Answered",
    "timed_out": "Timed out with a draft, which counts",
    "timed_out_no_answer": "Timed out without an answer",
    "skipped": "Skipped",
    "unreadable": "Unreadable reply",
    "abandoned": "Abandoned",
    "void": "Void (outage)",
}
LEFT_OUT_NAMES = {
    "": "yes",
    "practice": "no: practice",
    "attention_check": "no: attention check",
    "abandoned": "no: abandoned",
    "void": "no: void",
    "simulated": "no: simulated beside real participants",
}


@dataclass(slots=True)
class DisplayTable:
    """A table ready to print.

    A row starts with the name of its group (the task, or nothing), which `header` leaves out; the next `n_heads`
    cells are the row's own headings, the others are right-aligned.
    """

    caption: str
    header: Sequence[str]
    rows: list[Sequence[str]]
    n_heads: int = 1
    notes: list[str] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[str, list[Sequence[str]]]]:
        """Rows by group, in order, without the group's name in them."""
        by_name = groupby(self.rows, key=itemgetter(0))
        return [(name, [row[1:] for row in rows]) for name, rows in by_name]

    @property
    def beside(self) -> "DisplayTable":
        """The same table with rows after exclusions as a column beside the rows on all answers.

        The column holds value and interval; p and counts of those rows are in tables/*.csv.
        """
        places = [place for place, name in enumerate(self.header, 1) if "interval" in name]
        if not places or not any(_is_after(row) for row in self.rows):
            return self
        after = {_plain(row, self.n_heads): row for row in self.rows if _is_after(row)}
        rows: list[Sequence[str]] = []
        for row in self.rows:
            if _is_after(row):
                continue
            other = after.pop(_plain(row, self.n_heads), None)
            said = [other[place - 1] + f" ({other[place]})" for place in places] if other else [MISSING]
            rows.append([*row, *(text.replace(f" ({MISSING})", "") for text in said)])
        width = len(self.header)
        rows += [[*row, *[MISSING] * (1 + width - len(row) + 1)] for row in after.values()]
        return replace(self, header=[*self.header, "After exclusions"], rows=rows)

    @property
    def folded(self) -> "DisplayTable":
        """The same table with each line after exclusions below its line on all answers, where the two differ.

        For tables of several numbers a line, which have no column of intervals to set others beside.
        """
        after = {_plain(row, self.n_heads): row for row in self.rows if _is_after(row)}
        if not after:
            return self
        rows: list[Sequence[str]] = []
        for row in self.rows:
            if not _is_after(row):
                other = after.pop(_plain(row, self.n_heads), row)
                is_same = list(other[self.n_heads + 1 :]) == list(row[self.n_heads + 1 :])
                rows += [row] if is_same else [row, other]
        places = list(dict.fromkeys(row[0] for row in self.rows))
        rows = sorted([*rows, *after.values()], key=lambda row: places.index(row[0]))
        return replace(self, rows=rows, caption=f"{self.caption} {_FOLDED}")

    def cite(self, note: str) -> str:
        """Add a note below the table, once, and give the mark that refers to it."""
        if not note:
            return ""
        if note not in self.notes:
            self.notes.append(note)
        return f" [{self.notes.index(note) + 1}]"


@dataclass(frozen=True)
class Tables:
    """Every table of the page, and the names of its rows; what every row asks for is found once."""

    export: Export
    results: Results

    @property
    def manifest(self) -> Manifest:
        """What the export says about the study."""
        return self.export.manifest

    @cached_property
    def is_simulated(self) -> bool:
        """Whether the answers are those of simulated participants only."""
        return set(self.export.answers["participant_kind"].unique()) - {"model"} == {"simulated"}

    @cached_property
    def _differs(self) -> dict[str, list[str]]:
        """By condition, what tells its systems apart."""
        found = {}
        for condition in {row.condition for row in self.results.estimates}:
            same = [row for row in self.results.estimates if row.condition == condition]
            found[condition] = [
                name
                for name in ("protocol", "assistant", "provider", "model", "method")
                if len({getattr(other, name) for other in same}) > 1
            ]
        return found

    def label(self, row: Estimate) -> str:
        """A condition with as much of its system as tells it from the others of that condition."""
        parts = [value for name in self._differs[row.condition] if (value := getattr(row, name))]
        if row.method and row.method not in parts:
            parts.append(row.method)
        return ", ".join([condition_name(row.condition, self.is_simulated), *parts])

    @property
    def accuracies(self) -> DisplayTable:
        """Accuracy per task and condition with intervals and what they rest on."""
        # Rules for participants cannot change a model alone, so its row is printed once.
        accounts = (Rows.ALL, Rows.AFTER_EXCLUSIONS)
        rows = [row for row in self.results.estimates if row.metric == "accuracy" and row.rows in accounts]
        rows = tasks_then_all([row for row in rows if row.condition != MODEL_ALONE or row.rows == Rows.ALL])
        truths = [self.manifest.true_accuracy(row.task, row.condition) for row in rows]
        has_truth = any(truth is not None for truth in truths)
        table = DisplayTable(
            "A trial without a choice counts as wrong. Left out: void, abandoned and excluded trials.", [], []
        )
        table.header = [
            *("Condition", "Accuracy", "95% interval"),
            *(["True value"] if has_truth else []),
            *("Participants", "Questions", "Trials", "No choice", "Left out"),
        ]
        for row, truth in zip(rows, truths, strict=True):
            table.rows.append(
                [
                    *(task_name(row.task), self.label(row) + account(row)),
                    *(percent(row.estimate) + table.cite(row.note), percent_range(row.ci_low, row.ci_high)),
                    *([percent(truth)] if has_truth else []),
                    str(row.n_participants) if row.condition != MODEL_ALONE else MISSING,
                    *(f"{n:,}" for n in (row.n_questions, row.n_answers, row.n_no_choice)),
                    f"{row.n_void + row.n_abandoned + row.n_excluded:,}",
                ]
            )
        return table

    @property
    def contrasts(self) -> DisplayTable:
        """Differences in accuracy with intervals and tests."""
        rows = tasks_then_all(
            [row for row in self.results.contrasts if row.metric == "accuracy" and is_baseline(row)]
        )
        table = DisplayTable("Differences in accuracy, in percentage points.", [], [])
        has_systems = len({(row.protocol, row.assistant) for row in rows}) > 1
        table.header = ["Comparison", "Difference", "95% interval", "p", "Holm p", "df", "Trials"]
        for row in rows:
            name = comparison_name(row.contrast, self.is_simulated)
            if has_systems:
                name += f" ({', '.join(part for part in (row.protocol, row.assistant) if part)})"
            table.rows.append(
                [
                    *(task_name(row.task), name + account(row)),
                    *(points(row.estimate) + table.cite(row.note), points_range(row.ci_low, row.ci_high)),
                    *(p_value(row.p), p_value(row.p_adjusted), decimal(row.df, 1), f"{row.n_answers:,}"),
                ]
            )
        return table

    @property
    def others(self) -> DisplayTable:
        """Accuracy of answered trials, confidence, calibration and time."""
        metrics = {
            "accuracy_answered": ("Right when answered", percent),
            "mean_confidence": ("Mean confidence", percent),
            "brier": ("Brier score", decimal),
            "calibration_error_5bin": ("Calibration error", percent),
            "calibration_error_5bin_if_calibrated": ("Same, if calibrated", percent),
            "response_time_s": ("Median time", seconds),
        }
        accounts = (Rows.ALL, Rows.AFTER_EXCLUSIONS)
        chosen = [row for row in self.results.estimates if row.rows in accounts and row.task != ALL_TASKS]
        chosen = [row for row in chosen if row.metric in metrics]
        by_place: dict[tuple[str, str], dict[str, float | None]] = {}
        for row in (row for row in chosen if row.metric in metrics):
            place = task_name(row.task), self.label(row) + account(row)
            by_place.setdefault(place, {})[row.metric] = row.estimate
        table = DisplayTable(
            "Accuracy and confidence over trials with a choice; time over all counted trials.",
            [],
            [],
            notes=[_CALIBRATION_NOTE],
        )
        table.header = ["Condition", *(name for name, _ in metrics.values())]
        for place in sorted(by_place, key=lambda place: place[0]):
            cells = by_place[place]
            table.rows.append([*place, *(say(cells.get(metric)) for metric, (_, say) in metrics.items())])
        return table.folded

    @property
    def positions(self) -> DisplayTable | None:
        """Where a model alone that was shown options in several orders answered; None without such a one."""
        places: dict[tuple[str, str], dict[tuple[str, str | None], float | None]] = {}
        for row in self.results.estimates:
            if row.metric in position.METRICS:
                by_metric = places.setdefault((task_name(row.task), self.label(row)), {})
                by_metric[row.metric, row.subgroup] = row.estimate
        if not places:
            return None
        table = DisplayTable(
            "A model alone that was shown the same options in several orders: how often it answered with each place, "
            "in brackets how often the key stood there and how often it was then right.",
            ["Condition", *(f"Place {letter}" for letter in LETTERS), "Same option in all orders"],
            [],
        )
        for (task, label), found in sorted(places.items()):
            cells = [
                f"{percent(found[position.SHARE, at])} ({percent(found[position.KEY_SHARE, at])}, "
                f"{percent(found[position.ACCURACY, at])})"
                for at in (f"position={letter}" for letter in LETTERS)
            ]
            table.rows.append([task, label, *cells, percent(found[position.SAME, None])])
        return table

    @property
    def statuses(self) -> DisplayTable:
        """Every row of the export, once."""
        rows = self.results.answers_by_status
        table = DisplayTable(
            f"All {plural(len(self.export.answers), 'row')} of answers.csv, each counted once.",
            ["Condition", "How the trial ended", "Counted", "Rows"],
            [],
            n_heads=3,
        )
        for row in rows:
            table.rows.append(
                [
                    task_name(row.task),
                    condition_name(row.condition, self.is_simulated),
                    STATUS_NAMES.get(row.status, row.status),
                    LEFT_OUT_NAMES.get(row.left_out, row.left_out),
                    f"{row.n_answers:,}",
                ]
            )
        return table

    @property
    def exclusions(self) -> DisplayTable | None:
        """What each declared rule removed, None where none was declared."""
        rules = [row for row in self.results.exclusions if row.declared]
        if not rules:
            return None
        table = DisplayTable("Rules for whole participants, declared before data.", [], [], n_heads=2)
        table.header = ["Rule", "Setting", "Participants removed", "Answers removed"]
        for row in rules:
            counts = [MISSING if n is None else str(n) for n in (row.n_participants, row.n_answers)]
            table.rows.append(["", row.rule.replace("_", " "), row.note or MISSING, *counts])
        return table


_CALIBRATION_NOTE = (
    "Brier score: mean squared distance between the confidence in the chosen option and whether it was right; 0 is "
    "best, 0.25 is what 50% confidence always earns. Calibration error: mean over the five confidence levels of the "
    "distance between level and share right, each level weighing the same (Bowman et al. 2022). It is above 0 even for "
    "a perfectly calibrated person, by the amount in the next column, and has no interval: resampling it would "
    "add that bias again."
)


AFTER = ", after exclusions"
_FOLDED = "Where exclusions change a line, the changed one follows it."


def _is_after(row: Sequence[str]) -> bool:
    return row[1].endswith(AFTER)


def _plain(row: Sequence[str], n_heads: int) -> tuple[str, ...]:
    """A row's headings without the account of answers."""
    return (row[0], row[1].removesuffix(AFTER), *row[2 : n_heads + 1])


def is_baseline(row: Contrast) -> bool:
    """Whether a contrast is one of the three with a baseline on all answers, and no further analysis of one."""
    return row.contrast in KNOWN and row.subgroup is None


def tasks_then_all(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """By task, all tasks last; each row followed by the same one after exclusions."""
    places = {key: place for place, key in enumerate(dict.fromkeys(_without_rows(row) for row in rows))}
    return sorted(rows, key=lambda row: (row.task == ALL_TASKS, row.task, places[_without_rows(row)]))


def _without_rows(row: Estimate | Contrast) -> tuple[str | None, ...]:
    return tuple(part for place, part in enumerate(row.key) if place != 3)


def account(row: Estimate | Contrast) -> str:
    """What a row's name ends in to tell it from the same on all answers."""
    return "" if row.rows == Rows.ALL else AFTER
