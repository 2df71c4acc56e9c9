"""What the report page shows beside its tables: banners, findings, reasons for care, the study and its files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from analysis.belief_figure import Turn, turns
from analysis.belief_table import belief_table
from analysis.cards import Card, cards
from analysis.check_table import check_table
from analysis.comparison_tables import ComparisonTables
from analysis.contrasts import KNOWN
from analysis.departures import NONE_FOUND, UNKNOWN, departure_table
from analysis.diagram import Point, points
from analysis.exclusions import ENTERS, left_out
from analysis.export import Export
from analysis.figure import Line, lines
from analysis.manifest import Manifest
from analysis.methods import Methods, methods
from analysis.paper_tables import PaperTables
from analysis.reliance_table import is_debated, is_drawn, reliance_table
from analysis.results import ALL_TASKS, Caution, Estimate, Results, Rows
from analysis.score_table import score_table
from analysis.strategy_table import StrategyPart, strategy_part
from analysis.tables import MODEL_ALONE, DisplayTable, Tables, tasks_then_all
from analysis.words import comparison_name, percent, plural, task_name


@dataclass(frozen=True)
class Page:
    """Everything the template asks for; a table that it asks for twice is made once."""

    export: Export
    results: Results

    @property
    def manifest(self) -> Manifest:
        """What the export says about the study."""
        return self.export.manifest

    @cached_property
    def tables(self) -> Tables:
        """The tables of the page."""
        return Tables(self.export, self.results)

    @cached_property
    def paper(self) -> PaperTables:
        """The tables that stand beside the paper's numbers."""
        return PaperTables(self.results, self.is_simulated)

    @cached_property
    def comparisons(self) -> ComparisonTables:
        """The tables about more than one baseline at once."""
        return ComparisonTables(self.tables)

    @property
    def is_simulated(self) -> bool:
        """Whether the answers are those of simulated participants only."""
        return self.tables.is_simulated

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
        return f"{said} There is nothing to estimate." + (f" At that time: {counts}." if counts else "")

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
        enters = answers[(left_out(answers) == ENTERS) & (answers["condition"] != MODEL_ALONE)]
        people = enters["participant_id"].nunique()
        noun = "simulated participant" if self.is_simulated else "participant"
        trials = sum(row.n_answers for row in used if row.task != ALL_TASKS and row.condition != MODEL_ALONE)
        return f"{plural(people, noun)}, {plural(trials, 'counted trial')} in {' and '.join(tasks)}"

    @cached_property
    def checks(self) -> DisplayTable | None:
        """The main comparison by other methods, None where nothing could be compared."""
        return check_table(self.tables)

    @property
    def further(self) -> list[tuple[str, str, str, DisplayTable]]:
        """The further comparisons: id, title, what it is about, and the table."""
        return [
            (name, *_FURTHER.get(name, (_title(name), "")), table) for name, table in self.comparisons.all
        ]

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Where to find what: the id and the name of each part that the page has."""
        parts = [
            ("numbers", "Accuracy and differences", True),
            ("care", "Read with care", bool(self.cautions)),
            ("checks", "Other methods", self.checks is not None),
            *((f"further-{name}", title, True) for name, title, _, _ in self.further),
            ("others", "Confidence and time", True),
            ("beliefs", "Beliefs by turn", self.beliefs is not None),
            ("reliance", "Following advice", self.reliance is not None or self.is_debated),
            ("strategies", "Messages, time and strategies", bool(self.strategies.tables)),
            ("paper", "Beside the paper", self.paper.table_1 is not None),
            ("left-out", "What was left out", bool(self.results.answers_by_status)),
            ("how", "Methods and references", True),
        ]
        return [(name, title) for name, title, is_there in parts if is_there]

    # -- findings ----------------------------------------------------------------------------------

    @cached_property
    def cards(self) -> list[Card]:
        """The verdict of every task, with the comparisons behind it."""
        return cards(self.tables)

    @property
    def sentences(self) -> list[str]:
        """Every headline verdict in full, as results.json has it."""
        return [row.sentence for row in self.results.verdicts if row.is_headline and row.rows == Rows.ALL]

    @cached_property
    def methods(self) -> Methods:
        """What was done, ready to paste."""
        return methods(self.tables)

    @property
    def watermark(self) -> str:
        """What stands across a page that is not about people."""
        if self.manifest.flag("is_rehearsal") or self.is_simulated:
            return "Simulated"
        return "Demo" if self.manifest.flag("is_demo") else ""

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

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the figure: accuracies on all rows, tasks first and all tasks last."""
        rows = [row for row in self.results.estimates if row.metric == "accuracy" and row.rows == Rows.ALL]
        return lines(tasks_then_all(rows), task_name, self._line_label, self.manifest.true_accuracy)

    def _line_label(self, row: Estimate) -> str:
        # What tells several systems apart stands last and would be cut off.
        return self.tables.label(row).replace("with the assistant, ", "with ", 1)

    @cached_property
    def scores(self) -> DisplayTable | None:
        """What confidence is worth, None where nobody gave one."""
        return score_table(self.tables)

    @cached_property
    def reliance(self) -> DisplayTable | None:
        """How people used the advice, None where none could be read."""
        return reliance_table(self.tables)

    @cached_property
    def strategies(self) -> StrategyPart:
        """How people dealt with the assistant, and how accuracy went with it."""
        return strategy_part(self.tables)

    @cached_property
    def beliefs(self) -> DisplayTable | None:
        """How right and how sure judges were after each reply, None where no beliefs were stated."""
        return belief_table(self.tables)

    @cached_property
    def turns(self) -> list[Turn]:
        """The turns that the figure of beliefs draws."""
        return turns(self.results.estimates, task_name, self.tables.label)

    @property
    def is_reliance_drawn(self) -> bool:
        """Whether the plan drew at random where every assistant was wrong or weakened."""
        return is_drawn(self.results)

    @property
    def is_debated(self) -> bool:
        """Whether any assistant's two sides argued for different options."""
        return is_debated(self.results)

    @cached_property
    def diagram(self) -> list[Point]:
        """The points of the reliability diagram."""
        return points(self.results.estimates, task_name, self.tables.label)

    @property
    def departures(self) -> DisplayTable | None:
        """Where the study departs from its registration, None where nowhere."""
        said = self.manifest.mapping("registration")
        return departure_table(self.results.departures, said.get("registered_at"), said.get("sha256"))

    @property
    def no_departures(self) -> str:
        """What is said where there is no departure to show."""
        said = self.manifest.mapping("registration")
        if not said:
            return UNKNOWN
        digest = str(said.get("sha256"))[:12]
        return f"{NONE_FOUND} Registered at {said.get('registered_at')}, SHA-256 {digest}…"

    @property
    def has_truth(self) -> bool:
        """Whether the figure shows true values."""
        return any(line.truth is not None for line in self.lines)

    @property
    def has_all(self) -> bool:
        """Whether several tasks are put together."""
        return any(row.task == ALL_TASKS and row.metric == "accuracy" for row in self.results.estimates)

    @property
    def cautions(self) -> list[Caution]:
        """The reasons for care that no banner says already, with comparisons named as in the tables."""
        shown = [row for row in self.results.warnings if row.code not in ("pilot_only", "simulated_only")]
        names = {f"{name}: ": f"{comparison_name(name, self.is_simulated)}. " for name in KNOWN}
        for key, name in names.items():
            shown = [replace(row, message=row.message.replace(key, name)) for row in shown]
        return shown

    def places(self, caution: Caution) -> str:
        """What a caution concerns, in one phrase with the names that the tables use."""
        return "; ".join(self._place(place) for place in caution.where)

    def _place(self, place: str) -> str:
        task, rest = re.match(r"(\w*)(.*)", place, re.DOTALL).groups()  # type: ignore[union-attr]
        for contrast in {row.contrast for row in self.results.contrasts}:
            _, _, against = comparison_name(contrast, self.is_simulated).rpartition(", ")
            rest = rest.replace(f": {contrast}", f" {against}")
        return task_name(task) + rest

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
            ("SHA-256 of the registration", self.manifest.mapping("registration").get("sha256")),
            ("Seed", made["seed"]),
            *((f"SHA-256 of {name}", value) for name, value in made["files"].items()),
            ("Versions", versions),
        ]
        return [(name, str(value)) for name, value in said if value is not None]


_FURTHER = {
    "t-joint": ("Better than both, or than following by rule", "Complementarity and the deference test"),
    "t-protocols": ("Protocols against each other", "Any two protocols or assistants of this study"),
    "t-margin": ("Against the declared margin", "About the same, or at least not worse"),
    "t-gap": ("Gap up to experts", "How much of it is closed"),
    "t-sensitivity": ("Counted in other ways", "Whether the difference stays when it is counted otherwise"),
    "t-asking": ("Nothing asked", "Trials in which the assistant was there and unused"),
    "t-subjects": ("By subject", "Exploratory, adjusted for all subjects"),
}


def _title(name: str) -> str:
    return name.removeprefix("t-").replace("_", " ").replace("-", " ").capitalize()


def _joined(values: Mapping[str, Any]) -> str | None:
    return " · ".join(value for value in values.values() if value and isinstance(value, str)) or None


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in ("provider", "model", "method")}
