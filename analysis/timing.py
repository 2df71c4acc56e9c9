"""How long people took: the median response time per task and condition."""

from dataclasses import asdict

import pandas as pd

from analysis.accuracy import study_tasks
from analysis.columns import Condition
from analysis.entries import count, entering, narrowed, systems
from analysis.results import Estimate, Role, Rows


def response_times(answers: pd.DataFrame, rows: Rows) -> list[Estimate]:
    """The median `response_time_s` of the answers that enter, where the export has times, from prepared answers."""
    answers = narrowed(answers, "response_time_s")
    found = []
    for condition in Condition:
        for system, everything in systems(answers, condition):
            for task in study_tasks(answers):
                own = everything[everything["task"] == task]
                timed = own[own["response_time_s"].notna()]
                used = entering(timed)
                if used.empty:
                    continue
                found.append(
                    Estimate(
                        task=task,
                        condition=str(condition),
                        metric="response_time_s",
                        rows=rows.value,
                        **system.fields(),
                        estimate=float(used["response_time_s"].median()),
                        **asdict(count(timed)),
                        role=Role.EXPLORATORY.value,
                        note="Median; time limits cut long times off. No interval is given.",
                    )
                )
    return found
