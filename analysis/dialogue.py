"""How much people talk with the assistant: messages that they write and resets, per assisted trial."""

from dataclasses import asdict, replace

import pandas as pd

from analysis.accuracy import cluster_word, method_name, people_part, study_tasks
from analysis.entries import WITH_MODEL, count, entering, narrowed, systems
from analysis.jackknife import jackknife, t_quantile
from analysis.results import Estimate, Interval, Role, Rows

MESSAGES, RESETS = METRICS = ("n_messages", "n_resets")
_NOTES = {
    MESSAGES: "Mean messages that a participant wrote in a trial. The paper’s turns may have been counted otherwise.",
    RESETS: "Mean times in a trial that a participant made the model forget.",
}


def dialogues(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """Mean messages and resets per task and assistant, over the trials that enter, from prepared answers."""
    answers = narrowed(answers, "n_messages", "n_resets")
    found = []
    for system, everything in systems(answers, WITH_MODEL):
        for task in study_tasks(answers):
            own = everything[everything["task"] == task]
            for metric in METRICS if len(own) else ():
                interval = _mean(own, metric, level)
                counted = own[own[metric].notna()]
                found.append(
                    Estimate(
                        task=task,
                        condition=WITH_MODEL,
                        metric=metric,
                        rows=rows.value,
                        **system.fields(),
                        **{name: value for name, value in asdict(interval).items() if name != "p"},
                        **asdict(count(counted)),
                        role=Role.AS_IN_PAPER.value,
                    )
                )
    return found


def _mean(own: pd.DataFrame, metric: str, level: float) -> Interval:
    used = entering(own)
    used = used[used[metric].notna()]
    if used.empty:
        return Interval(level=level, note=f"No estimate: no trial that enters has {metric}.")
    items = cluster_word({"": own})
    jack = jackknife([people_part(used, used[metric].to_numpy(float), 1.0)], items=items)
    bare = Interval(estimate=jack.estimate, level=level, note=_NOTES[metric])
    if jack.estimate is None or jack.se is None or jack.df is None:
        return replace(bare, note=f"{bare.note} No interval: {jack.reason}.")
    half = t_quantile((1 + level) / 2, jack.df) * jack.se
    return replace(
        bare,
        ci_low=max(0.0, jack.estimate - half),
        ci_high=jack.estimate + half,
        ci_method=f"{method_name(True, items)}, not simulated for counts, cut at 0",
        se=jack.se,
        df=jack.df,
        is_guarded=jack.is_guarded,
    )
