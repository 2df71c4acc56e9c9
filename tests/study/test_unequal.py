"""A draw takes each thing with exactly the probability that was said, and weighting back finds the whole again."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from math import fsum, sqrt
from random import Random

import pytest

from oversight_app.study.unequal import drawn, effective_n, inclusion

SIZES = [1.0, 1.0, 2.0, 5.0, 3.0, 1.0, 40.0, 2.0]


def exact(sizes: list[int], n: int) -> list[Fraction]:
    """The same by whole numbers and one thing at a time: the largest that would pass 1 is taken for sure, then anew."""
    rest, left, sure = dict(enumerate(map(Fraction, sizes))), n, list[int]()
    while left:
        i = max(rest, key=lambda k: rest[k])
        if left * rest[i] < sum(rest.values()):
            break
        sure.append(i)
        del rest[i]
        left -= 1
    return [Fraction(1) if i in sure else left * rest[i] / sum(rest.values()) for i in range(len(sizes))]


def test_chances_are_in_proportion_to_size() -> None:
    assert inclusion([1, 2, 3, 4], 2) == pytest.approx([0.2, 0.4, 0.6, 0.8])


@pytest.mark.parametrize("n", range(1, 9))
def test_chances_agree_with_a_count_in_fractions_and_add_up(n: int) -> None:
    chances = inclusion(SIZES, n)

    assert chances == pytest.approx([float(p) for p in exact([int(size) for size in SIZES], n)])
    assert fsum(chances) == pytest.approx(n)
    assert all(0 < chance <= 1 for chance in chances)


@pytest.mark.parametrize("n", [1, 3, 6])
def test_over_many_seeds_each_is_taken_as_often_as_its_chance_says(n: int) -> None:
    chances, n_draws = inclusion(SIZES, n), 20_000
    rng = Random(5)

    taken = Counter(i for _ in range(n_draws) for i in drawn(chances, rng))

    for i, chance in enumerate(chances):
        noise = 4 * sqrt(chance * (1 - chance) / n_draws)
        assert taken[i] / n_draws == pytest.approx(chance, abs=noise + 1e-12)


def test_a_draw_always_has_the_number_asked_for_and_nothing_twice() -> None:
    rng = Random(1)
    for _ in range(500):
        n_things = rng.randrange(1, 60)
        n = rng.randrange(1, n_things + 1)
        chances = inclusion([rng.choice([1, 1, 3, 10 * rng.random() + 0.1]) for _ in range(n_things)], n)

        taken = drawn(chances, rng)

        assert len(taken) == n
        assert all(one < other for one, other in pairwise(taken))
        assert all(i in taken for i, chance in enumerate(chances) if chance == 1)


def test_weighted_back_the_drawn_ones_give_the_mean_of_all_in_expectation() -> None:
    rng = Random(3)
    sizes = [1 + 4 * rng.random() for _ in range(200)]
    # What is to be estimated goes with the size, so the mean of the drawn ones is far off.
    values = [5 - size + rng.gauss(0, 0.5) for size in sizes]
    truth = sum(values) / len(values)
    chances, n_draws = inclusion(sizes, 20), 2_000

    found = [[(values[i], chances[i]) for i in drawn(chances, rng)] for _ in range(n_draws)]

    weighted = [sum(value / chance for value, chance in one) / len(values) for one in found]
    mean = sum(weighted) / n_draws
    noise = sqrt(sum((x - mean) ** 2 for x in weighted) / n_draws / n_draws)
    assert mean == pytest.approx(truth, abs=4 * noise)
    assert sum(sum(value for value, _ in one) / 20 for one in found) / n_draws < truth - 0.3


def test_a_draw_with_equal_chances_is_worth_its_number_and_an_uneven_one_less() -> None:
    assert effective_n(inclusion([2.0] * 50, 10)) == pytest.approx(10)
    # Half of size 1 and half of size 4, mean 2.5: n / (mean size * mean of 1 / size).
    assert effective_n(inclusion([1.0, 4.0] * 50, 10)) == pytest.approx(10 / (2.5 * 0.625))
