"""Deals counted by hand and in plain loops."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from analysis.crossing import Crossing
from analysis.randomisation import DEALS, Dealing, how_dealt, randomisation
from tests.analysis.crossings import crossed, written


def differences(lines: list[str], deals: list[list[str]]) -> tuple[Fraction, list[Fraction]]:
    def of(cells: list[str]) -> Fraction:
        letters = "".join(cells)
        helped, alone = [x == "R" for x in letters if x in "RW"], [x == "r" for x in letters if x in "rw"]
        return Fraction(sum(helped), len(helped)) - Fraction(sum(alone), len(alone))

    return of(lines), [of(deal) for deal in deals]


def share(observed: Fraction, deals: list[Fraction]) -> float:
    return float(Fraction(sum(abs(deal) >= abs(observed) for deal in deals), len(deals)))


def test_within_participants_the_two_sets_of_each_change_places_in_every_way() -> None:
    lines = ["RRwr", "RWww", "rwRR", "wwRW", "RWrw"]
    every = [
        [line.swapcase() if swap else line for line, swap in zip(lines, swaps, strict=True)]
        for swaps in itertools.product([False, True], repeat=5)
    ]

    found = randomisation({"mmlu": written(lines)})

    assert found.p == share(*differences(lines, every))
    assert found.ci_low is None
    assert "All 32 possible deals of help to each participant's two sets of questions." in found.note


def test_between_participants_who_had_help_is_dealt_again() -> None:
    lines = ["RRWR", "RWRR", "RRRR", "rwww", "wwrr", "wwww", "rwrw"]
    every = [
        [line.upper() if n in helped else line.lower() for n, line in enumerate(lines)]
        for helped in itertools.combinations(range(7), 3)
    ]

    found = randomisation({"mmlu": written(lines)})

    assert found.p == share(*differences(lines, every))
    assert "All 35 possible deals of help to participants." in found.note
    assert "Few deals are possible with 3 participants in a condition." in found.note


def test_two_against_three_cannot_reach_five_percent_and_the_note_says_so() -> None:
    found = randomisation({"mmlu": written(["RRRR", "RRRR", "wwww", "wwww", "wwww"])})

    assert found.p == 1 / 10
    assert "No outcome could have p below 0.100." in found.note


def test_where_everybody_had_help_on_the_same_questions_these_are_dealt_again() -> None:
    lines = ["RRWwwr", "RWRwwr", "WRRrww"]
    every = [
        ["".join(x.upper() if n in helped else x.lower() for n, x in enumerate(line)) for line in lines]
        for helped in itertools.combinations(range(6), 3)
    ]

    found = randomisation({"mmlu": written(lines)})

    assert found.p == pytest.approx(share(*differences(lines, every)))
    assert "All 20 possible deals of help to questions." in found.note


def test_random_deals_come_near_the_exact_share_and_never_give_zero() -> None:
    """Against the exact distribution of sign flips, counted by a loop over the 2^14 of them."""
    own = crossed(8, 14, 10)
    moves = (own.right[0] - own.right[1]).sum(axis=1)
    base, n = own.right.sum(axis=(1, 2)), own.asked.sum(axis=(1, 2))
    flips = np.array(list(itertools.product([0, 1], repeat=14)))
    assert (n == 70).all()
    exact_deals = (base[1] + flips @ moves - (base[0] - flips @ moves)) / 70
    exact = float((abs(exact_deals) >= abs(own.difference) - 1e-9).mean())

    found = randomisation({"mmlu": own})

    assert found.p is not None
    assert found.p == pytest.approx(exact, abs=4 * math.sqrt(max(exact, 1e-3) / DEALS))
    assert found.p >= 1 / (DEALS + 1)
    assert "9,999 random deals" in found.note


def test_under_the_sharp_null_it_rejects_as_often_as_it_says() -> None:
    """Answers fixed, help dealt by coins: over all 2^6 deals exactly, p <= 0.25 in at most a quarter of them."""
    answers = np.random.default_rng(3).integers(2, size=(6, 8)).astype(float)
    small = 0
    for coins in itertools.product([False, True], repeat=6):
        helped = np.array(coins)[:, None] ^ (np.arange(8) < 4)[None, :]
        own = Crossing(
            np.stack([answers * ~helped, answers * helped]), np.stack([~helped, helped]).astype(float)
        )
        p = randomisation({"mmlu": own}).p
        assert p is not None
        small += p <= 0.25
    assert 0 < small <= 16


def test_all_tasks_together_move_a_participants_sets_in_every_task_at_once() -> None:
    first, second = ["RRww", "rrWW", "RWwr"], ["RWwr", "wrRR", "RRrw"]
    every = list(itertools.product([False, True], repeat=3))

    def deals(lines: list[str]) -> tuple[Fraction, list[Fraction]]:
        swapped = [[x.swapcase() if s else x for x, s in zip(lines, swaps, strict=True)] for swaps in every]
        return differences(lines, swapped)

    (seen, one), (also_seen, two) = deals(first), deals(second)
    both = [(x + y) / 2 for x, y in zip(one, two, strict=True)]

    found = randomisation({"a": written(first), "b": written(second)})

    assert found.p == share((seen + also_seen) / 2, both)


@pytest.mark.parametrize(
    ("layout", "dealing"),
    [("CB", Dealing.WITHIN), ("DI", Dealing.BY_QUESTION), ("BP", Dealing.BETWEEN)],
)
def test_what_help_was_dealt_to_is_read_from_the_answers(layout: str, dealing: Dealing) -> None:
    assert how_dealt({"mmlu": crossed(1, 8, 12, layout)}) == dealing


def test_where_that_cannot_be_told_there_is_no_test() -> None:
    mostly_apart = written(["RRRwww", "RRWwww", "wRRwww"])

    found = randomisation({"mmlu": mostly_apart})

    assert found.p is None
    assert found.note.startswith("No test: how help was dealt")
