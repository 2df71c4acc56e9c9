"""What the report page shows, as display text: the tables, lists and sentences that the template lays out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from analysis.columns import Condition
from analysis.figure import Line, lines
from analysis.load import Export
from analysis.manifest import Manifest
from analysis.results import ALL_TASKS, Caution, Contrast, Estimate, Results, Rows
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

    def cite(self, note: str) -> str:
        """Add a note below the table, once, and give the mark that refers to it."""
        if not note:
            return ""
        if note not in self.notes:
            self.notes.append(note)
        return f" [{self.notes.index(note) + 1}]"


@dataclass(frozen=True, slots=True)
class Finding:
    """A headline comparison: its tag, what it says, and the numbers behind it."""

    tag: str
    kind: str
    said: str
    numbers: str


_TAGS = {
    "higher": "more often right",
    "lower": "less often right",
    "not_shown": "not settled",
    "undefined": "no test",
}


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template asks for."""

    export: Export
    results: Results

    @property
    def manifest(self) -> Manifest:
        """What the export says about the study."""
        return self.export.manifest

    @property
    def is_simulated(self) -> bool:
        """Whether the answers are those of simulated participants."""
        return any(row.code == "simulated_only" for row in self.results.warnings) or self._only_simulated

    @property
    def _only_simulated(self) -> bool:
        kinds = set(self.export.answers["participant_kind"]) - {"model"}
        return kinds == {"simulated"}

    @property
    def is_empty(self) -> bool:
        """Whether no answer enters any estimate."""
        return not self.results.estimates

    @property
    def banners(self) -> list[str]:
        """What a reader must know before the first number."""
        said = []
        if self.manifest.flag("is_rehearsal"):
            said.append(
                "Rehearsal with simulated participants. Nothing on this page is evidence about people."
            )
        if self.manifest.flag("is_demo"):
            said.append("Demo study. It shows how the tool works and is evidence of nothing.")
        if self.is_simulated and not said:
            said.append("All participants are simulated. Nothing on this page is evidence about people.")
        if self.manifest.flag("pilot_only"):
            said.append("Pilot only: fewer than 20 passages, too few to speak of new ones.")
        return said

    @property
    def why_empty(self) -> str:
        """Why there are no results."""
        n = len(self.export.answers)
        said = (
            self.manifest.mapping("empty").get("answers") or "No trial was closed when this export was made."
        )
        if n:
            return (
                f"answers.csv has {plural(n, 'row')}, and none enters an estimate; the table below says why."
            )
        counts = "; ".join(f"{str(key).replace('_', ' ')}: {value}" for key, value in self._counts)
        closed = "No trial was closed when this export was made, so there is nothing to estimate."
        return " ".join(
            part for part in (closed, said or "", f"At that time: {counts}." if counts else "") if part
        )

    @property
    def _counts(self) -> list[tuple[str, Any]]:
        return [
            (key, value) for key, value in self.manifest.mapping("counts").items() if isinstance(value, int)
        ]

    @property
    def size(self) -> str:
        """The study in one line: how many took part and answered."""
        used = [row for row in self.results.estimates if row.metric == "accuracy" and row.rows == Rows.ALL]
        tasks = [task_name(task) for task in dict.fromkeys(row.task for row in used) if task != ALL_TASKS]
        answers = self.export.answers
        enters = answers[answers["is_practice"].eq(0) & answers["is_attention_check"].eq(0)]
        people = enters.loc[enters["condition"] != MODEL_ALONE, "participant_id"].nunique()
        noun = "simulated participant" if self.is_simulated else "participant"
        trials = sum(row.n_answers for row in used if row.task != ALL_TASKS and row.condition != MODEL_ALONE)
        return f"{plural(people, noun)}, {plural(trials, 'counted trial')} in {' and '.join(tasks)}"

    # -- findings ----------------------------------------------------------------------------------

    @property
    def findings(self) -> list[Finding]:
        """The headline verdicts on all rows."""
        chosen = [row for row in self.results.verdicts if row.is_headline and row.rows == Rows.ALL]
        parted = [(row.finding, row.sentence.partition(": ")) for row in chosen]
        return [Finding(_TAGS[kind], kind, said, numbers) for kind, (said, _, numbers) in parted]

    @property
    def changes(self) -> list[str]:
        """Headline verdicts that the declared exclusions change; a sentence saying so when none does."""
        after = [
            row for row in self.results.verdicts if row.is_headline and row.rows == Rows.AFTER_EXCLUSIONS
        ]
        if not after:
            return []
        before = {
            (row.task, row.contrast, row.protocol, row.assistant): row.finding
            for row in self.results.verdicts
            if row.rows == Rows.ALL
        }
        changed = [
            row
            for row in after
            if before.get((row.task, row.contrast, row.protocol, row.assistant)) != row.finding
        ]
        if not changed:
            return ["The declared exclusions change none of these findings."]
        return [f"After the declared exclusions this changes. {row.sentence}" for row in changed]

    # -- the figure --------------------------------------------------------------------------------

    @property
    def lines(self) -> list[Line]:
        """The lines of the figure: accuracies on all rows, tasks first and all tasks last."""
        rows = [row for row in self.results.estimates if row.metric == "accuracy" and row.rows == Rows.ALL]
        return lines(_tasks_then_all(rows), task_name, self.label, self.manifest.true_accuracy)

    @property
    def has_truth(self) -> bool:
        """Whether the figure shows true values."""
        return any(line.truth is not None for line in self.lines)

    @property
    def has_all(self) -> bool:
        """Whether several tasks are put together."""
        return any(row.task == ALL_TASKS for row in self.results.estimates)

    @property
    def cautions(self) -> list[Caution]:
        """The reasons for care that no banner says already."""
        return [row for row in self.results.warnings if row.code not in ("pilot_only", "simulated_only")]

    def places(self, caution: Caution) -> str:
        """What a caution concerns, in one phrase with the names that the tables use."""
        return "; ".join(self._place(place) for place in caution.where)

    def _place(self, place: str) -> str:
        task, rest = re.match(r"(\w*)(.*)", place, re.DOTALL).groups()  # type: ignore[union-attr]
        for contrast in {row.contrast for row in self.results.contrasts}:
            _, _, against = comparison_name(contrast, self.is_simulated).rpartition(", ")
            rest = rest.replace(f": {contrast}", f" {against}")
        return task_name(task) + rest

    def label(self, row: Estimate) -> str:
        """A condition with as much of its system as tells it from the others of that condition."""
        same = [other for other in self.results.estimates if other.condition == row.condition]
        differs = [
            name
            for name in ("protocol", "assistant", "provider", "model", "method")
            if len({getattr(other, name) for other in same}) > 1
        ]
        parts = [getattr(row, name) for name in differs if getattr(row, name)]
        if row.method and row.method not in parts:
            parts.append(row.method)
        return ", ".join([condition_name(row.condition, self.is_simulated), *parts])

    # -- tables ------------------------------------------------------------------------------------

    @property
    def accuracy_table(self) -> DisplayTable:
        """Accuracy per task and condition with intervals and what they rest on."""
        # Rules for participants cannot change a model alone, so its row is printed once.
        rows = [row for row in self.results.estimates if row.metric == "accuracy"]
        rows = _tasks_then_all([row for row in rows if row.condition != MODEL_ALONE or row.rows == Rows.ALL])
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
                    *(task_name(row.task), self.label(row) + _account(row)),
                    *(percent(row.estimate) + table.cite(row.note), percent_range(row.ci_low, row.ci_high)),
                    *([percent(truth)] if has_truth else []),
                    str(row.n_participants) if row.condition != MODEL_ALONE else MISSING,
                    *(f"{n:,}" for n in (row.n_questions, row.n_answers, row.n_no_choice)),
                    f"{row.n_void + row.n_abandoned + row.n_excluded:,}",
                ]
            )
        return table

    @property
    def contrast_table(self) -> DisplayTable:
        """Differences in accuracy with intervals and tests."""
        rows = _tasks_then_all([row for row in self.results.contrasts if row.metric == "accuracy"])
        table = DisplayTable("Differences in accuracy, in percentage points.", [], [])
        has_systems = len({(row.protocol, row.assistant) for row in rows}) > 1
        table.header = ["Comparison", "Difference", "95% interval", "p", "Holm p", "df", "Trials"]
        for row in rows:
            name = comparison_name(row.contrast, self.is_simulated)
            if has_systems:
                name += f" ({', '.join(part for part in (row.protocol, row.assistant) if part)})"
            table.rows.append(
                [
                    *(task_name(row.task), name + _account(row)),
                    *(points(row.estimate) + table.cite(row.note), points_range(row.ci_low, row.ci_high)),
                    *(p_value(row.p), p_value(row.p_adjusted), decimal(row.df, 1), f"{row.n_answers:,}"),
                ]
            )
        return table

    @property
    def other_table(self) -> DisplayTable:
        """Accuracy of answered trials, confidence, calibration and time."""
        metrics = {
            "accuracy_answered": ("Right when answered", percent),
            "mean_confidence": ("Mean confidence", percent),
            "brier": ("Brier score", decimal),
            "calibration_error_5bin": ("Calibration error", percent),
            "calibration_error_5bin_if_calibrated": ("Same, if calibrated", percent),
            "response_time_s": ("Median time", seconds),
        }
        chosen = [row for row in self.results.estimates if row.rows == Rows.ALL and row.task != ALL_TASKS]
        by_place: dict[tuple[str, str], dict[str, float | None]] = {}
        for row in chosen:
            by_place.setdefault((task_name(row.task), self.label(row)), {})[row.metric] = row.estimate
        table = DisplayTable(
            "Answered trials only: accuracy, confidence and time.",
            ["Task", "Condition"],
            [],
            notes=[_CALIBRATION_NOTE],
        )
        table.header = ["Condition", *(name for name, _ in metrics.values())]
        for place in sorted(by_place, key=lambda place: place[0]):
            cells = by_place[place]
            table.rows.append([*place, *(say(cells.get(metric)) for metric, (_, say) in metrics.items())])
        return table

    @property
    def status_table(self) -> DisplayTable:
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
    def exclusion_table(self) -> DisplayTable | None:
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

    # -- the study and its files -------------------------------------------------------------------

    @property
    def study(self) -> list[tuple[str, str]]:
        """What the manifest says of the assistant and of what was declared."""
        assistant, analysis = self.manifest.mapping("assistant"), self.manifest.mapping("analysis")
        declared = self.manifest.primary_model_alone
        passed = self.manifest.flag("pass_question")
        share = self.manifest.raw.get("declared_error_share")
        family = "; ".join(comparison_name(name, self.is_simulated) for name in self.manifest.family or ())
        said = [
            ("Assistant", _joined(assistant)),
            ("Assistant mode", self.manifest.text("assistant_mode")),
            ("Declared share of wrong advice", percent(share) if isinstance(share, int | float) else None),
            ("Participants were told", self.manifest.text("told_reliability")),
            ("Question passed to the model", None if passed is None else "yes" if passed else "no"),
            ("Model alone to compare with", _joined(_fields(declared)) if declared else None),
            ("Confirmatory comparisons", family or None),
            ("Margin of equivalence", percent(self.manifest.margin) if self.manifest.margin else None),
            ("Stopping rule", str(analysis["stopping_rule"]) if analysis.get("stopping_rule") else None),
        ]
        return [(name, value) for name, value in said if value]

    @property
    def origin(self) -> list[tuple[str, str]]:
        """Study, hashes and versions, for whoever wants to repeat this."""
        made = self.results.made_from
        versions = ", ".join(f"{name} {value}" for name, value in made["versions"].items() if value)
        said = [
            ("Export", made["source"]),
            ("Study", made["study_id"]),
            ("Design hash", made["design_hash"]),
            ("Plan hash", made["plan_hash"]),
            ("Seed", made["seed"]),
            *((f"SHA-256 of {name}", value) for name, value in made["files"].items()),
            ("Versions", versions),
        ]
        return [(name, str(value)) for name, value in said if value is not None]


_CALIBRATION_NOTE = (
    "Brier score: mean squared distance between the confidence in the chosen option and whether it was right; 0 is "
    "best, 0.25 is what 50% confidence always earns. Calibration error: mean over the five confidence levels of the "
    "distance between level and share right, each level weighing the same (Bowman et al. 2022). It is above 0 even for "
    "a perfectly calibrated person, by the amount in the next column. No intervals: theirs were not simulated."
)


def _tasks_then_all(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """By task, all tasks last; each row followed by the same one after exclusions."""
    places = {key: place for place, key in enumerate(dict.fromkeys(_without_rows(row) for row in rows))}
    return sorted(rows, key=lambda row: (row.task == ALL_TASKS, row.task, places[_without_rows(row)]))


def _without_rows(row: Estimate | Contrast) -> tuple[str | None, ...]:
    return tuple(part for place, part in enumerate(row.key) if place != 3)


def _account(row: Estimate | Contrast) -> str:
    return "" if row.rows == Rows.ALL else ", after exclusions"


def _joined(values: Mapping[str, Any]) -> str | None:
    return " · ".join(value for value in values.values() if value and isinstance(value, str)) or None


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in ("provider", "model", "method")}
