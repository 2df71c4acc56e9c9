"""The weighted majority vote against exact fractions, the odds of the paper's scale, and all panels by hand."""

from fractions import Fraction
from itertools import combinations
from math import comb, prod

import numpy as np
import pytest

from analysis.jackknife import Floats
from analysis.weighted_vote import DRAWN_PANELS, cut, decide, panel_scores, vote


def votes(*said: tuple[str, float]) -> Floats:
    choice = np.array(["ABCD".index(letter) for letter, _ in said], dtype=np.int64)
    return vote(choice, np.array([confidence for _, confidence in said]))


def credit(*said: tuple[str, float], key: str = "A") -> float:
    return float(decide(panel_scores(votes(*said), "ABCD".index(key), None), 0).credit[0])


def exactly(said: tuple[tuple[str, Fraction], ...]) -> list[Fraction]:
    return [
        prod((sure if letter == option else (1 - sure) / 3 for letter, sure in said), start=Fraction(1))
        for option in "ABCD"
    ]


def test_sixty_percent_on_b_leaves_thirteen_to_each_other_option() -> None:
    assert votes(("B", 0.6))[0] == pytest.approx([0.4 / 3, 0.6, 0.4 / 3, 0.4 / 3])


def test_certainty_is_taken_as_ninety_nine_percent() -> None:
    assert votes(("A", 1.0))[0] == pytest.approx([0.99, *[0.01 / 3] * 3])
    assert votes(("A", 0.0))[0].min() == pytest.approx(0.01 / 3)


@pytest.mark.parametrize(
    ("n", "confidence", "wins"),
    [(2, 0.8, False), (3, 0.8, True), (3, 0.6, False), (4, 0.6, True), (7, 0.42, False), (8, 0.42, True)],
)
def test_how_many_doubtful_voters_outweigh_a_certain_one(n: int, confidence: float, wins: bool) -> None:
    assert credit(("B", 1.0), *[("A", confidence)] * n) == (1.0 if wins else 0.0)


def test_two_certain_voters_who_disagree_share_the_credit() -> None:
    assert credit(("A", 1.0), ("B", 1.0)) == 0.5
    assert credit(("A", 1.0), ("B", 1.0), key="C") == 0.0


def test_a_lone_voter_who_guesses_earns_a_quarter_whatever_the_key() -> None:
    assert [credit(("A", 0.25), key=key) for key in "ABCD"] == [0.25] * 4


def test_ties_that_floats_miss_are_found_on_log_scores() -> None:
    """Twice 60% and once 80% for each of two options, in another order: equal products that `==` may tell apart."""
    said = [("A", 0.6), ("A", 0.8), ("B", 0.8), ("A", 0.42), ("B", 0.42), ("B", 0.6)]

    assert credit(*said) == 0.5


@pytest.mark.parametrize("seed", range(8))
def test_winner_and_its_share_equal_exact_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = (Fraction(1, 4), Fraction(42, 100), Fraction(3, 5), Fraction(4, 5), Fraction(99, 100))
    said = tuple((str(rng.choice(list("ABCD"))), levels[rng.integers(5)]) for _ in range(5))
    scores = exactly(said)
    best = [option for option, score in zip("ABCD", scores, strict=True) if score == max(scores)]

    outcome = decide(panel_scores(votes(*((o, float(c)) for o, c in said)), 0, None), 0)

    assert outcome.credit[0] == pytest.approx(1 / len(best) if "A" in best else 0.0)
    assert bool(outcome.is_tied[0]) == (len(best) > 1)
    assert outcome.posterior[0] == pytest.approx(float(max(scores) / sum(scores)))


def test_a_distribution_is_cut_and_made_to_add_up_to_one() -> None:
    found = cut(np.array([[1.0, 0.0, 0.0, 0.0], [0.4, 0.3, 0.2, 0.1]]))

    assert found[0] == pytest.approx([0.99, *[0.01 / 3] * 3])
    assert found[1] == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_the_mean_over_panels_is_that_of_all_panels_counted_one_by_one() -> None:
    said = [("A", 0.8), ("B", 1.0), ("A", 0.42), ("C", 0.6), ("B", 0.25), ("A", 0.6)]
    by_hand = [credit(*chosen) for chosen in combinations(said, 3)]

    outcome = decide(panel_scores(votes(*said), 0, 3), 0)

    assert len(outcome.credit) == comb(6, 3)
    assert outcome.credit.mean() == pytest.approx(np.mean(by_hand))


def test_drawn_panels_have_nobody_twice_and_agree_with_the_share_of_all_panels() -> None:
    """60 voters, 30 certain of A and 30 certain of B: panels of three are hypergeometric."""
    both = [("A", 1.0), ("B", 1.0)] * 30
    expected = sum(comb(30, k) * comb(30, 3 - k) for k in (2, 3)) / comb(60, 3)

    outcome = decide(panel_scores(votes(*both), 0, 3), 0)

    assert len(outcome.credit) == DRAWN_PANELS
    assert abs(outcome.credit.mean() - expected) < 4 * 0.5 / np.sqrt(DRAWN_PANELS)
    unanimous = float((outcome.posterior > 0.9999).mean())
    assert abs(unanimous - 2 * comb(30, 3) / comb(60, 3)) < 4 * 0.43 / np.sqrt(DRAWN_PANELS)


def test_neither_the_order_of_voters_nor_of_options_changes_drawn_panels() -> None:
    rng = np.random.default_rng(3)
    said = vote(rng.integers(0, 4, 40).astype(np.int64), rng.choice([0.25, 0.42, 0.6, 0.8, 1.0], 40))
    turned = [2, 0, 3, 1]

    first = decide(panel_scores(said, 2, 5), 0)
    second = decide(panel_scores(said[rng.permutation(40)][:, turned], turned.index(2), 5), 0)

    assert first.credit.tolist() == second.credit.tolist()
    assert first.posterior == pytest.approx(second.posterior)
