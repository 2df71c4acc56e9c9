"""How often people had the assistant and asked it nothing: what help cannot have come from it.

Only where a participant may write at all: in a chat, a cross-examination, or whatever protocol anybody wrote in.
"""

from dataclasses import asdict, replace

import pandas as pd

from analysis.accuracy import cluster_word, method_name, over_tasks, people_part
from analysis.entries import WITH_MODEL, count, entering, narrowed, systems
from analysis.jackknife import accuracy_interval, jackknife
from analysis.results import Estimate, Interval, Role, Rows

NOTHING_ASKED = "nothing_asked"
_ASKED_BY_PEOPLE = (None, "chat", "cross_examination")


def nothing_asked(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """The share of assisted trials without a message of the participant, per task and system, from prepared answers."""
    answers = narrowed(answers, "n_messages")
    found = []
    for system, own in systems(answers, WITH_MODEL):
        counted = own[own["n_messages"].notna()]
        may_ask = system.protocol in _ASKED_BY_PEOPLE or (counted["n_messages"] > 0).any()
        if entering(counted).empty or not may_ask:
            continue
        for task, by_task in over_tasks(counted, answers):
            used = [entering(frame) for frame in by_task.values()]
            weight = 1 / len(used)
            parts = [
                people_part(frame, (frame["n_messages"] == 0).to_numpy().astype(float), weight)
                for frame in used
            ]
            items = cluster_word(by_task)
            n_answers = sum(len(frame) for frame in used)
            method = f"{method_name(True, items)}; simulated for accuracies, not for this share"
            interval: Interval = accuracy_interval(jackknife(parts, items=items), n_answers, method, level)
            if interval.estimate is None:
                interval = replace(interval, note="No estimate: not every task has counts of messages.")
            found.append(
                Estimate(
                    task=task,
                    condition=WITH_MODEL,
                    metric=NOTHING_ASKED,
                    rows=rows.value,
                    **system.fields(),
                    **{name: value for name, value in asdict(interval).items() if name != "p"},
                    **asdict(count(pd.concat(by_task.values()))),
                    role=Role.EXPLORATORY.value,
                )
            )
    return found
