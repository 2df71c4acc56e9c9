"""The true accuracies of a rehearsal: what simulated people's answers should come out as, computed and not counted.

The expectation is over people of all kinds and over questions as `study/people.py` draws them, under the plan's own
cells, stances and limits. It counts as the metric `accuracy` does: a question that was skipped or ran out without a
draft is wrong, one at which somebody left counts for nothing. So people who leave, or are sent away for failed
attention checks, weigh less, and more in what comes first. What a limit of the whole sitting cuts off is not in it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import comb, exp, sqrt
from typing import TypeAlias

from oversight_app.study.assignment import trials_for
from oversight_app.study.design import Condition
from oversight_app.study.people import (
    CHANCE,
    DRAFTED_SHARE,
    ITEM_LEVEL_SD,
    ITEM_SLOPE_SD,
    LEAVES_BETWEEN,
    MANNERS,
    MEAN,
    PERSON_LEVEL_SD,
    PERSON_SLOPE_SD,
    Manner,
    expit,
)
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.trial_plan import TrialPlan

STAND_IN_ERROR_SHARE = 0.3
"""Where a real model would say what it thinks, the stand-in of a rehearsal is wrong this often."""

_SOME = 16

Accuracies: TypeAlias = dict[str, dict[str, float]]


def true_accuracies(
    plan: Plan, questions: Mapping[str, Question], manners: Sequence[Manner] = MANNERS
) -> Accuracies:
    """The accuracy to expect, by task and human condition."""
    right: dict[tuple[str, str], float] = defaultdict(float)
    counted: dict[tuple[str, str], float] = defaultdict(float)
    # Each participant of a cell meets blocks of the same lengths in this order, with as many wrong stances in each;
    # only the places of attention checks differ, so where there are some it takes several to stand for all.
    n_each = _SOME if plan.design.sitting.attention_checks else 1
    for cell, arrival in product(plan.cells, range(n_each)):
        trials = trials_for(plan, questions, cell, "somebody", arrival=arrival, turn=0)
        advised = _share_advised_right(trials, questions)
        for manner in manners:
            skips = manner.skips if plan.design.answer.skip else 0.0
            for trial, reached in zip(trials, _reached(manner, trials, plan), strict=True):
                if not _counts(trial):
                    continue
                place = (trial.task, trial.condition)
                accuracy = _accuracy(manner, trial, advised.get(trial.task, 0.0)) * (1 - skips)
                counted[place] += manner.share * reached
                right[place] += manner.share * reached * accuracy
    accuracies: Accuracies = {}
    for (task, condition), weight in counted.items():
        accuracies.setdefault(task, {})[condition] = right[task, condition] / weight
    return accuracies


def _counts(trial: TrialPlan) -> bool:
    return not trial.is_practice and not trial.is_attention_check


def _accuracy(manner: Manner, trial: TrialPlan, advised_right: float) -> float:
    is_assisted = trial.condition == Condition.HUMAN_WITH_MODEL
    own = CHANCE if manner.is_guessing else _mean_expit(MEAN + manner.level, 0.5 if is_assisted else -0.5)
    follows = manner.follows if is_assisted else 0.0
    answered = follows * advised_right + (1 - follows) * own
    lapses = manner.lapses if trial.time_limit_s is not None else 0.0
    return answered * (1 - lapses * (1 - DRAFTED_SHARE))


@lru_cache
def _mean_expit(mean: float, x: float) -> float:
    """The mean of expit(mean + sd z) over a standard normal z; the trapezoid rule is good to ten digits here."""
    people = PERSON_LEVEL_SD**2 + x**2 * PERSON_SLOPE_SD**2
    sd = sqrt(people + ITEM_LEVEL_SD**2 + x**2 * ITEM_SLOPE_SD**2)
    points = [i / 20 for i in range(-160, 161)]
    weights = [exp(-z * z / 2) for z in points]
    return sum(w * expit(mean + sd * z) for w, z in zip(weights, points, strict=True)) / sum(weights)


def _reached(manner: Manner, trials: Sequence[TrialPlan], plan: Plan) -> list[float]:
    """For each trial, the probability that a person of this kind answers it or lets it run out."""
    found, n_checks = [], 0
    for trial in trials:
        found.append(_stays(manner, trial.n / len(trials)) * _passes(manner, n_checks, plan))
        n_checks += trial.is_attention_check
    return found


def _stays(manner: Manner, share_done: float) -> float:
    """How likely somebody leaves only after this part of the sitting."""
    if not manner.is_leaving:
        return 1.0
    first, last = LEAVES_BETWEEN
    return min(1.0, max(0.0, (last - share_done) / (last - first)))


def _passes(manner: Manner, n_checks: int, plan: Plan) -> float:
    """How likely somebody has failed fewer of so many checks than end the sitting."""
    allowed = plan.design.sitting.attention_failures
    if not allowed:
        return 1.0
    p = manner.overlooks * (1 - CHANCE)
    return sum(comb(n_checks, k) * p**k * (1 - p) ** (n_checks - k) for k in range(allowed))


def _share_advised_right(trials: Sequence[TrialPlan], questions: Mapping[str, Question]) -> dict[str, float]:
    """By task, how often the assistant argues for the right option."""
    by_task: dict[str, list[float]] = defaultdict(list)
    for trial in trials:
        if trial.condition == Condition.HUMAN_WITH_MODEL and _counts(trial):
            key = LETTERS[questions[trial.question_id].correct]
            # Of two sides, a person who follows is taken to follow either.
            right = trial.stance.count(key) / len(trial.stance) if trial.stance else 1 - STAND_IN_ERROR_SHARE
            by_task[trial.task].append(right)
    return {task: sum(shares) / len(shares) for task, shares in by_task.items()}
