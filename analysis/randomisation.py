"""The randomisation test: could the lots alone, with help that changes no answer, have made such a difference?

Every answer stays as it was given; only who had help is dealt again, as the study dealt it:

- *within*: each participant answered one set of questions (a form, a block) in each condition; the two sets of a
  participant change places, in all tasks at once, or not, by a fair coin.
- *by_question*: everybody had help on the same questions; which questions (or passages) these were is dealt again
  within each task, with the same number.
- *between*: each participant answered in one condition; who was in which is dealt again among those with the same
  tasks, with the same numbers.

The p value is the share of deals with at least the observed difference, to either side: of all deals where there are
few, else (1 + b)/(1 + B) over B random ones (Phipson and Smyth 2010). It is exact for the *sharp* null that help
changes no answer of anybody. It is no test of a zero average over new questions: where help is good on some and bad on
others it rejects that far too often (27 to 50% instead of 5% in simulated studies of 100 x 30 and 500 x 40).
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from analysis.crossing import ASSISTED_AT, Crossing, seeded
from analysis.jackknife import Floats
from analysis.results import Interval

DEALS = 9_999
MOST_EXACT = 10_000
FEW_PER_CONDITION = 6
MOSTLY_SHARED = 0.5
"""Above this share of questions asked in both conditions, help was dealt to participants and not to questions."""

Flags = npt.NDArray[np.bool_]


class Dealing(StrEnum):
    """What help was dealt to."""

    WITHIN = "each participant's two sets of questions"
    BY_QUESTION = "questions"
    BETWEEN = "participants"


@dataclass(frozen=True, slots=True)
class _Units:
    """What gets or does not get help as a whole: right and asked, condition x units, per task; in which stratum."""

    right: Floats
    asked: Floats
    dealt: Flags
    stratum: npt.NDArray[np.int64]


def randomisation(crossed: Mapping[str, Crossing], level: float = 0.95) -> Interval:
    """The observed equal-weight difference over tasks with the p of the sharp null; there is no interval."""
    observed = float(np.mean([own.difference for own in crossed.values()]))
    dealing = how_dealt(crossed)
    if dealing is None:
        why = "how help was dealt to participants and questions cannot be told from the answers"
        return Interval(estimate=observed, level=level, note=f"No test: {why}.")
    deals, is_exact = _deals(crossed, dealing)
    size = np.nan_to_num(np.abs(deals), nan=np.inf)
    # Equal differences differ in the last digits; sums of the same answers in another order must count as equal.
    n_extreme = int((size >= abs(observed) - 1e-9).sum())
    to = f"of help to {dealing.value}"
    if is_exact:
        p, said = n_extreme / len(deals), f"All {len(deals):,} possible deals {to}"
    else:
        p, said = (
            (1 + n_extreme) / (1 + len(deals)),
            f"{len(deals):,} random deals {to}, seeded by the answers",
        )
    notes = [
        "Tests whether help changed any answer of anybody, not the average over new questions; no interval.",
        f"{said}.",
    ]
    if dealing is Dealing.BETWEEN and (few := _fewest(crossed)) < FEW_PER_CONDITION:
        notes.append(f"Few deals are possible with {few} participants in a condition.")
    if is_exact and (smallest := float((size >= size.max() - 1e-9).mean())) > 1 - level:
        notes.append(f"No outcome could have p below {smallest:.3f}.")
    return Interval(
        estimate=observed,
        level=level,
        ci_method="randomisation test of the sharp null of no effect on anyone; no interval",
        p=p,
        note=" ".join(notes),
    )


def how_dealt(crossed: Mapping[str, Crossing]) -> Dealing | None:
    """What help was dealt to in this study, or None where the answers do not tell."""
    if len(crossed) > 1:
        ways = {how_dealt({task: own}) for task, own in crossed.items()}
        answered = np.any([own.answered for own in crossed.values()], axis=0)
        is_mixed = ways == {Dealing.BETWEEN} and answered.all(axis=0).any()
        return None if len(ways) > 1 or is_mixed else ways.pop()
    (own,) = crossed.values()
    if not own.answered.all(axis=0).any():
        return Dealing.BETWEEN
    shared = own.shown.all(axis=0).sum() / own.shown.any(axis=0).sum()
    return Dealing.BY_QUESTION if shared == 0 else Dealing.WITHIN if shared >= MOSTLY_SHARED else None


def _fewest(crossed: Mapping[str, Crossing]) -> int:
    return min(int(own.answered.sum(axis=1).min()) for own in crossed.values())


def _deals(crossed: Mapping[str, Crossing], dealing: Dealing) -> tuple[Floats, bool]:
    """The differences under the possible deals, or under random ones where there are too many; and which of the two."""
    dice = seeded(crossed, "randomisation")
    if dealing is Dealing.BY_QUESTION:
        # Questions of different tasks are dealt apart.
        units = [_by_question(own) for own in crossed.values()]
        if len(units) == 1:
            swaps, is_exact = _swaps(dice, units[0])
            return _difference(units[0], swaps), is_exact
        random = [_difference(unit, _random_swaps(dice, unit)) for unit in units]
        return np.asarray(np.mean(random, axis=0)), False
    people = _people(crossed)
    swaps, is_exact = _coins(dice, people[0]) if dealing is Dealing.WITHIN else _swaps(dice, people[0])
    return np.asarray(np.mean([_difference(unit, swaps) for unit in people], axis=0)), is_exact


def _by_question(own: Crossing) -> _Units:
    dealt = own.shown[ASSISTED_AT]
    return _Units(own.right.sum(axis=1), own.asked.sum(axis=1), dealt, np.zeros(len(dealt), dtype=np.int64))


def _people(crossed: Mapping[str, Crossing]) -> list[_Units]:
    everybody = np.array([own.answered for own in crossed.values()])
    present = np.asarray(everybody.any(axis=(0, 1)))
    dealt = np.asarray(everybody[:, ASSISTED_AT].any(axis=0))[present]
    # Dealt among those who took the same tasks.
    tasks = np.asarray(everybody.any(axis=1))[:, present]
    stratum = np.unique(tasks, axis=1, return_inverse=True)[1].ravel().astype(np.int64)
    return [
        _Units(own.right.sum(axis=2)[:, present], own.asked.sum(axis=2)[:, present], dealt, stratum)
        for own in crossed.values()
    ]


def _coins(dice: np.random.Generator, units: _Units) -> tuple[Flags, bool]:
    n = len(units.dealt)
    if 2**n <= MOST_EXACT:
        return np.array(list(itertools.product([False, True], repeat=n))), True
    return dice.random((DEALS, n)) < 0.5, False


def _swaps(dice: np.random.Generator, units: _Units) -> tuple[Flags, bool]:
    """Which units change condition in each deal that keeps the numbers."""
    n, k = len(units.dealt), int(units.dealt.sum())
    if len(set(units.stratum)) > 1 or math.comb(n, k) > MOST_EXACT:
        return _random_swaps(dice, units), False
    deals = np.zeros((math.comb(n, k), n), dtype=np.bool_)
    for place, chosen in enumerate(itertools.combinations(range(n), k)):
        deals[place, list(chosen)] = True
    return np.asarray(deals != units.dealt), True


def _random_swaps(dice: np.random.Generator, units: _Units) -> Flags:
    deals = np.empty((DEALS, len(units.dealt)), dtype=np.bool_)
    for stratum in np.unique(units.stratum):
        own = np.flatnonzero(units.stratum == stratum)
        deals[:, own] = dice.permuted(np.tile(units.dealt[own], (DEALS, 1)), axis=1)
    return np.asarray(deals != units.dealt)


def _difference(units: _Units, swaps: Flags) -> Floats:
    """The difference in each deal; a deal that leaves a condition without answers is NaN, and counts as extreme."""
    moves = swaps.astype(float)
    rates = []
    for condition in (0, 1):
        right, asked = (
            cells[condition].sum() + moves @ (cells[1 - condition] - cells[condition])
            for cells in (units.right, units.asked)
        )
        rates.append(np.divide(right, asked, out=np.full(len(asked), np.nan), where=asked > 0.5))
    return np.asarray(rates[1] - rates[0])
