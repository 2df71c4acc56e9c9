"""Drawing a fixed number of things with unequal probabilities that are known beforehand.

Systematic sampling with probability proportional to size (Madow 1949): the
probabilities are laid end to end, and every thing under one of `n` points at equal distances is taken. Whatever the
order, each is taken with exactly the probability laid out for it, and the number is always `n`. So an estimate that
weights each by 1 / probability (Horvitz and Thompson 1952) speaks of all things that could have been drawn.
"""

from collections.abc import Sequence
from math import fsum
from random import Random

_SURE = 1 - 1e-9


def inclusion(sizes: Sequence[float], n: int) -> list[float]:
    """The probability of each to be among `n`, in proportion to its size, and 1 where that would be above 1.

    Sizes are above 0, and there are at least `n`. Sizes 1, 1 and 8 with n = 2 give 0.5, 0.5 and 1.
    """
    sure: set[int] = set()
    while True:
        rest = fsum(size for i, size in enumerate(sizes) if i not in sure)
        left = n - len(sure)
        above = {i for i, size in enumerate(sizes) if i not in sure and left * size >= rest}
        if not above or not left:
            break
        sure |= above
    return [1.0 if i in sure else left * size / rest for i, size in enumerate(sizes)]


def drawn(chances: Sequence[float], rng: Random) -> list[int]:
    """The indices taken, in order; as many as the chances add up to, each with its own chance.

    Neighbours are seldom taken together, so an order by kind makes the draw a stratified one.
    """
    unsure = [i for i, chance in enumerate(chances) if chance < _SURE]
    total = fsum(chances[i] for i in unsure)
    n = round(total)
    taken = {i for i, chance in enumerate(chances) if chance >= _SURE}
    if not n:
        return sorted(taken)
    distance = total / n
    point, laid, left = rng.random() * distance, 0.0, n
    for i in unsure:
        laid += chances[i]
        # By a rounding error the last point can come to lie behind the end; it belongs to the last of all.
        if left and (point < laid or (left == 1 and i == unsure[-1])):
            taken.add(i)
            left -= 1
            point += distance
    return sorted(taken)


def effective_n(chances: Sequence[float]) -> float:
    """What a draw is worth, weighted back by 1 / chance: so many drawn with equal chances (Kish 1965).

    It is the expectation over draws of (sum of weights)^2 / sum of squared weights, with both sums at their own.
    """
    return len(chances) ** 2 / fsum(1 / chance for chance in chances)
