"""The weighted majority vote of Bowman et al. 2022: what a panel decides when the surer voters count for more.

Every voter spreads a probability over the four options; a panel takes the option with the largest product of them.

    S(o) = product over voters j of P_j(o)      P_j(choice) = c, each other option (1 - c)/3, and c = 1 is taken as .99

One certain voter has odds of 297 to 1 and so beats two who are 80% sure (12 each, 144), and loses to three (1728).
The paper says no more. Our rules where it is silent: no probability of a choice lies outside .01/3 to .99; a whole
distribution has each of its entries cut to these and is made to add up to 1; options whose log scores differ by less
than 1e-9 are tied, and a tie that holds the right option earns 1 divided by the number tied.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.jackknife import Codes, Floats

CEILING = 0.99
FLOOR = 0.01 / 3
TOLERANCE = 1e-9
N_OPTIONS = 4
ALL_PANELS = 5000
"""Up to this many panels of a question are all taken; of more, `DRAWN_PANELS` are drawn."""
DRAWN_PANELS = 2000


def vote(choice: Codes, confidence: Floats) -> Floats:
    """The probabilities of each voter (n x 4), from a choice (0-3) and its confidence: 60% on B is .13 .6 .13 .13."""
    sure = np.clip(confidence, FLOOR, CEILING)
    spread = np.repeat(((1 - sure) / 3)[:, None], N_OPTIONS, axis=1)
    spread[np.arange(len(choice)), choice] = sure
    return spread


def cut(distribution: Floats) -> Floats:
    """Whole distributions (n x 4) kept between .01/3 and .99 and made to add up to 1 again."""
    kept = np.clip(distribution, FLOOR, CEILING)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What panels decided, one entry each: credit (0 to 1), whether options tied, the winner's share of all scores."""

    credit: Floats
    is_tied: npt.NDArray[np.bool_]
    posterior: Floats


def decide(log_scores: Floats, key: int) -> Outcome:
    """What panels (n x 4 sums of log probabilities) decide where the option `key` is right."""
    ahead = log_scores - log_scores.max(axis=1, keepdims=True)
    leads = ahead > -TOLERANCE
    n_leading = leads.sum(axis=1)
    return Outcome(
        credit=np.where(leads[:, key], 1 / n_leading, 0.0),
        is_tied=n_leading > 1,
        posterior=1 / np.exp(ahead).sum(axis=1),
    )


# -- panels -------------------------------------------------------------------------------------------


def panel_scores(votes: Floats, key: int, size: int | None) -> Floats:
    """Log scores (panels x 4, the right option first) of panels of `size` voters; None is one panel of everybody.

    All panels where there are at most 5000 of them, else 2000 drawn ones. Which ones are drawn depends on the votes
    alone: neither the order of rows nor the names of voters or options change them.
    """
    logs = _arranged(np.log(votes), key)
    if size is None:
        return np.asarray(logs.sum(axis=0, keepdims=True))
    n = len(logs)
    if comb(n, size) <= ALL_PANELS:
        return np.asarray(logs[_every_panel(n, size)].sum(axis=1))
    return np.asarray(logs[_drawn_panels(n, size, crc32(logs.tobytes()))].sum(axis=1))


def _arranged(logs: Floats, key: int) -> Floats:
    """The same votes in an order of voters and options that only the votes decide; the right option comes first."""
    # Made to add up to 1 in another order of options, a distribution may differ in its sixteenth digit.
    logs = np.round(logs, 12)
    wrong = sorted((o for o in range(N_OPTIONS) if o != key), key=lambda o: tuple(np.sort(logs[:, o])))
    named = logs[:, [key, *wrong]]
    return np.ascontiguousarray(named[np.lexsort(named.T[::-1])])


@lru_cache(maxsize=32)
def _every_panel(n: int, size: int) -> Codes:
    return np.array(list(combinations(range(n), size)), dtype=np.int64)


def _drawn_panels(n: int, size: int, seed: int) -> Codes:
    """Panels without a voter twice, all equally likely (Floyd's algorithm, panels side by side)."""
    dice = np.random.default_rng(seed)
    drawn = np.empty((DRAWN_PANELS, size), dtype=np.int64)
    for place, last in enumerate(range(n - size, n)):
        candidate = dice.integers(0, last + 1, DRAWN_PANELS)
        is_taken = (drawn[:, :place] == candidate[:, None]).any(axis=1)
        drawn[:, place] = np.where(is_taken, last, candidate)
    return drawn
