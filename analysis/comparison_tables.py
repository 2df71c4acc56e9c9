"""The tables of the report about people with the assistant against more than one baseline, as display text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.complementarity import COMPLEMENTARITY, is_claimed
from analysis.deference import OVER_RULE
from analysis.equivalence import EQUIVALENCE, NON_INFERIORITY, SUBGROUPS, is_shown
from analysis.gap import GAP, GAP_OF_VOTES
from analysis.results import Contrast, Estimate, Rows
from analysis.tables import DisplayTable, Tables, tasks_then_all
from analysis.words import comparison_name, p_value, percent, percent_range, points, points_range, task_name


@dataclass(frozen=True, slots=True)
class ComparisonTables:
    """Tables made from the results that `tables` prints, each None where there is nothing to print."""

    tables: Tables

    @property
    def all(self) -> list[tuple[str, DisplayTable]]:
        """Each table that has a row, with the id it has on the page."""
        made = {"t-joint": self.joint, "t-margin": self.margin, "t-gap": self.gap}
        return [(name, table) for name, table in made.items() if table is not None]

    @property
    def joint(self) -> DisplayTable | None:
        """The better of the baselines, and the best rule for when to follow the assistant."""
        rows = self._contrasts(lambda row: row.contrast in (COMPLEMENTARITY, OVER_RULE))
        if not rows:
            return None
        table = DisplayTable(
            "People with the assistant against the better of people alone and the second baseline, and against the "
            "best rule for when to follow it, in percentage points. Above the better of the two is said only where "
            "both tests reject; not settled is not the same as no difference.",
            ["Comparison", "Difference", "95% interval", "p", "Reading", "Trials"],
            [],
        )
        for row in rows:
            table.rows.append(
                [
                    *(task_name(row.task), self._name(row)),
                    *(points(row.estimate) + table.cite(row.note), points_range(row.ci_low, row.ci_high)),
                    *(p_value(row.p), _reading(row), f"{row.n_answers:,}"),
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
        """How much of the gap up to experts people with the assistant close."""
        rows = [row for row in self.tables.results.estimates if row.metric in (GAP, GAP_OF_VOTES)]
        if not rows:
            return None
        table = DisplayTable(
            "Performance gap recovered: what is gained over a floor, as a share of the gap from that floor up to "
            "experts. 100% is as good as experts, 0% no better than the floor. The interval was not validated.",
            ["Gap above", "Recovered", "95% interval", "Trials"],
            [],
        )
        for row in tasks_then_all(rows):
            name = _FLOORS[row.subgroup or ""] + (", panels’ votes" if row.metric == GAP_OF_VOTES else "")
            name = name.replace("People", "Simulated") if self.tables.is_simulated else name
            table.rows.append(
                [
                    *(task_name(row.task), self._named(name, row)),
                    *(percent(row.estimate) + table.cite(row.note), percent_range(row.ci_low, row.ci_high)),
                    f"{row.n_answers:,}",
                ]
            )
        return table

    def _contrasts(self, is_wanted: Callable[[Contrast], bool]) -> Sequence[Contrast]:
        chosen = [row for row in self.tables.results.contrasts if row.metric == "accuracy" and is_wanted(row)]
        return tasks_then_all(chosen)

    def _name(self, row: Contrast) -> str:
        return self._named(comparison_name(row.contrast, self.tables.is_simulated), row)

    def _named(self, name: str, row: Contrast | Estimate) -> str:
        """The name with as much of the system and the account of answers as tells the row from others."""
        several = {(other.protocol, other.assistant) for other in self.tables.results.contrasts}
        if len(several) > 1:
            name += f" ({', '.join(part for part in (row.protocol, row.assistant) if part)})"
        return name if row.rows == Rows.ALL else f"{name}, after exclusions"


_QUESTIONS = {
    EQUIVALENCE: ("About the same?", "within the margin"),
    NON_INFERIORITY: ("At least not worse?", "not worse by the margin"),
}
_FLOORS = {
    "floor=human_alone": "People alone",
    "floor=model_alone": "Model alone",
    "floor=advice": "The assistant’s advice",
}


def _reading(row: Contrast) -> str:
    if row.estimate is None or row.p is None:
        return "no test"
    if row.contrast == COMPLEMENTARITY:
        return "above both" if is_claimed(row) else "not settled"
    if row.p >= 1 - row.level:
        return "not settled"
    return "above the rule" if row.estimate > 0 else "below the rule"
