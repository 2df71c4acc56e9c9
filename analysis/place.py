"""Where a row of results stands: task, condition, system and account; with an interval it becomes a row."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pandas as pd

from analysis.accuracy import study_tasks
from analysis.columns import Condition
from analysis.entries import System, count, systems
from analysis.results import Contrast, Estimate, Interval, Role, Rows


@dataclass(frozen=True, slots=True)
class Place:
    """What the rows about one task, condition and system share."""

    task: str
    condition: str
    system: System
    rows: Rows

    def estimate(
        self,
        metric: str,
        interval: Interval,
        counted: pd.DataFrame,
        note: str = "",
        *,
        subgroup: str | None = None,
        role: Role = Role.SECONDARY,
    ) -> Estimate:
        """A number about this condition; `counted` are the answers it rests on, those left out included."""
        values = {name: value for name, value in asdict(interval).items() if name != "p"}
        values["note"] = _joined(interval.note, note)
        return Estimate(
            task=self.task,
            condition=self.condition,
            metric=metric,
            rows=self.rows.value,
            **self.system.fields(),
            subgroup=subgroup,
            **values,
            **asdict(count(counted)),
            role=role.value,
        )

    def contrast(
        self,
        name: str,
        metric: str,
        interval: Interval,
        counted: pd.DataFrame,
        note: str = "",
        *,
        subgroup: str | None = None,
    ) -> Contrast:
        """A difference that nobody declared before data: exploratory, its p adjusted for nothing."""
        values = asdict(interval)
        values["note"] = _joined(interval.note, note)
        return Contrast(
            task=self.task,
            contrast=name,
            metric=metric,
            rows=self.rows.value,
            **self.system.fields(),
            subgroup=subgroup,
            **values,
            **asdict(count(counted)),
            role=Role.EXPLORATORY.value,
        )


def places(answers: pd.DataFrame, rows: Rows) -> Iterator[tuple[Place, pd.DataFrame]]:
    """Each task, condition and system with all of its study answers, void and abandoned ones included."""
    tasks = study_tasks(answers)
    for condition in Condition:
        for system, everything in systems(answers, condition):
            for task in tasks:
                yield Place(task, str(condition), system, rows), everything[everything["task"] == task]


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
