"""Whether people with the assistant beat a fixed rule for when to follow it (Recchia et al. 2025).

The rule: keep the own answer if the own confidence is at least c, else take the assistant's last advice. c is the one
that would have been right most often for all *other* participants, so that nobody's rule has seen their own answers;
"always the advice" and "always the own answer" are among the choices. Of several best c the lowest is taken.

Where participants committed an answer before help was available, the rule is paired by trial: their answer minus what
the rule would have answered on that very trial. Else the own answers are those of people alone, joined to the advice by
question, and the rule is a mean of its own.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.accuracy import cluster_word, method_name, over_tasks, people_part
from analysis.contrasts import ByTask
from analysis.entries import ALONE, WITH_MODEL, System, count, entering, narrowed, systems
from analysis.jackknife import Floats, Part, difference_interval, jackknife
from analysis.results import Contrast, Interval, Rows
from analysis.sides import why_unadvised

OVER_RULE = f"{WITH_MODEL} - switching_rule"
NEVER = 1.01
"""A c above every confidence: always the advice. Confidences are rounded to whole percent to make the choices few."""

_AS_FIXED = "thresholds taken as fixed once chosen; not simulated"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rule earns on each trial, and the c that each trial was judged by."""

    value: Floats
    threshold: Floats


def cross_validate(person: Floats, own: Floats, confidence: Floats, advice: Floats) -> Rule | None:
    """The rule's score on each trial with the c that is best for everybody but its participant; None for one person.

    One entry per trial: whose it is, whether the own answer is right, the confidence in it (-1 for no answer, which
    is always given up), and how often the advice is right.
    """
    people, who = np.unique(person, return_inverse=True)
    if len(people) < 2:
        return None
    rounded = np.round(confidence, 2)
    choices = np.unique(np.append(rounded[rounded >= 0], [0.0, NEVER]))
    # Every trial at or above c earns own - advice more than the advice alone.
    place = np.searchsorted(choices, rounded, side="right") - 1
    kept = place >= 0
    gains = np.zeros((len(people), len(choices)))
    np.add.at(gains, (who[kept], place[kept]), (own - advice)[kept])
    gains = gains[:, ::-1].cumsum(axis=1)[:, ::-1]
    others = gains.sum(axis=0) - gains
    best = (others >= others.max(axis=1, keepdims=True) - 1e-9).argmax(axis=1)
    threshold = choices[best][who]
    return Rule(np.where(rounded >= threshold, own, advice), threshold)


def deferences(answers: pd.DataFrame, rows: Rows, level: float = 0.95) -> list[Contrast]:
    """The comparison with the rule per task and system, where any advice was read, from prepared answers."""
    answers = narrowed(
        answers,
        "advice_correct",
        "confidence",
        "correct_choice",
        "initial_choice",
        "initial_confidence",
        "advice_choice",
        "stance",
    )
    found = []
    alone = answers[answers["condition"] == ALONE]
    for system, own in systems(answers, WITH_MODEL):
        why = why_unadvised(own)
        if not why and not own["advice_correct"].notna().any():
            continue
        for task, assisted in over_tasks(own, answers):
            if why:
                none = [_Made([], np.empty(0), "No rule says which of two sides to follow", why)]
                found.append(_contrast(task, system, rows, level, assisted, none))
                continue
            has_initial = any(len(_with_initial(entering(frame))) for frame in assisted.values())
            make = _within_trials if has_initial else _by_question
            made = [make(entering(assisted[name]), alone[alone["task"] == name]) for name in assisted]
            found.append(_contrast(task, system, rows, level, assisted, made))
    return found


@dataclass(frozen=True, slots=True)
class _Made:
    """The rule in one task: the parts of the contrast, the answers they rest on, the c, what to say."""

    parts: list[tuple[pd.DataFrame, Floats, int]]
    threshold: Floats
    said: str
    reason: str = ""


def _with_initial(used: pd.DataFrame) -> pd.DataFrame:
    needed = ["advice_correct", "initial_choice", "initial_confidence", "correct_choice"]
    return used[used[needed].notna().all(axis=1)]


def _within_trials(used: pd.DataFrame, alone: pd.DataFrame) -> _Made:
    trials = _with_initial(used)
    said = "Paired by trial with the answer before help"
    if len(trials) < len(used):
        said += (
            f"; {len(used) - len(trials)} trials without an own answer, its confidence or advice are left out"
        )
    own = _floats((trials["initial_choice"] == trials["correct_choice"]).astype("float64"))
    rule = cross_validate(
        _floats(trials["person"]),
        own,
        _floats(trials["initial_confidence"]),
        _floats(trials["advice_correct"]),
    )
    if rule is None:
        return _Made([], np.empty(0), said, _too_few(trials))
    return _Made([(trials, _floats(trials["score"]) - rule.value, 1)], rule.threshold, said)


def _by_question(used: pd.DataFrame, alone: pd.DataFrame) -> _Made:
    advised = used[used["advice_correct"].notna()]
    unaided = entering(alone)
    rated = unaided[unaided["confidence"].notna() | ~unaided["has_choice"]]
    shared = set(advised["item"]) & set(rated["item"])
    helped, trials = advised[advised["item"].isin(shared)], rated[rated["item"].isin(shared)]
    said = (
        "Nobody answered before help: the own answers are those of people alone to the same questions, "
        "and the two sides are not paired"
    )
    if left := len(used) - len(helped):
        said += f"; {left} assisted trials without advice or without such an answer are left out"
    advice = trials["item"].map(helped.groupby("item")["advice_correct"].mean())
    rule = cross_validate(
        _floats(trials["person"]),
        _floats(trials["score"]),
        _floats(trials["confidence"].fillna(-1)),
        _floats(advice),
    )
    if rule is None:
        return _Made([], np.empty(0), said, _too_few(trials))
    return _Made([(helped, _floats(helped["score"]), 1), (trials, rule.value, -1)], rule.threshold, said)


def _floats(column: pd.Series) -> Floats:
    return column.to_numpy(float)


def _too_few(trials: pd.DataFrame) -> str:
    if trials.empty:
        return "no trial has advice beside an own answer with a confidence"
    return "a threshold chosen on other participants needs at least two of them"


def _contrast(
    task: str, system: System, rows: Rows, level: float, assisted: ByTask, made: Sequence[_Made]
) -> Contrast:
    reasons = dict.fromkeys(part.reason for part in made if part.reason)
    weight = 1 / len(made)
    parts: list[Part] = []
    if reasons:
        interval = Interval(estimate=None, level=level, note=f"No estimate: {'; '.join(reasons)}.")
    else:
        parts = [people_part(own, value, sign * weight) for one in made for own, value, sign in one.parts]
        items = cluster_word(assisted)
        method = f"{method_name(True, items)}, {_AS_FIXED}"
        interval = difference_interval(jackknife(parts, items=items), method, level)
    values: dict[str, Any] = asdict(interval)
    said = "; ".join(dict.fromkeys(one.said for one in made))
    if not reasons:
        said += f". {_thresholds(np.concatenate([one.threshold for one in made]))}"
    values["note"] = f"{interval.note} {said}.".strip()
    used = [own for one in made for own, _, _ in one.parts]
    counted = pd.concat(used) if used else pd.concat(list(assisted.values())).iloc[:0]
    return Contrast(
        task=task,
        contrast=OVER_RULE,
        metric="accuracy",
        rows=rows.value,
        **system.fields(),
        **values,
        **asdict(count(counted)),
    )


def _thresholds(chosen: Floats) -> str:
    low, middle, high = (float(value) for value in np.quantile(chosen, [0, 0.5, 1], method="lower"))
    if low == high:
        return f"The threshold is {_said(low)} for everybody"
    return f"The threshold is {_said(middle)} for most, from {_said(low)} to {_said(high)} over participants"


def _said(threshold: float) -> str:
    if threshold > 1:
        return "above 100% (always the advice)"
    return "0% (always the own answer)" if threshold == 0 else f"{threshold:.0%}"
