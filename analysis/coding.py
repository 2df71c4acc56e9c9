"""The strategies of `analysis.strategies`, coded trial by trial: as columns of the answers, and as shares of trials."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.entries import WITH_MODEL, entering, narrowed
from analysis.messages import Message
from analysis.place import places
from analysis.results import Estimate, Role, Rows
from analysis.strategies import RULE, STRATEGIES, StrategyCodes, code
from analysis.sums import clusters_of, rate_interval, weighted_mean

SHARE = "strategy_share"
Said = Mapping[str, Sequence[Message]]


def strategy_codes(answers: pd.DataFrame, said: Said | None) -> list[StrategyCodes]:
    """The codes of every assisted trial, by trial; none without the messages (`said`: the participant's, by trial).

    A trial that has fewer messages with a text than its participant wrote is left uncoded (None): words are missing.
    """
    if said is None:
        return []
    own = answers[(answers["condition"] == WITH_MODEL) & answers["trial_id"].notna()]
    found = []
    for trial, n in sorted(zip(own["trial_id"].astype(str), own["n_messages"], strict=True)):
        messages = said.get(trial, ())
        is_whole = bool(messages) if pd.isna(n) else len(messages) >= n
        found.append(code(trial, messages) if is_whole else StrategyCodes(trial, None, None, None))
    return found


def with_codes(answers: pd.DataFrame, codes: Sequence[StrategyCodes]) -> pd.DataFrame:
    """The answers with a column per strategy, 1 or 0, missing where a trial has no code."""
    trials = answers["trial_id"].where(answers["condition"] == WITH_MODEL)
    columns = {
        name: trials.map({row.trial_id: getattr(row, name) for row in codes}).astype("float64")
        for name in STRATEGIES
    }
    return answers.assign(**columns)


def strategy_shares(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """The share of assisted trials with each strategy, per task and system, from answers that `with_codes` gave."""
    found = []
    for place, everything in places(narrowed(answers, *STRATEGIES), rows):
        for name in STRATEGIES if place.condition == WITH_MODEL else ():
            coded = everything[everything[name].notna()]
            used = entering(coded)
            if used.empty:
                continue
            clusters = clusters_of(used)
            hits = used[name].to_numpy(float)
            interval = rate_interval(weighted_mean(hits, hits * 0 + 1, clusters), len(used), clusters, level)
            uncoded = len(entering(everything)) - len(used)
            note = f"Coded by rule {RULE} from the participant's messages." + (
                f" {uncoded} trials are left out: their messages are not all in the export."
                if uncoded
                else ""
            )
            found.append(
                place.estimate(
                    SHARE, interval, coded, note, subgroup=f"strategy={name}", role=Role.EXPLORATORY
                )
            )
    return found
