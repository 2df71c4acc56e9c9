"""The slope within question and participant, against statsmodels with a dummy for each, refitted by brute force."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from analysis import within
from analysis.jackknife import two_way
from analysis.sums import Clusters
from analysis.within import Terms, within_both


def made(n_people: int, n_questions: int, share: float, seed: int = 1) -> Terms:
    """Unbalanced answers in which x goes with who and what, as messages do."""
    dice = np.random.default_rng(seed)
    person, question = (a.ravel() for a in np.meshgrid(range(n_people), range(n_questions), indexing="ij"))
    kept = dice.random(len(person)) < share
    kept |= (person + question) % max(2, min(n_people, n_questions)) < 2  # everybody and everything stays
    person, question = person[kept].astype(np.int64), question[kept].astype(np.int64)
    x = dice.poisson(1 + person % 3 + question % 4).astype(float)
    y = (dice.random(len(x)) < 0.3 + 0.1 * (person % 3) + 0.05 * x / (1 + question % 4)).astype(float)
    return Terms(x, y, person, question)


def dummies(terms: Terms, kept: np.ndarray | None = None) -> float:
    frame = pd.DataFrame({"x": terms.x, "y": terms.y, "p": terms.person, "q": terms.question})
    frame = frame if kept is None else frame[kept]
    return float(smf.ols("y ~ x + C(p) + C(q)", frame).fit().params["x"])


@pytest.mark.parametrize(("n_people", "n_questions"), [(7, 5), (4, 9)])
def test_it_is_the_slope_beside_a_dummy_for_each_and_its_jackknife_refits(
    n_people: int, n_questions: int
) -> None:
    terms = made(n_people, n_questions, 0.7)

    found = within_both(terms, Clusters(terms.person, terms.question, "question"))

    assert found.estimate == pytest.approx(dummies(terms), rel=1e-7)
    variances = []
    for code in (terms.person, terms.question):
        without = np.array([dummies(terms, code != one) for one in np.unique(code)])
        variances.append((len(without) - 1) / len(without) * ((without - found.estimate) ** 2).sum())
    # One answer per cell: the score of each is residual x times the fit's own residual.
    frame = pd.DataFrame({"x": terms.x, "y": terms.y, "p": terms.person, "q": terms.question})
    rest_x = smf.ols("x ~ C(p) + C(q)", frame).fit().resid
    rest = smf.ols("y ~ x + C(p) + C(q)", frame).fit().resid
    scores = rest_x * rest / (rest_x**2).sum()
    cells = float((scores**2).sum() * len(scores) / (len(scores) - 1))
    expected = two_way(
        float(found.estimate or 0), (variances[0], variances[1], cells), (n_people, n_questions)
    )
    assert found.se == pytest.approx(expected.se, rel=1e-6)
    assert found.df == pytest.approx(expected.df, rel=1e-6)


def test_passages_are_left_out_whole_whichever_factor_is_larger() -> None:
    for n_people, n_questions in ((9, 6), (4, 8)):
        terms = made(n_people, n_questions, 0.8, seed=3)
        passage = terms.question // 2

        found = within_both(terms, Clusters(terms.person, passage, "passage"))

        without = np.array([dummies(terms, passage != one) for one in np.unique(passage)])
        n = len(without)
        of_passages = (n - 1) / n * ((without - found.estimate) ** 2).sum()
        assert found.se is not None
        assert found.se**2 >= of_passages * (1 - 1e-9)
        if found.is_guarded:
            of_people = np.array([dummies(terms, terms.person != one) for one in np.unique(terms.person)])
            p = len(of_people)
            largest = max(of_passages, (p - 1) / p * ((of_people - found.estimate) ** 2).sum())
            assert found.se**2 == pytest.approx(largest, rel=1e-6)


def test_a_balanced_square_is_the_hand_calculation_in_exact_fractions() -> None:
    x = [[1, 2, 6], [0, 4, 2], [5, 3, 1]]
    y = [[1, 0, 1], [0, 1, 1], [0, 1, 1]]

    def rest(table: list[list[int]]) -> list[Fraction]:
        row = [Fraction(sum(line), 3) for line in table]
        column = [Fraction(sum(line[j] for line in table), 3) for j in range(3)]
        mean = Fraction(sum(map(sum, table)), 9)
        return [table[i][j] - row[i] - column[j] + mean for i in range(3) for j in range(3)]

    rest_x, rest_y = rest(x), rest(y)
    expected = sum(a * b for a, b in zip(rest_x, rest_y, strict=True)) / sum(a * a for a in rest_x)
    who = np.repeat(np.arange(3), 3)
    what = np.tile(np.arange(3), 3)

    terms = Terms(np.array(x, float).ravel(), np.array(y, float).ravel(), who, what)
    found = within_both(terms, Clusters(who, what, "question"))

    assert found.estimate == pytest.approx(float(expected), rel=1e-9)


def test_a_measure_that_follows_from_who_and_what_alone_has_no_slope_within_them() -> None:
    terms = made(6, 5, 1.0)
    additive = Terms(
        (2 * terms.person + terms.question).astype(np.float64), terms.y, terms.person, terms.question
    )

    found = within_both(additive, Clusters(terms.person, terms.question, "question"))

    assert found.estimate is None
    assert "nothing of it varies" in found.reason


def test_where_one_participant_carries_it_there_is_an_estimate_and_no_interval() -> None:
    who, what = np.repeat(np.arange(3), 3), np.tile(np.arange(3), 3)
    x = np.where((who == 0) & (what == 1), 1.0, 0.0).astype(np.float64)
    y = ((who + what) % 2).astype(np.float64)

    found = within_both(Terms(x, y, who, what), Clusters(who, what, "question"))

    assert found.estimate is not None
    assert found.se is None
    assert "without one" in found.reason


def test_in_large_studies_the_sums_alone_give_nearly_the_same_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terms = made(60, 50, 0.6)
    clusters = Clusters(terms.person, terms.question, "question")
    exact = within_both(terms, clusters)

    monkeypatch.setattr(within, "MOST", 10)
    fast = within_both(terms, clusters)

    assert fast.estimate == pytest.approx(exact.estimate, rel=1e-9)
    assert fast.se == pytest.approx(exact.se, rel=0.05)
