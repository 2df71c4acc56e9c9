"""How often a panel of people is right by weighted majority vote, and whether its certainty means what it says.

A panel's accuracy grows with its size, so only panels of one size can be compared. Where every question of a task and
condition was put to the same people, they are the panel (the paper's four or five). Else each question has panels of
exactly `size` voters drawn from those who answered it, and a question counts with the mean over its panels.

The intervals take questions (or passages) as samples and hold the voters fixed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from analysis.accuracy import cluster_word, method_name, study_tasks
from analysis.calibration import CENTRES, bins, calibration_error, expected_calibration_error
from analysis.columns import LETTERS
from analysis.entries import ALONE, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.jackknife import Codes, Floats, Part, accuracy_interval, jackknife
from analysis.results import Estimate, Interval, Role, Rows
from analysis.weighted_vote import CEILING, TOLERANCE, Outcome, cut, decide, panel_scores, vote

PANEL_SIZE = 5
ACCURACY, ERROR, ERROR_IF_CALIBRATED, TIES, AT_MAXIMUM, N_AT_MAXIMUM = METRICS = (
    "accuracy_wmv",
    "calibration_error_5bin_wmv",
    "calibration_error_5bin_wmv_if_calibrated",
    "n_ties_wmv",
    "accuracy_wmv_at_maximum",
    "n_questions_wmv_at_maximum",
)
INDEPENDENT = (
    "The vote takes voters as independent: where one model advised all of them it is surer than it should be."
)
_VECTOR = ["p_a", "p_b", "p_c", "p_d"]


@dataclass(frozen=True, slots=True)
class Ballot:
    """What the panels of one task and condition decided, question by question.

    `credit`, `tied` and `n_at_maximum` are means over a question's panels, `right_at_maximum` the credit of those
    among them whose winner has at least 99%; `in_bin` and `right_in_bin` (questions x 5) count panels and credit by
    the winner's share. `is_everybody`: the same voters for all questions, else panels of `size`.
    """

    is_everybody: bool
    size: int
    clusters: pd.Series
    credit: Floats
    tied: Floats
    n_at_maximum: Floats
    right_at_maximum: Floats
    in_bin: Floats
    right_in_bin: Floats
    n_votes: int
    n_voters: int
    n_without_vote: int
    n_without_panel: int
    has_distributions: bool


def weighted_majorities(
    answers: pd.DataFrame, rows: Rows, size: int = PANEL_SIZE, level: float = 0.95
) -> list[Estimate]:
    """All metrics of the weighted majority vote per task, human condition and system, from prepared answers."""
    answers = narrowed(answers, "choice", "correct_choice", "correct", "confidence", "sample", *_VECTOR)
    found = []
    for condition in (ALONE, WITH_MODEL):
        for system, everything in systems(answers, condition):
            for task in study_tasks(answers):
                own = everything[everything["task"] == task]
                if len(own):
                    found += _of_one(own, task, condition, system, rows, size, level)
    return found


def _of_one(
    own: pd.DataFrame, task: str, condition: str, system: System, rows: Rows, size: int, level: float
) -> list[Estimate]:
    ballot = cast(own, size)
    counts = count(own)
    if isinstance(ballot, Ballot):
        counts = replace(
            counts,
            n_answers=ballot.n_votes,
            n_participants=ballot.n_voters,
            n_questions=len(ballot.credit),
        )
        values = _intervals(ballot, cluster_word({task: own}), level)
    else:
        values = dict.fromkeys(METRICS, Interval(level=level, note=f"No estimate: {ballot}."))
    return [
        Estimate(
            task=task,
            condition=condition,
            metric=metric,
            rows=rows.value,
            **system.fields(),
            **{name: value for name, value in asdict(interval).items() if name != "p"},
            **asdict(counts),
            role=Role.AS_IN_PAPER.value,
        )
        for metric, interval in values.items()
    ]


# -- who votes ----------------------------------------------------------------------------------------


def cast(own: pd.DataFrame, size: int = PANEL_SIZE) -> Ballot | str:
    """What panels decide about the study answers of one task, condition and system, or why there are none.

    An answer without a choice, or without how sure it is, gives no vote: it says nothing for any option. A question on
    which nobody of the panel votes counts as wrong.
    """
    used = entering(own)
    votes = _votes(used)
    if votes.empty:
        return _why_no_votes(used)
    keys = _keys(used)
    if unknown := int(used["item"].nunique() - len(keys)):
        return f"which option is right is not known for {unknown} questions (correct_choice is missing)"
    is_everybody = is_one_panel(own)
    panel = None if is_everybody else size
    items = used.groupby("item")["cluster"].first().sort_index()
    probabilities = _probabilities(votes)
    of_item: dict[int, Codes] = votes.reset_index(drop=True).groupby("item").indices  # type: ignore[assignment]
    nobody: Codes = np.array([], dtype=np.int64)
    outcomes: dict[int, Outcome | None] = {}
    for item in map(int, items.index):
        places = of_item.get(item, nobody)
        if panel is not None and len(places) < panel:
            continue
        scores = panel_scores(probabilities[places], keys[item], panel) if len(places) else None
        outcomes[item] = None if scores is None else decide(scores, 0)
    if not outcomes:
        most = int(votes.groupby("item").size().max())
        return (
            f"no question has {size} voters who gave a choice and how sure they were; the most that one has is {most} "
            "(choose wmv_panel_size)"
        )
    voting = votes[votes["item"].isin(list(outcomes))]
    return Ballot(
        is_everybody=is_everybody,
        size=int(own.loc[~own["excluded"], "person"].nunique()) if is_everybody else size,
        clusters=items[list(outcomes)],
        n_votes=len(voting),
        n_voters=int(voting["person"].nunique()),
        n_without_vote=len(used) - len(votes),
        n_without_panel=len(items) - len(outcomes),
        has_distributions=bool(voting["has_distribution"].any()),
        **_summed(list(outcomes.values())),
    )


def is_one_panel(own: pd.DataFrame) -> bool:
    """Whether every question was put to the same people, whatever became of single trials."""
    put = own[~own["excluded"]]
    return bool((put.groupby("item")["person"].nunique() == put["person"].nunique()).all())


def _votes(used: pd.DataFrame) -> pd.DataFrame:
    """The answers that vote: one per person and question, the first where somebody answered a question again."""
    has_distribution = used[_VECTOR].notna().all(axis=1)
    is_vote = used["choice"].notna() & (used["confidence"].notna() | has_distribution)
    votes = used.assign(has_distribution=has_distribution)[is_vote].sort_values("sample", kind="stable")
    return votes.drop_duplicates(["person", "item"])


def _why_no_votes(used: pd.DataFrame) -> str:
    if used.empty:
        return "there are no answers"
    if used["choice"].isna().all():
        return "no answer says which option was chosen (choice)"
    return "no answer says how sure it is (confidence, or p_a to p_d)"


def _keys(used: pd.DataFrame) -> dict[int, int]:
    """The place (0-3) of the right option per question, from the bank's key or from an answer that was right."""
    known = used["correct_choice"].fillna(used["choice"].where(used["correct"] == 1))
    first = known.groupby(used["item"]).first().dropna()
    return {int(item): LETTERS.index(str(letter)) for item, letter in first.items()}  # type: ignore[call-overload]


def _probabilities(votes: pd.DataFrame) -> Floats:
    places = {letter: place for place, letter in enumerate(LETTERS)}
    choice: Codes = votes["choice"].map(places).to_numpy().astype(np.int64)
    has_distribution = votes["has_distribution"].to_numpy(bool)
    spread = vote(choice, votes["confidence"].fillna(0.25).to_numpy(float))
    if has_distribution.any():
        whole = cut(votes[_VECTOR].fillna(0.25).to_numpy(float))
        spread = np.where(has_distribution[:, None], whole, spread)
    return spread


def _summed(outcomes: Sequence[Outcome | None]) -> dict[str, Floats]:
    n = len(outcomes)
    credit, tied, at_maximum, right_at_maximum = (np.zeros(n) for _ in range(4))
    in_bin, right_in_bin = np.zeros((n, len(CENTRES))), np.zeros((n, len(CENTRES)))
    for place, outcome in enumerate(outcomes):
        if outcome is None:
            continue
        is_sure = outcome.posterior >= CEILING - TOLERANCE
        credit[place], tied[place] = outcome.credit.mean(), outcome.is_tied.mean()
        at_maximum[place], right_at_maximum[place] = is_sure.mean(), (outcome.credit * is_sure).mean()
        code, n_panels = bins(outcome.posterior), len(outcome.credit)
        in_bin[place] = np.bincount(code, minlength=len(CENTRES)) / n_panels
        right_in_bin[place] = np.bincount(code, weights=outcome.credit, minlength=len(CENTRES)) / n_panels
    return {
        "credit": credit,
        "tied": tied,
        "n_at_maximum": at_maximum,
        "right_at_maximum": right_at_maximum,
        "in_bin": in_bin,
        "right_in_bin": right_in_bin,
    }


# -- the numbers --------------------------------------------------------------------------------------


def _intervals(ballot: Ballot, items: str, level: float) -> dict[str, Interval]:
    n = len(ballot.credit)
    per_panel = "" if ballot.is_everybody else ", mean over panels"
    ties = float(ballot.tied.sum())
    said = _said(ballot, f"Ties: {ties:.4g} of {n} questions{per_panel}, with credit shared.")
    part = Part(1.0, ballot.credit, None, ballot.clusters.to_numpy(np.int64))
    method = f"{method_name(False, items)}, voters held fixed"
    accuracy = accuracy_interval(jackknife([part], items=items), n, method, level)
    held = "The interval speaks of new questions for these voters, not of new voters."
    in_bin, right = ballot.in_bin.sum(axis=0), ballot.right_in_bin.sum(axis=0)
    used = in_bin > 0
    bin_of, share, weight = np.array(CENTRES)[used], right[used] / in_bin[used], in_bin[used]
    n_sure = float(ballot.n_at_maximum.sum())
    sure = (
        Interval(
            estimate=float(ballot.right_at_maximum.sum()) / n_sure,
            level=level,
            note=f"Of the {n_sure:.4g} of {n} questions{per_panel} whose winner has at least 99%. No interval.",
        )
        if n_sure > 0
        else Interval(level=level, note="No estimate: no winner has 99% or more.")
    )
    error = calibration_error(bin_of, share, weight) if used.any() else None
    expected = expected_calibration_error(bin_of, weight) if used.any() else None
    no_bins = "" if used.any() else "No estimate: nobody voted. "
    return {
        ACCURACY: replace(
            accuracy,
            ci_method=(accuracy.ci_method or "").replace("over answers", "over questions") or None,
            note=" ".join(part for part in (accuracy.note, said, held) if part),
        ),
        ERROR: Interval(
            estimate=error,
            level=level,
            note=f"{no_bins}Our rule: the winner’s share of all scores is put in the nearest of the paper’s five bins; "
            "empty bins are left out. No interval: its coverage was not simulated.",
        ),
        ERROR_IF_CALIBRATED: Interval(
            estimate=expected,
            level=level,
            note=f"{no_bins}What panels that are perfectly calibrated would score at these bin counts. No interval.",
        ),
        TIES: Interval(
            estimate=ties, level=level, note=f"Questions on which options tied{per_panel}. No interval."
        ),
        AT_MAXIMUM: sure,
        N_AT_MAXIMUM: Interval(
            estimate=n_sure,
            level=level,
            note=f"Questions whose winner has at least 99%{per_panel}. No interval.",
        ),
    }


def _said(ballot: Ballot, ties: str) -> str:
    if ballot.is_everybody:
        parts = [f"One panel: all {ballot.size} voters, the same for every question."]
        if lacking := int((ballot.in_bin.sum(axis=1) == 0).sum()):
            parts.append(f"On {lacking} questions nobody voted; they count as wrong.")
    else:
        parts = [f"Panels of exactly {ballot.size} voters, mean over each question’s panels."]
        if ballot.n_without_panel:
            parts.append(f"{ballot.n_without_panel} questions with fewer voters are left out.")
    parts.append(ties)
    if ballot.n_without_vote:
        parts.append(f"{ballot.n_without_vote} answers give no vote: no choice, or not how sure.")
    if ballot.has_distributions:
        parts.append("Distributions over options are cut to .01/3 to .99 and made to add up to 1 (our rule).")
    return " ".join([*parts, INDEPENDENT])
