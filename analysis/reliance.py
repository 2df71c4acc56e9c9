"""Whether people follow the assistant where it is right and not where it is wrong.

Advice is the last option that the assistant stood for in a trial (`advice_choice`); answers without a choice, and
trials in which no advice could be read, are left out and counted. Over-reliance is P(choice = advice | advice wrong),
under-reliance P(choice != advice | advice right), agreement the same without the words. People agree also because
they know: the contrasts take away how often people alone choose that option on the same questions
(`analysis.base_rate`).

Signal detection (Langer et al. 2024): the signal is that the assistant is wrong, the response that the person chooses
something else. d' = z(hit) - z(false alarm) says how well they tell, c = -(z(hit) + z(false alarm))/2 how slow they
are to override; log-linear correction, (k + 1/2)/(n + 1).

All this describes. Only where the plan drew at random in which trials the assistant argues for a wrong option, or is
weakened, is anything an effect: of that draw, over all trials, whether or not the assistant was asked. That is the
contrast by stance; what conditions on advice that was read stays a description of those trials.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.accuracy import cluster_word, method_name, people_part
from analysis.base_rate import jackknife_base, pair
from analysis.entries import ALONE, WITH_MODEL, entering, narrowed
from analysis.jackknife import Floats, difference_interval, jackknife
from analysis.place import Place, places
from analysis.results import Contrast, Estimate, Interval, Rows
from analysis.sides import why_unadvised
from analysis.sums import clusters_of, jackknife_sums, mean_interval, rate_interval, weighted_mean

AGREEMENT, OVER, UNDER, BASE, STATED = (
    "advice_agreement",
    "overreliance",
    "underreliance",
    "advice_base_rate",
    "advice_stated",
)
D_PRIME, CRITERION = "error_detection_d", "error_detection_c"
BY_STANCE = "accuracy_by_stance"
OVER_BASE = f"{WITH_MODEL} - {ALONE}"
RIGHT, WRONG = "advice=right", "advice=wrong"
RANDOMISED_MODES = frozenset({"assigned", "sandbagged"})
DESCRIPTIVE = (
    "Descriptive: nobody drew at random where the assistant was wrong, so such questions may differ in other ways, and "
    "so may those who asked; no effect is meant."
)
RANDOMISED = (
    "The plan drew at random where the assistant was to be wrong or weakened; this number rests on the trials in which "
    "advice could be read and describes those. The effect of the draw is the contrast by stance."
)


def advised(everything: pd.DataFrame) -> pd.DataFrame:
    """Answers with a choice and advice whose rightness is known; adds `is_advice_right` and `follows`, 0 or 1."""
    known = everything["advice_choice"].notna() & everything["choice"].notna()
    own = everything[known]
    matches = (
        (own["advice_choice"] == own["correct_choice"]).astype(float).where(own["correct_choice"].notna())
    )
    is_right = own["advice_correct"].fillna(matches)
    follows = (own["choice"] == own["advice_choice"]).astype(float)
    own = own.assign(is_advice_right=is_right, follows=follows)
    return own[own["is_advice_right"].notna()]


def is_randomised(answers: pd.DataFrame) -> bool:
    """Whether the plan drew in which of these trials the assistant was to be wrong or weakened."""
    mode = answers["assistant_mode"]
    return bool(len(mode)) and bool(mode.isin(RANDOMISED_MODES).all())


def reliances(
    answers: pd.DataFrame, rows: Rows, level: float = 0.95
) -> tuple[list[Estimate], list[Contrast]]:
    """Agreement, over- and under-reliance and error detection per task and system, and their contrasts."""
    answers = narrowed(
        answers,
        "advice_choice",
        "advice_correct",
        "advice_status",
        "choice",
        "correct_choice",
        "manipulated",
        "stance",
    )
    estimates: list[Estimate] = []
    compared: list[Contrast] = []
    alone = entering(answers[(answers["condition"] == ALONE) & answers["choice"].notna()])
    for place, everything in places(answers, rows):
        if place.condition != WITH_MODEL:
            continue
        own = advised(everything)
        if why := why_unadvised(everything):
            estimates += unadvised(place, (STATED, AGREEMENT, OVER, UNDER, D_PRIME, CRITERION), why, level)
        elif len(entering(own)):
            said = RANDOMISED if is_randomised(entering(own)) else DESCRIPTIVE
            estimates.append(_stated(place, everything, own, said, level))
            estimates += _detection(place, own, said, level)
            for metric, subgroup, rows_of, sign in _MEASURES:
                part = own if rows_of is None else own[own["is_advice_right"] == rows_of]
                estimates.append(_rate(place, metric, subgroup, part, sign, said, level))
                unaided = alone[alone["task"] == place.task]
                base, beyond = _against_base(place, metric, subgroup, part, unaided, sign, said, level)
                compared.append(beyond)
                if metric == AGREEMENT:
                    estimates.append(base)
        compared += _by_stance(place, everything, level)
    return estimates, compared


# metric, subgroup, whether the advice was right (None: either), and 1 for following or -1 for not following
_MEASURES: tuple[tuple[str, str | None, float | None, int], ...] = (
    (AGREEMENT, None, None, 1),
    (AGREEMENT, RIGHT, 1.0, 1),
    (AGREEMENT, WRONG, 0.0, 1),
    (OVER, None, 0.0, 1),
    (UNDER, None, 1.0, -1),
)
_MEANINGS = {
    AGREEMENT: "Share that chose what the assistant last stood for.",
    OVER: "P(choice = advice | advice wrong).",
    UNDER: "P(choice != advice | advice right).",
}


def unadvised(place: Place, metrics: Sequence[str], why: str, level: float) -> list[Estimate]:
    """Numbers that need advice, where there is none: null, each with the reason."""
    return [
        Estimate(
            task=place.task,
            condition=place.condition,
            metric=metric,
            rows=place.rows.value,
            **place.system.fields(),
            estimate=None,
            level=level,
            note=f"No estimate: {why}.",
        )
        for metric in metrics
    ]


def share(value: Floats, own: pd.DataFrame, why_none: str, level: float, metric: str = "") -> Interval:
    """The share of the answers that enter, with its interval; null with the reason where there are none."""
    if own.empty:
        return Interval(estimate=None, level=level, note=f"No estimate: {why_none}.")
    clusters = clusters_of(own)
    return rate_interval(weighted_mean(value, np.ones(len(own)), clusters), len(own), clusters, level, metric)


def _none_of(subgroup_value: float | None) -> str:
    return "no advice that could be read was " + ("right" if subgroup_value else "wrong")


def _rate(
    place: Place, metric: str, subgroup: str | None, part: pd.DataFrame, sign: int, said: str, level: float
) -> Estimate:
    used = entering(part)
    follows = used["follows"].to_numpy(float)
    is_right = metric == UNDER or subgroup == RIGHT
    interval = share(follows if sign > 0 else 1 - follows, used, _none_of(float(is_right)), level, metric)
    return place.estimate(metric, interval, part, f"{_MEANINGS[metric]} {said}", subgroup=subgroup)


def _against_base(
    place: Place,
    metric: str,
    subgroup: str | None,
    part: pd.DataFrame,
    unaided: pd.DataFrame,
    sign: int,
    said: str,
    level: float,
) -> tuple[Estimate, Contrast]:
    """How often people alone choose the advised option, and how much more often those who were advised to do."""
    used = entering(part)
    paired = pair(used, unaided)
    if used.empty or paired.advised.empty:
        is_right = metric == UNDER or subgroup == RIGHT
        why = _none_of(float(is_right)) if used.empty else "people alone answered none of these questions"
        base = beyond = Interval(estimate=None, level=level, note=f"No estimate: {why}.")
    else:
        clusters = paired.clusters
        base = rate_interval(jackknife_base(paired, 0, 1), len(paired.advised), clusters, level)
        beyond = mean_interval(jackknife_base(paired, sign, -sign), clusters, level, -1, 1)
    n_left_out = len(used) - len(paired.advised)
    note = "On the same questions, from people alone who chose the option that was advised."
    if n_left_out:
        note += f" {n_left_out} answers are left out because nobody alone answered their question."
    counted = pd.concat([part[part["item"].isin(paired.alone["item"])], paired.alone])
    meaning = f"{_MEANINGS[metric]} Less the same of people alone. {note} {said}"
    return (
        place.estimate(BASE, base, counted, f"{note} {said}", subgroup=subgroup),
        place.contrast(OVER_BASE, metric, beyond, counted, meaning, subgroup=subgroup),
    )


def _stated(place: Place, everything: pd.DataFrame, own: pd.DataFrame, said: str, level: float) -> Estimate:
    chosen = everything[everything["choice"].notna()]
    used = entering(chosen)
    is_read = used.index.isin(own.index).astype(float)
    counts = used.loc[is_read == 0, "advice_status"].fillna("not said").value_counts().sort_index()
    rest = "; ".join(f"{str(name).replace('_', ' ')}: {n}" for name, n in counts.items())
    note = "Share of answers with a choice in which the advice could be read and held against the key."
    if rest:
        note += f" The others by advice_status (stated: speakers differ, or there is no key): {rest}."
    return place.estimate(
        STATED, share(is_read, used, "there are no answers", level), chosen, f"{note} {said}"
    )


# -- error detection -------------------------------------------------------------------------------


def _detection(place: Place, own: pd.DataFrame, said: str, level: float) -> list[Estimate]:
    used = entering(own)
    is_wrong, overrides = 1 - used["is_advice_right"].to_numpy(float), 1 - used["follows"].to_numpy(float)
    columns = np.column_stack([is_wrong, is_wrong * overrides, 1 - is_wrong, (1 - is_wrong) * overrides])
    clusters = clusters_of(used)
    found = []
    for metric, statistic, meaning in (
        (D_PRIME, d_prime, "d': how well wrong advice is told from right; 0 is not at all."),
        (CRITERION, criterion, "c: above 0, slow to choose something else than advised; below 0, quick."),
    ):
        if is_wrong.all() or not is_wrong.any():
            why = _none_of(float(bool(is_wrong.all())))
            interval = Interval(estimate=None, level=level, note=f"No estimate: {why}.")
        else:
            interval = mean_interval(jackknife_sums(columns, statistic, clusters), clusters, level)
        note = f"{meaning} Signal: advice wrong; response: another choice; log-linear correction. {said}"
        found.append(place.estimate(metric, interval, own, note))
    return found


def d_prime(totals: Floats) -> Floats:
    """z(hit) - z(false alarm) from totals of wrong, wrong and overridden, right, right and overridden."""
    hit, alarm = _z(totals[..., 1], totals[..., 0]), _z(totals[..., 3], totals[..., 2])
    return np.asarray(hit - alarm, dtype=np.float64)


def criterion(totals: Floats) -> Floats:
    """-(z(hit) + z(false alarm))/2 from the same totals."""
    hit, alarm = _z(totals[..., 1], totals[..., 0]), _z(totals[..., 3], totals[..., 2])
    return np.asarray(-(hit + alarm) / 2, dtype=np.float64)


def _z(k: Floats, n: Floats) -> Floats:
    from scipy.special import ndtri

    return np.asarray(
        np.where(n > 0.5, ndtri((k + 0.5) / (np.maximum(n, 0.0) + 1)), np.nan), dtype=np.float64
    )


# -- what the plan drew ----------------------------------------------------------------------------


def _by_stance(place: Place, everything: pd.DataFrame, level: float) -> list[Contrast]:
    """Accuracy where the draw had the assistant right, or left it as it is, less where it was wrong or weakened."""
    used = entering(everything)
    if not is_randomised(used) or used["assistant_mode"].nunique() > 1:
        return []
    if used["assistant_mode"].iloc[0] == "assigned":
        name = "stance right - stance wrong"
        is_drawn = everything["stance"].str.len() == 1
        is_good = everything["stance"] == everything["correct_choice"]
    else:
        name = "as it is - weakened"
        is_drawn = everything["manipulated"].notna()
        is_good = everything["manipulated"] == 0
    drawn = everything[is_drawn]
    good, bad = entering(drawn[is_good[is_drawn]]), entering(drawn[~is_good[is_drawn]])
    if good.empty and bad.empty:  # two speakers, one for the right option and one for a wrong one
        return []
    parts = [
        people_part(rows, rows["score"].to_numpy(float), sign) for rows, sign in ((good, 1.0), (bad, -1.0))
    ]
    items = cluster_word({place.task: everything})
    interval = difference_interval(jackknife(parts, items=items), method_name(True, items), level)
    note = (
        "Effect of what the plan drew at random, over all trials drawn, whether or not the assistant was asked. A "
        "trial without a choice counts as wrong."
    )
    return [place.contrast(name, BY_STANCE, interval, drawn, note)]
