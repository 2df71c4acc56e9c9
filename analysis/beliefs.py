"""How right and how sure judges are after each reply, from the beliefs that they stated on the way.

Turn n is the n-th belief of a trial; turn 0 is the answer committed before help, where a study asked for one. Each
turn has two accounts, because neither is the whole truth. *Stated*: the trials that have a belief at that turn; trials
end after different numbers of turns, so later turns rest on other trials, and a curve over turns may rise or fall for
that alone. *Carried* (metrics that end in `_carried`): every trial with a belief so far, with the last one it has; the
trials stay the same, but those that are over count as if nothing had changed.

Judges are people, or models in their place. Where models judge beside people, they enter nothing else and have rows of
their own here (`subgroup` "turn=3, judges=simulated"). Intervals are the two-way jackknife's, whose coverage was not
simulated for beliefs; `ci_method` says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cells import FIRST_ROW
from analysis.entries import WITH_MODEL, entering, narrowed, why_left_out
from analysis.errors import ExportError
from analysis.jackknife import Floats
from analysis.place import Place, places
from analysis.reliance import share
from analysis.results import Estimate, Interval, Rows
from analysis.scoring import LOG_RANGE, P_COLUMNS, forecasts
from analysis.sums import clusters_of, mean_interval, weighted_mean

ACCURACY, OVERCONFIDENCE = "belief_accuracy", "belief_overconfidence"
BRIER4, LOG_SCORE = "belief_brier_multiclass", "belief_log_score"
MISSING = "belief_missing"
CARRIED = "_carried"
SIMULATED = "judges=simulated"
_INITIAL = ("initial_choice", "initial_confidence", *(f"initial_{name}" for name in P_COLUMNS))
_BELIEF = ("choice", "confidence", *P_COLUMNS)


def beliefs(
    stated: pd.DataFrame | None, answers: pd.DataFrame, rows: Rows, level: float = 0.95
) -> list[Estimate]:
    """Accuracy, over-confidence, Brier and log score by turn, per task and system, and how many turns are missing.

    `stated` is beliefs.csv, one row per belief with original letters; `answers` are prepared. Empty without beliefs;
    ExportError for a belief that stands there twice.
    """
    if stated is None or stated.empty:
        return []
    _refuse_doubles(stated)
    kept = ("trial_id", "correct_choice", "status", "participant_kind", "is_practice", "is_attention_check")
    answers = narrowed(answers, *kept, *_INITIAL)
    found: list[Estimate] = []
    for judges, own in (("", answers), (SIMULATED, _beside_people(answers))):
        for place, everything in places(own, rows):
            if place.condition == WITH_MODEL:
                found += _by_turn(place, everything, join(stated, everything), judges, level)
    return found


def _refuse_doubles(stated: pd.DataFrame) -> None:
    doubled = stated.duplicated(["trial_id", "seq"])
    if doubled.any():
        row = int(doubled.to_numpy().argmax())
        trial, seq = stated[["trial_id", "seq"]].iloc[row]
        raise ExportError(
            f"beliefs.csv, row {row + FIRST_ROW}: trial_id {trial} has its belief {seq:g} twice. Number the beliefs of "
            "a trial 1, 2, 3 in the column seq."
        )


def join(stated: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Every belief beside the cells of its trial, with `turn` and `score`; a trial whose key is not known has none.

    A trial_id that stands in several answers says of none of them whose belief it was.
    """
    known = answers[answers["trial_id"].notna() & answers["correct_choice"].notna()]
    known = known[~known["trial_id"].duplicated(keep=False)]
    trials = known.drop(columns=list(_INITIAL))
    first = known[["trial_id", *_INITIAL]].set_axis(["trial_id", *_BELIEF], axis=1).assign(turn=0)
    # Where beliefs are asked for, an answer before help is one as well.
    said = stated.rename(columns={"seq": "turn"})[["trial_id", "turn", *_BELIEF]]
    every = pd.concat([first, said.astype({"turn": "int64"})], ignore_index=True)
    every = every[every["choice"].notna()].merge(trials, on="trial_id", how="inner", validate="many_to_one")
    every["score"] = (every["choice"] == every["correct_choice"]).astype("float64")
    given = every[list(P_COLUMNS)].to_numpy(float)
    at = every["choice"].map({name[-1].upper(): n for n, name in enumerate(P_COLUMNS)}).to_numpy(np.int64)
    of_choice = given[np.arange(len(every)), at]
    every["confidence"] = every["confidence"].fillna(pd.Series(of_choice, index=every.index))
    return every.sort_values(["turn", "trial_id"], kind="stable", ignore_index=True)


def _beside_people(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers of models that judged beside people, as if nobody else had."""
    own = answers[answers["left_out"] == "simulated"]
    return own.assign(left_out=why_left_out(own))


def _by_turn(
    place: Place, everything: pd.DataFrame, every: pd.DataFrame, judges: str, level: float
) -> Iterator[Estimate]:
    used = entering(every)
    if not (used["turn"] > 0).any():
        return
    n_trials = len(entering(everything))
    for turn in range(int(used["turn"].min()), int(used["turn"].max()) + 1):
        subgroup = ", ".join(filter(None, (f"turn={turn}", judges)))
        at = every[every["turn"] == turn]
        so_far = every[every["turn"] <= turn].drop_duplicates("trial_id", keep="last")
        n_missing = n_trials - len(entering(at))
        yield place.estimate(
            MISSING,
            _missing(everything, at, level),
            everything,
            f"Share of trials without a belief at this turn: {n_missing} of {n_trials}.",
            subgroup=subgroup,
        )
        said = (
            f"Trials with a belief at this turn; {n_missing} of {n_trials} have none, so that turns differ in their "
            "trials too."
        )
        yield from _scores(place, "", at, said, subgroup, level)
        n_carried = int((entering(so_far)["turn"] < turn).sum())
        n_none = n_trials - len(entering(so_far))
        said = (
            f"The last belief so far, carried forward from an earlier turn in {n_carried} trials; {n_none} of "
            f"{n_trials} trials have none yet and are left out."
        )
        yield from _scores(place, CARRIED, so_far, said, subgroup, level)


def _missing(everything: pd.DataFrame, at: pd.DataFrame, level: float) -> Interval:
    used = entering(everything)
    is_missing = ~used["trial_id"].isin(entering(at)["trial_id"]).to_numpy(bool)
    return share(is_missing.astype(np.float64), used, "there are no answers", level)


@dataclass(frozen=True, slots=True)
class _Score:
    metric: str
    value: Floats
    low: float
    high: float
    meaning: str


def _scores(
    place: Place, suffix: str, at: pd.DataFrame, said: str, subgroup: str, level: float
) -> Iterator[Estimate]:
    used = entering(at)
    right = share(used["score"].to_numpy(float), used, "no trial has a belief at this turn", level)
    yield place.estimate(
        ACCURACY + suffix, right, at, f"Share of beliefs that are right. {said}", subgroup=subgroup
    )
    rated = at[at["confidence"].notna()]
    used = entering(rated)
    if used.empty:
        return
    clusters, forecast = clusters_of(used), forecasts(used)
    n_spread = int(len(used) - forecast.is_whole.sum())
    source = f" In {n_spread} of {len(used)} the options not chosen share what the confidence leaves."
    for score in (
        _Score(
            OVERCONFIDENCE,
            (used["confidence"] - used["score"]).to_numpy(float),
            *(-1, 1),
            "Mean confidence - share right, of beliefs with a confidence.",
        ),
        _Score(BRIER4, forecast.brier, 0, 2, f"Over all four options, 0 to 2, 0 is best.{source}"),
        _Score(
            LOG_SCORE,
            forecast.log_score,
            *LOG_RANGE,
            f"ln of the probability of the right option in nats, cut to .01/3 and .99; 0 is best.{source}",
        ),
    ):
        found = weighted_mean(score.value, np.ones(len(used)), clusters)
        interval = mean_interval(found, clusters, level, score.low, score.high)
        yield place.estimate(
            score.metric + suffix, interval, rated, f"{score.meaning} {said}", subgroup=subgroup
        )
