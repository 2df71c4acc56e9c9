"""The tables of the report about people with the assistant against more than one baseline, as display text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.asking import NOTHING_ASKED
from analysis.attrition import EVERYBODY
from analysis.complementarity import BIAS, COMPLEMENTARITY, is_claimed
from analysis.contrasts import OVER_HUMAN
from analysis.deference import OVER_RULE
from analysis.equivalence import EQUIVALENCE, NON_INFERIORITY, SUBGROUPS, is_shown
from analysis.gap import GAP, GAP_OF_VOTES
from analysis.protocol_table import protocol_table
from analysis.results import Contrast, Estimate, Rows
from analysis.sensitivity import PREFIX, SAID
from analysis.subjects import PREFIX as SUBJECT
from analysis.tables import AFTER, DisplayTable, Tables, tasks_then_all
from analysis.words import (
    MINUS,
    MISSING,
    comparison_name,
    condition_name,
    p_value,
    percent,
    percent_range,
    plural,
    points,
    points_range,
    task_name,
)


@dataclass(frozen=True)
class ComparisonTables:
    """Tables made from the results that `tables` prints, each None where there is nothing to print."""

    tables: Tables

    @cached_property
    def all(self) -> list[tuple[str, DisplayTable]]:
        """Each table that has a row, with the id it has on the page."""
        made = {
            "t-joint": self.joint,
            "t-protocols": protocol_table(self.tables),
            "t-margin": self.margin,
            "t-gap": self.gap,
            "t-sensitivity": self.sensitivity,
            "t-asking": self.asking,
            "t-subjects": self.subjects,
        }
        return [(name, table) for name, table in made.items() if table is not None]

    @property
    def joint(self) -> DisplayTable | None:
        """The better of the baselines, and the best rule for when to follow the assistant."""
        rows = self._contrasts(lambda row: row.contrast in (COMPLEMENTARITY, OVER_RULE))
        if not rows:
            return None
        table = DisplayTable(
            "Against the better of the two baselines, and against the best rule for when to follow the assistant: "
            "the own answer from a confidence on, else the advice. In percentage points. Above both is said only where "
            f"both one-sided tests reject; not settled is not the same as no difference. {_BIAS_SAID}",
            ["Comparison", "Difference", "95% interval", "p", "Reading", "Trials"],
            [],
        )
        for row in rows:
            table.rows.append(
                [
                    *(task_name(row.task), self._name(row)),
                    points(row.estimate) + table.cite(row.note.removesuffix(BIAS).strip()),
                    *(
                        points_range(row.ci_low, row.ci_high),
                        p_value(row.p),
                        _reading(row),
                        f"{row.n_answers:,}",
                    ),
                ]
            )
        return table

    @property
    def margin(self) -> DisplayTable | None:
        """Whether differences are within the declared margin, or at least not below it."""
        rows = self._contrasts(lambda row: row.subgroup in SUBGROUPS)
        if not rows:
            return None
        margin = points(rows[0].margin).removeprefix("+")
        table = DisplayTable(
            f"Against the margin of {margin} points that was declared before data. Within the margin: the 90% interval "
            "lies between minus and plus the margin. Not worse: it lies above minus the margin.",
            ["Comparison", "Question", "Difference", "90% interval", "p", "Reading"],
            [],
            n_heads=2,
        )
        for row in rows:
            question, shown = _QUESTIONS[row.subgroup or ""]
            table.rows.append(
                [
                    *(task_name(row.task), self._name(row), question),
                    *(points(row.estimate) + table.cite(row.note), points_range(row.ci_low, row.ci_high)),
                    *(
                        p_value(row.p),
                        shown if is_shown(row) else "not settled" if row.p is not None else "no test",
                    ),
                ]
            )
        return table

    @property
    def gap(self) -> DisplayTable | None:
        """How much of the gap up to experts is closed."""
        rows = [row for row in self.tables.results.estimates if row.metric in (GAP, GAP_OF_VOTES)]
        if not rows:
            return None
        table = DisplayTable(
            "Performance gap recovered: what is gained over a floor, as a share of the gap from that floor up to "
            "experts. 100% is as good as experts, 0% no better than the floor. The interval held the truth in 95 to "
            "97% of simulated studies.",
            ["Gap above", "Recovered", "95% interval", "Trials"],
            [],
        )
        for row in tasks_then_all(rows):
            name = _FLOORS[row.subgroup or ""] + (", panels’ votes" if row.metric == GAP_OF_VOTES else "")
            name = name.replace("People", "Simulated") if self.tables.is_simulated else name
            table.rows.append(
                [
                    *(task_name(row.task), self._named(name, row)),
                    percent(row.estimate).replace("-", MINUS) + table.cite(row.note),
                    *(percent_range(row.ci_low, row.ci_high).replace("-", MINUS), f"{row.n_answers:,}"),
                ]
            )
        return table

    @property
    def sensitivity(self) -> DisplayTable | None:
        """The difference from people alone, counted in other ways."""
        found = self._contrasts(lambda row: (row.subgroup or "").startswith(PREFIX))
        rows = [row for row in found if row.estimate is not None]
        if not rows:
            return None
        people = "simulated participants" if self.tables.is_simulated else "people"
        table = DisplayTable(
            f"The difference from {people} alone, counted in other ways, in percentage points. Exploratory: what "
            "matters is whether the rows tell the story of the first one, not which of them leaves zero out.",
            ["Counted", "Difference", "95% interval", "Participants", "Questions", "Trials"],
            [],
        )
        for row in tasks_then_all([*self._contrasts(_is_plain), *rows]):
            name = SAID.get((row.subgroup or "").removeprefix(PREFIX), "As in the table above")
            table.rows.append(
                [
                    *(task_name(row.task), self._named(name, row)),
                    *(points(row.estimate) + table.cite(row.note), points_range(row.ci_low, row.ci_high)),
                    *(f"{n:,}" for n in (row.n_participants, row.n_questions, row.n_answers)),
                ]
            )
        missing: dict[str, None] = {}
        for row in found:
            if row.estimate is None:
                name = SAID[(row.subgroup or "").removeprefix(PREFIX)]
                why = row.note.removeprefix("No estimate: ").partition(".")[0]
                missing[f"{name[0].lower()}{name[1:]} ({why})"] = None
        if missing:
            table.cite(f"Not there: {'; '.join(missing)}.")
        return table

    @property
    def asking(self) -> DisplayTable | None:
        """How often the assistant was there and nothing was asked."""
        rows = [row for row in self.tables.results.estimates if row.metric == NOTHING_ASKED]
        if not rows:
            return None
        table = DisplayTable(
            "Trials with the assistant in which the participant wrote nothing to it.",
            ["Condition", "Nothing asked", "95% interval", "Trials"],
            [],
        )
        for row in tasks_then_all(rows):
            name = self._named(condition_name(row.condition, self.tables.is_simulated), row)
            share = percent(row.estimate) + table.cite(row.note)
            ends = percent_range(row.ci_low, row.ci_high)
            table.rows.append([task_name(row.task), name, share, ends, f"{row.n_answers:,}"])
        return table

    @property
    def subjects(self) -> DisplayTable | None:
        """The difference from people alone by subject, where it has an interval."""
        found = self._contrasts(lambda row: (row.subgroup or "").startswith(SUBJECT))
        rows = [row for row in found if row.ci_low is not None]
        if not rows:
            return None
        table = DisplayTable(
            "The difference from those alone, by subject, in percentage points. Exploratory: the "
            "adjusted p (Benjamini and Hochberg) allows for all subjects of the task.",
            ["Subject", "Difference", "95% interval", "p", "Adjusted p", "Questions", "Trials"],
            [],
        )
        for row in rows:
            name = self._named((row.subgroup or "").removeprefix(SUBJECT).replace("_", " "), row)
            table.rows.append(
                [
                    *(task_name(row.task), name, points(row.estimate), points_range(row.ci_low, row.ci_high)),
                    *(p_value(row.p), p_value(row.p_adjusted), f"{row.n_questions:,}", f"{row.n_answers:,}"),
                ]
            )
        if left := len(
            {(row.task, row.subgroup) for row in found} - {(row.task, row.subgroup) for row in rows}
        ):
            table.cite(
                f"{plural(left, 'subject')} with too few participants or questions for an interval left out."
            )
        return table

    @property
    def attrition(self) -> DisplayTable | None:
        """What became of everybody assigned, by cell; it stands with what was left out."""
        rows = self.tables.results.attrition
        if not rows:
            return None
        table = DisplayTable(
            "Everybody who was given a place, by cell. Where cells lose different people, what is left may differ too.",
            ["Cell", "Assigned", "Completed", "Withdrew", "Ended otherwise", "Not ended", "No trial closed"],
            [],
        )
        for row in rows:
            counts = (row.n_assigned, row.n_completed, row.n_withdrew, row.n_ended_otherwise, row.n_not_ended)
            none_closed = (
                MISSING if row.n_without_a_closed_trial is None else str(row.n_without_a_closed_trial)
            )
            name = "All cells" if row.cell == EVERYBODY else row.cell
            table.rows.append(["", name, *(f"{n:,}" for n in counts), none_closed])
        return table

    @cached_property
    def _has_several_systems(self) -> bool:
        return len({(row.protocol, row.assistant) for row in self.tables.results.contrasts}) > 1

    def _contrasts(self, is_wanted: Callable[[Contrast], bool]) -> Sequence[Contrast]:
        chosen = [row for row in self.tables.results.contrasts if row.metric == "accuracy" and is_wanted(row)]
        return tasks_then_all(chosen)

    def _name(self, row: Contrast) -> str:
        return self._named(comparison_name(row.contrast, self.tables.is_simulated), row)

    def _named(self, name: str, row: Contrast | Estimate) -> str:
        """The name with as much of the system and the account of answers as tells the row from others."""
        if self._has_several_systems:
            name += f" ({', '.join(part for part in (row.protocol, row.assistant) if part)})"
        return name if row.rows == Rows.ALL else f"{name}{AFTER}"


_BIAS_SAID = f"Against the better of the two: {BIAS[0].lower()}{BIAS[1:]}"
_QUESTIONS = {
    EQUIVALENCE: ("About the same?", "within the margin"),
    NON_INFERIORITY: ("At least not worse?", "not worse by the margin"),
}
_FLOORS = {
    "floor=human_alone": "People alone",
    "floor=model_alone": "Model alone",
    "floor=advice": "The assistant’s advice",
}


def _is_plain(row: Contrast) -> bool:
    return row.contrast == OVER_HUMAN and row.subgroup is None


def _reading(row: Contrast) -> str:
    if row.estimate is None or row.p is None:
        return "no test"
    if row.contrast == COMPLEMENTARITY:
        return "above both" if is_claimed(row) else "not settled"
    if row.p >= 1 - row.level:
        return "not settled"
    return "above the rule" if row.estimate > 0 else "below the rule"
