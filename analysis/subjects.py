"""The difference from people alone subject by subject, as a look around: every p allows for all subjects of the task.

With many subjects some difference looks large by chance. `p_adjusted` is Benjamini and Hochberg's (1995): of the
subjects that it calls different at 5%, no more than about 5% are expected to be false calls.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace

import pandas as pd

from analysis.accuracy import cluster_word, method_name, people_part, study_tasks
from analysis.contrasts import OVER_HUMAN
from analysis.entries import ALONE, WITH_MODEL, count, entering, narrowed, systems
from analysis.jackknife import difference_interval, jackknife
from analysis.results import Contrast, Role, Rows

PREFIX = "subject="
FAMILY = "subjects, Benjamini-Hochberg"


def subjects(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Contrast]:
    """A row per subject, task and system, where a task has several subjects, from prepared answers."""
    answers = narrowed(answers, "subject")
    found: list[Contrast] = []
    alone = answers[answers["condition"] == ALONE]
    for system, own in systems(answers, WITH_MODEL):
        both = pd.concat([own, alone])
        for task in study_tasks(answers):
            of_task = both[both["task"] == task]
            if of_task["subject"].nunique() < 2:
                continue
            items = cluster_word({task: of_task})
            made = []
            for subject, frame in of_task.groupby("subject", sort=True):
                used = entering(frame)
                parts = [
                    people_part(part, part["score"].to_numpy(float), sign)
                    for sign, condition in ((1, WITH_MODEL), (-1, ALONE))
                    for part in [used[used["condition"] == condition]]
                ]
                interval = difference_interval(jackknife(parts, items=items), method_name(True, items), level)
                made.append(
                    Contrast(
                        task=task,
                        contrast=OVER_HUMAN,
                        metric="accuracy",
                        rows=rows.value,
                        **system.fields(),
                        subgroup=f"{PREFIX}{subject}",
                        **asdict(interval),
                        **asdict(count(frame)),
                        family=FAMILY,
                        role=Role.EXPLORATORY.value,
                    )
                )
            ps = benjamini_hochberg([row.p for row in made])
            found += [replace(row, p_adjusted=p) for row, p in zip(made, ps, strict=True)]
    return found


def benjamini_hochberg(ps: Sequence[float | None]) -> list[float | None]:
    """Step-up adjusted p values in the given order; None stays None and does not count."""
    known = sorted(((p, place) for place, p in enumerate(ps) if p is not None), reverse=True)
    adjusted: list[float | None] = [None] * len(ps)
    smallest = 1.0
    for rank_from_top, (p, place) in enumerate(known):
        smallest = min(smallest, p * len(known) / (len(known) - rank_from_top))
        adjusted[place] = smallest
    return adjusted
