"""Single participants: whether each was right more often in the second half, and how far apart they are.

The paper's people answered in one order, so that a change from the first half to the second may be learning or
harder questions; it says which only where the order of questions was drawn. The lowest and the highest of several
accuracies lie further apart than the participants' abilities do, the more so the fewer questions each answered.
"""

from dataclasses import asdict, replace
from math import sqrt
from typing import Any

import pandas as pd

from analysis.accuracy import study_tasks
from analysis.entries import ALONE, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.jackknife import Floats, t_quantile
from analysis.results import Estimate, Interval, Role, Rows, in_contract_order

CHANGE, N_IMPROVED, LOWEST, HIGHEST = METRICS = (
    "second_half_minus_first_half",
    "n_participants_improved",
    "accuracy_lowest_participant",
    "accuracy_highest_participant",
)


def halves(rows: pd.DataFrame) -> pd.DataFrame:
    """Accuracy in the first and the second half of each participant's trials that enter, by `position`.

    Indexed by `person`; columns `name` (participant_id, after the study's where two share it), `first`, `second`, and
    `n` trials. The middle trial of an odd number is in neither half; who has fewer than two trials with a position is
    not in the table.
    """
    used = rows[rows["position"].notna()].sort_values(["person", "position", "question_id", "sample"])
    by_person = used.groupby("person")
    place, n = by_person.cumcount(), by_person["person"].transform("size")
    used = used.assign(is_first=place < n // 2, is_second=place >= n - n // 2)[n >= 2]
    who = used.groupby("person").agg(
        name=("participant_id", "first"), study=("study_id", "first"), n=("score", "size")
    )
    in_study = who["study"].fillna("") + "/" + who["name"]
    who["name"] = who["name"].mask(who["name"].duplicated(keep=False), in_study)
    first = used[used["is_first"]].groupby("person")["score"].mean()
    second = used[used["is_second"]].groupby("person")["score"].mean()
    return who.assign(first=first, second=second).sort_values("name")


def individuals(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """Change over halves per participant and on average, and the range of accuracies, from prepared answers."""
    answers = narrowed(
        answers, "participant_id", "study_id", "passage_id", "question_id", "position", "sample"
    )
    found = []
    for condition in (ALONE, WITH_MODEL):
        for system, everything in systems(answers, condition):
            for task in study_tasks(answers):
                own = everything[everything["task"] == task]
                if len(own):
                    found += _changes(own, task, condition, system, rows, level)
                    found += _range(own, task, condition, system, rows)
    return found


def _changes(
    own: pd.DataFrame, task: str, condition: str, system: System, rows: Rows, level: float
) -> list[Estimate]:
    table = halves(entering(own))
    if table.empty:
        reason = "No estimate: no participant has two trials that enter with a position."
        mean = improved = Interval(level=level, note=reason)
    else:
        changes = (table["second"] - table["first"]).to_numpy(float)
        mean = _mean_change(changes, level)
        improved = Interval(
            estimate=float((changes > 0).sum()),
            level=level,
            note=f"Of {len(changes)} participants with two halves. No interval.",
        )
    blank = _row(own, task, condition, system, rows, CHANGE, mean)
    found = [blank, _row(own, task, condition, system, rows, N_IMPROVED, improved)]
    counts = _counts(own)
    for values in table.reset_index().to_dict("records"):
        said = f"From {values['first']:.1%} to {values['second']:.1%}. No interval."
        change = Interval(estimate=float(values["second"] - values["first"]), note=said)
        row = replace(blank, **_without_p(change), **counts[int(values["person"])])
        found.append(replace(row, subgroup=f"participant={values['name']}", role=Role.EXPLORATORY.value))
    return found


def _counts(own: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """What `analysis.entries.count` says, for each participant on their own; hundreds of them at once."""
    used = entering(own)
    entered = used.assign(no_choice=~used["has_choice"]).groupby("person")
    table = pd.DataFrame(
        {
            "n_answers": entered.size(),
            "n_questions": entered["item"].nunique(),
            "n_passages": entered["passage_id"].nunique(),
            "n_no_choice": entered["no_choice"].sum(),
            "n_void": (own["left_out"] == "void").groupby(own["person"]).sum(),
            "n_abandoned": (own["left_out"] == "abandoned").groupby(own["person"]).sum(),
        }
    )
    rows = table.fillna(0).astype(int).reset_index().to_dict("records")
    # Nobody is counted here whom a rule excluded.
    more = {"n_participants": 1, "n_excluded": 0}
    return {int(row.pop("person")): {str(name): int(n) for name, n in row.items()} | more for row in rows}


def _mean_change(changes: Floats, level: float) -> Interval:
    estimate, n = float(changes.mean()), len(changes)
    note = (
        "Mean over participants, each with the same weight. Where the order of questions was not drawn, "
        "it may be their difficulty."
    )
    sd = float(changes.std(ddof=1)) if n > 1 else 0.0
    if sd <= 1e-12:
        why = "one participant" if n == 1 else "the participants do not differ"
        return Interval(estimate=estimate, level=level, note=f"{note} No interval: {why}.")
    se = sd / sqrt(n)
    half = t_quantile((1 + level) / 2, n - 1) * se
    return Interval(
        estimate=estimate,
        ci_low=max(-1.0, estimate - half),
        ci_high=min(1.0, estimate + half),
        level=level,
        ci_method="t over participants, questions held fixed",
        se=se,
        df=float(n - 1),
        note=note,
    )


def _range(own: pd.DataFrame, task: str, condition: str, system: System, rows: Rows) -> list[Estimate]:
    by_person = entering(own).groupby("person")["score"].agg(["mean", "size"])
    if by_person.empty:
        missing = Interval(note="No estimate: there are no answers.")
        return [_row(own, task, condition, system, rows, metric, missing) for metric in (LOWEST, HIGHEST)]
    low, high = by_person["size"].min(), by_person["size"].max()
    trials = f"{low}" if low == high else f"{low} to {high}"
    note = f"Of {len(by_person)} participants with {trials} trials each. No interval."
    return [
        _row(own, task, condition, system, rows, metric, Interval(estimate=value, note=note))
        for metric, value in (
            (LOWEST, float(by_person["mean"].min())),
            (HIGHEST, float(by_person["mean"].max())),
        )
    ]


def _row(
    own: pd.DataFrame,
    task: str,
    condition: str,
    system: System,
    rows: Rows,
    metric: str,
    interval: Interval,
) -> Estimate:
    return Estimate(
        task=task,
        condition=condition,
        metric=metric,
        rows=rows.value,
        **system.fields(),
        **_without_p(interval),
        **asdict(count(own)),
        role=Role.AS_IN_PAPER.value,
    )


def _without_p(interval: Interval) -> dict[str, Any]:
    return {name: value for name, value in in_contract_order(interval).items() if name != "p"}
