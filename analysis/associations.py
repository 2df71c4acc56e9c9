"""How accuracy goes with the number of messages, resets, time and strategies: associations, never effects.

People ask more where a question is hard and where they are careful, so accuracy goes with asking without any effect
of it. Each measure has two rows: the slope within question and participant (`analysis.within`) first, then the naive
one over all trials, which can have the wrong sign. Even the first compares trials that people chose to treat
differently. In simulations in which messages did nothing but hard questions took more of them, the naive slope in
log-odds was -.25 per message and the one within was -.001 in probability.
The interval within held no effect in 98 to 99.7% of 400 to 600 such studies (5 x 60, 20 x 20, 60 x 20 with 30% of the
answers), the naive one in 70 to 75%; too few studies, and of one kind only, to call it validated.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.entries import WITH_MODEL, entering, narrowed
from analysis.jackknife import Codes, Floats
from analysis.place import places
from analysis.results import Estimate, Interval, Role, Rows
from analysis.strategies import RULE, STRATEGIES
from analysis.sums import Clusters, clusters_of, jackknife_sums, mean_interval
from analysis.within import Terms, takes_whole_fit, within_both

MESSAGES, RESETS, MINUTES = ("n_messages", "n_resets", "response_time_min")
MEASURES = (MESSAGES, RESETS, MINUTES, *STRATEGIES)
WITHIN, NAIVE = "adjusted=question+participant", "adjusted=nothing"
NOTE = "An association, not an effect: nobody drew at random in which trials people did this."
_UNITS = {
    MESSAGES: "Change of accuracy per message that the participant wrote.",
    RESETS: "Change of accuracy per reset.",
    MINUTES: "Change of accuracy per minute of response time.",
}
_NAIVE_NOTE = (
    "Over all trials as they are: hard questions and careful people are not taken out, and can turn its sign."
)


def metric_of(measure: str) -> str:
    """The metric under which the association with a measure stands in results.json."""
    return f"accuracy_by_{measure}"


def associations(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """Accuracy's slopes per task and system of human_with_model, from answers that `analysis.coding` gave codes."""
    found = []
    own = narrowed(answers, MESSAGES, RESETS, "response_time_s", *STRATEGIES)
    own = own.assign(response_time_min=own["response_time_s"] / 60)
    for place, everything in places(own, rows):
        for measure in MEASURES if place.condition == WITH_MODEL else ():
            known = everything[everything[measure].notna()]
            used = entering(known)
            if used.empty:
                continue
            unit = _UNITS.get(
                measure, f"Accuracy in trials with it less that in trials without, by rule {RULE}."
            )
            for subgroup, interval in _both(used, measure, level):
                found.append(
                    place.estimate(
                        metric_of(measure),
                        interval,
                        known,
                        f"{unit} {NOTE}" + (f" {_NAIVE_NOTE}" if subgroup == NAIVE else ""),
                        subgroup=subgroup,
                        role=Role.EXPLORATORY,
                    )
                )
    return found


def _both(used: pd.DataFrame, measure: str, level: float) -> list[tuple[str, Interval]]:
    x, y = used[measure].to_numpy(float), used["score"].to_numpy(float)
    if np.ptp(x) == 0:
        nothing = Interval(level=level, note=f"No estimate: it was {x[0]:g} in every trial.")
        return [(WITHIN, nothing), (NAIVE, nothing)]
    person, question = (
        np.unique(used[name].to_numpy(np.int64), return_inverse=True)[1].astype(np.int64)
        for name in ("person", "item")
    )
    bound = 1.0 if measure in STRATEGIES else np.inf
    return slopes(x, y, person, question, clusters_of(used), level, bound)


def slopes(
    x: Floats,
    y: Floats,
    person: Codes,
    question: Codes,
    clusters: Clusters,
    level: float = 0.95,
    bound: float = np.inf,
) -> list[tuple[str, Interval]]:
    """The slope of `y` on `x` within question and participant, then the naive one, cut at `bound` on both sides.

    One entry per answer; participant and question as codes without gaps.
    """
    terms = Terms(x, y, person, question)
    made = mean_interval(within_both(terms, clusters), clusters, level, -bound, bound)
    if made.ci_method:
        kept = ", effects of the whole fit" if takes_whole_fit(terms) else ""
        made = replace(made, ci_method=f"{made.ci_method}; slope within question and participant{kept}")
    naive = mean_interval(jackknife_sums(_columns(x, y), slope, clusters), clusters, level, -bound, bound)
    return [(WITHIN, made), (NAIVE, naive)]


def _columns(x: Floats, y: Floats) -> Floats:
    # Distances from the mean keep the digits that products of large numbers lose; the slope is the same.
    x = x - x.mean()
    return np.column_stack([np.ones_like(x), x, y, x * x, x * y])


def slope(totals: Floats) -> Floats:
    """The least-squares slope from the totals of 1, x, y, xx and xy; NaN where x does not vary."""
    n, x, y, xx, xy = np.moveaxis(totals, -1, 0)
    safe = np.where(n > 0, n, 1.0)
    varies = xx - x * x / safe
    is_there = (n > 0) & (varies > 1e-9)
    return np.where(is_there, (xy - x * y / safe) / np.where(is_there, varies, 1.0), np.nan)
