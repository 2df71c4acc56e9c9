"""The tables of the report about people with the assistant against more than one baseline, as display text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.complementarity import COMPLEMENTARITY, is_claimed
from analysis.deference import OVER_RULE
from analysis.results import Contrast, Rows
from analysis.tables import DisplayTable, Tables, tasks_then_all
from analysis.words import comparison_name, p_value, points, points_range, task_name


@dataclass(frozen=True, slots=True)
class ComparisonTables:
    """Tables made from the results that `tables` prints, each None where there is nothing to print."""

    tables: Tables

    @property
    def all(self) -> list[tuple[str, DisplayTable]]:
        """Each table that has a row, with the id it has on the page."""
        made = {"t-joint": self.joint}
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

    def _contrasts(self, is_wanted: Callable[[Contrast], bool]) -> Sequence[Contrast]:
        chosen = [row for row in self.tables.results.contrasts if row.metric == "accuracy" and is_wanted(row)]
        return tasks_then_all(chosen)

    def _name(self, row: Contrast) -> str:
        several = {(other.protocol, other.assistant) for other in self.tables.results.contrasts}
        name = comparison_name(row.contrast, self.tables.is_simulated)
        if len(several) > 1:
            name += f" ({', '.join(part for part in (row.protocol, row.assistant) if part)})"
        return name if row.rows == Rows.ALL else f"{name}, after exclusions"


def _reading(row: Contrast) -> str:
    if row.estimate is None or row.p is None:
        return "no test"
    if row.contrast == COMPLEMENTARITY:
        return "above both" if is_claimed(row) else "not settled"
    if row.p >= 1 - row.level:
        return "not settled"
    return "above the rule" if row.estimate > 0 else "below the rule"
