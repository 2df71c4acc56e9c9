"""What people do with an answer of their own once they have the assistant: keep it, follow, or go elsewhere.

From answers that were committed before help was available (`initial_choice`); a draft is none. RAIR and RSR are those
of Schemmer et al. (2023, arXiv 2302.02187): relative AI reliance, P(final right | initial wrong, advice right), and
relative self-reliance, P(final right | initial right, advice wrong). Weight on advice is that of judge-advisor
studies, (p after - p before)/(1 - p before) for the probability of the advised option, cut to 0 and 1.

A change from wrong to right is a benefit, from right to wrong a harm; with four options there is a third, from one
wrong option to another. They are changes while the assistant was there, also in trials in which it said nothing of use:
a second look changes answers too, and only a control group that answers twice alone could tell these apart.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.columns import LETTERS
from analysis.entries import ALONE, MODEL, entering, narrowed
from analysis.messages import Message
from analysis.place import Place, places
from analysis.reliance import DESCRIPTIVE, RANDOMISED, RIGHT, WRONG, advised, is_randomised, share, unadvised
from analysis.results import Change, Estimate, Interval, Role, Rows
from analysis.sides import why_unadvised
from analysis.sums import clusters_of, mean_interval, weighted_mean

RAIR, RSR, SWITCH, TO_ADVICE, WEIGHT = "rair", "rsr", "switch_rate", "switch_to_advice", "weight_on_advice"
BENEFIT, HARM, ELSEWHERE = "benefit", "harm", "wrong_to_other_wrong"
KINDS = (BENEFIT, HARM, ELSEWHERE)
_CHANGES = {
    BENEFIT: "Initial answer wrong, final answer right.",
    HARM: "Initial answer right, final answer wrong.",
    ELSEWHERE: "Initial answer wrong, final answer wrong in another way.",
}
_SECOND_LOOK = "While the assistant was there, whatever the reason: a second look alone changes answers too."


_READ = [
    "initial_choice",
    "choice",
    "correct_choice",
    "advice_choice",
    "advice_correct",
    "advice_status",
    "stance",
]
_READ += [f"{prefix}{letter.lower()}" for prefix in ("initial_p_", "p_") for letter in LETTERS]


def revisions(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Estimate]:
    """RAIR, RSR, switch rates, weight on advice, and benefit and harm events, where there are initial answers."""
    answers = narrowed(answers, *_READ)
    found: list[Estimate] = []
    for place, everything in places(answers, rows):
        if place.condition in (ALONE, MODEL):
            continue
        own = everything[everything["initial_choice"].notna() & everything["choice"].notna()]
        used = entering(own)
        if used.empty:
            continue
        said = RANDOMISED if is_randomised(used) else DESCRIPTIVE
        found += _events(place, own, level)
        if why := why_unadvised(own):
            found += unadvised(place, (RAIR, RSR, SWITCH, TO_ADVICE), why, level)
        else:
            found += _reliance(place, advised(own), said, level)
        found += _weights(place, advised(everything), said, level)
    return found


_TOLD = ["task", "trial_id", "participant_id", "question_id", "kind"]
_TOLD += ["initial_choice", "choice", "correct_choice", "advice_choice"]


def changes(answers: pd.DataFrame, messages: Mapping[str, Message]) -> list[Change]:
    """Every benefit, harm and move to another wrong option, with the last message of its trial where there is one."""
    own = entering(answers[answers["initial_choice"].notna() & answers["choice"].notna()])
    own = own.assign(kind=_kind(own)).dropna(subset="kind")[_TOLD].astype(object)
    found = []
    for cell in own.where(own.notna(), None).to_dict("records"):
        last = None if cell["trial_id"] is None else messages.get(cell["trial_id"])
        found.append(
            Change(
                task=cell["task"],
                trial_id=cell["trial_id"],
                participant_id=cell["participant_id"],
                question_id=cell["question_id"],
                kind=cell["kind"],
                initial_choice=cell["initial_choice"],
                choice=cell["choice"],
                correct_choice=cell["correct_choice"],
                advice_choice=cell["advice_choice"],
                message_seq=last.seq if last else None,
                message_speaker=last.speaker if last else None,
                message_at=last.at if last else None,
                message_text=last.text if last else None,
            )
        )
    return sorted(found, key=lambda change: tuple(str(value) for value in change.place))


def _kind(own: pd.DataFrame) -> pd.Series:
    """benefit, harm or wrong_to_other_wrong per answer; missing where nothing changed or the key is not known."""
    before, after, key = own["initial_choice"], own["choice"], own["correct_choice"]
    kind = pd.Series(None, index=own.index, dtype="object")
    kind[(before != key) & (after == key)] = BENEFIT
    kind[(before == key) & (after != key)] = HARM
    kind[(before != key) & (after != key) & (before != after)] = ELSEWHERE
    return kind.where(key.notna(), None)


def _events(place: Place, own: pd.DataFrame, level: float) -> list[Estimate]:
    known = own[own["correct_choice"].notna()]
    used = entering(known)
    kind = _kind(used)
    found = []
    for name in KINDS:
        happened = np.asarray(kind == name, dtype=np.float64)
        n = int(happened.sum())
        rate = share(happened, used, "the key is not known", level)
        said = f"{_CHANGES[name]} {n} of {len(used)} answers. {_SECOND_LOOK}"
        found.append(place.estimate(f"{name}_rate", rate, known, said))
        count = Interval(estimate=float(n) if len(used) else None)
        said = f"{_CHANGES[name]} A count{'' if len(used) else ', and the key is not known'}: no interval."
        found.append(place.estimate(f"{name}_events", count, known, said, role=Role.EXPLORATORY))
    return found


def _reliance(place: Place, own: pd.DataFrame, said: str, level: float) -> list[Estimate]:
    if entering(own).empty:
        return []
    own = own[own["correct_choice"].notna()]
    was_right, is_right = (
        own["initial_choice"] == own["correct_choice"],
        own["choice"] == own["correct_choice"],
    )
    advice_right, differs = own["is_advice_right"] == 1, own["initial_choice"] != own["advice_choice"]
    measures = (
        (RAIR, ~was_right & advice_right, is_right, "P(final right | initial wrong, advice right)."),
        (RSR, was_right & ~advice_right, is_right, "P(final right | initial right, advice wrong)."),
        (SWITCH, differs, own["choice"] != own["initial_choice"], "P(final != initial | initial != advice)."),
        (TO_ADVICE, differs, own["follows"] == 1, "P(final = advice | initial != advice)."),
    )
    found = []
    for metric, chance, hit, meaning in measures:
        part = own[chance]
        used = entering(part)
        value = np.asarray(hit.loc[used.index], dtype=np.float64)
        interval = share(value, used, "there was no such answer (0 of 0)", level, metric)
        found.append(place.estimate(metric, interval, part, f"{meaning} {said}"))
    return found


def _weights(place: Place, own: pd.DataFrame, said: str, level: float) -> list[Estimate]:
    """Weight on advice where the advised option has a probability before and after."""
    before, after = _p_advice(own, "initial_p_"), _p_advice(own, "p_")
    is_known = ~np.isnan(before) & ~np.isnan(after)
    if not len(entering(own[is_known])):
        return []
    is_sure = is_known & (before > 1 - 1e-9)
    raw = (after - before) / np.where(is_known & ~is_sure, 1 - before, 1.0)
    found = []
    for subgroup, rows_of in ((None, None), (RIGHT, 1.0), (WRONG, 0.0)):
        belongs = np.ones(len(own), dtype=bool) if rows_of is None else (own["is_advice_right"] == rows_of)
        part = own[is_known & ~is_sure & belongs]
        used = entering(part)
        value = pd.Series(raw, index=own.index).loc[used.index].to_numpy(float)
        n_sure = len(entering(own[is_sure & belongs]))
        n_cut = int(((value < 0) | (value > 1)).sum())
        note = (
            "Mean of (p after - p before)/(1 - p before) for the advised option, cut to 0 and 1 in "
            f"{n_cut} of {len(used)} answers; {n_sure} more had been certain of it before and have none. {said}"
        )
        if used.empty:
            interval = Interval(
                estimate=None, level=level, note="No estimate: there was no such answer (0 of 0)."
            )
        else:
            clusters = clusters_of(used)
            mean = weighted_mean(np.clip(value, 0, 1), np.ones(len(used)), clusters)
            interval = mean_interval(mean, clusters, level, 0, 1)
        found.append(place.estimate(WEIGHT, interval, part, note, subgroup=subgroup))
    return found


def _p_advice(own: pd.DataFrame, prefix: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The probability of the advised option, NaN where none was given."""
    table = own[[f"{prefix}{letter.lower()}" for letter in LETTERS]].to_numpy(float)
    place = own["advice_choice"].map({letter: n for n, letter in enumerate(LETTERS)}).to_numpy(np.int64)
    return np.asarray(table[np.arange(len(own)), place], dtype=np.float64)
