"""Bins, ECE and Murphy's decomposition against exact fractions and simulations."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reliability import bin_of, binned, ece_if_calibrated, reliabilities
from analysis.results import Estimate, Rows
from tests.analysis.builders import make_row, prepared


def by_metric(rows: list[Estimate]) -> dict[tuple[str, str | None], Estimate]:
    return {(row.metric, row.subgroup): row for row in rows}


def test_lower_edges_belong_to_a_bin_and_certainty_to_the_last() -> None:
    edges = np.arange(10) / 10

    assert bin_of(edges).tolist() == list(range(10))
    assert bin_of(np.array([0.1 + 0.2, 0.29999, 0.99, 1.0])).tolist() == [3, 2, 9, 9]


def test_ece_weighs_bins_by_their_answers() -> None:
    """Three answers at 80%, two of them right; one at 60%, wrong: 3/4 |2/3 - 4/5| + 1/4 |0 - 3/5|."""
    bins = binned(np.array([0.8, 0.8, 0.8, 0.6]), np.array([1.0, 1, 0, 0]))

    by_hand = Fraction(3, 4) * abs(Fraction(2, 3) - Fraction(4, 5)) + Fraction(1, 4) * Fraction(3, 5)
    assert bins.ece == pytest.approx(float(by_hand))


def test_murphys_parts_by_hand() -> None:
    """The same answers; all in all half are right. REL, RES and UNC in exact fractions."""
    bins = binned(np.array([0.8, 0.8, 0.8, 0.6]), np.array([1.0, 1, 0, 0]))

    half = Fraction(1, 2)
    rel = Fraction(3, 4) * (Fraction(2, 3) - Fraction(4, 5)) ** 2 + Fraction(1, 4) * Fraction(3, 5) ** 2
    res = Fraction(3, 4) * (Fraction(2, 3) - half) ** 2 + Fraction(1, 4) * half**2
    brier = Fraction(2 * 4 + 1 * 64 + 36, 4 * 100)
    assert (bins.reliability, bins.resolution, bins.uncertainty) == pytest.approx(
        (float(rel), float(res), 0.25)
    )
    assert rel - res + half * half == brier


answers_of_any_kind = st.lists(
    st.tuples(st.integers(0, 100), st.booleans(), st.integers(0, 3), st.integers(0, 5)),
    min_size=1,
    max_size=40,
)


@given(answers_of_any_kind)
@settings(max_examples=25, deadline=None)
def test_the_parts_add_up_to_the_brier_score_whatever_the_confidences(
    drawn: list[tuple[int, bool, int, int]],
) -> None:
    answers = {(p, q): (c / 100, r) for c, r, p, q in drawn}
    rows = reliabilities(
        prepared(
            [
                make_row(participant_id=f"p{p}", question_id=f"q{q}", confidence=c, right=r)
                for (p, q), (c, r) in answers.items()
            ]
        ),
        Rows.ALL,
    )

    found = {row.metric: row.estimate or 0.0 for row in rows if row.subgroup is None}
    parts = found["brier_reliability"] - found["brier_resolution"] + found["brier_uncertainty"]
    brier = np.mean([(c - r) ** 2 for c, r in answers.values()])
    assert parts + found["brier_within_bins"] == pytest.approx(brier)
    assert 0 <= found["ece"] <= 1


def test_ece_of_a_calibrated_person_equals_the_mean_deviation_of_binomial_shares() -> None:
    """One bin of n answers at c: E|K/n - c| exactly, by summing over the binomial distribution."""
    from scipy.stats import binom

    mean, high = ece_if_calibrated(np.full(12, 0.6))

    k = np.arange(13)
    chance, error = binom.pmf(k, 12, 0.6), np.abs(k / 12 - 0.6)
    assert mean == pytest.approx((chance * error).sum(), abs=4 * 0.08 / np.sqrt(4000))
    assert chance[error <= high + 1e-9].sum() >= 0.95
    assert chance[error < high - 1e-9].sum() <= 0.96


def test_certainty_that_is_calibrated_has_no_error() -> None:
    assert ece_if_calibrated(np.ones(7)) == (0.0, 0.0)


def test_the_order_of_answers_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    confidence, weight = np.round(rng.random(60), 2), rng.choice([1.0, 0.5, 1 / 3], 60)
    shuffled = rng.permutation(60)

    assert ece_if_calibrated(confidence, weight) == pytest.approx(
        ece_if_calibrated(confidence[shuffled], weight[shuffled])
    )


def test_the_diagram_has_a_bin_for_each_level_with_its_count_and_interval() -> None:
    answers = prepared(
        [
            make_row(
                participant_id=f"p{p}",
                question_id=f"q{q}",
                confidence=0.8 if (p + q) % 2 else 0.42,
                right=(p * q + p) % 3 > 0,
            )
            for p in range(8)
            for q in range(9)
        ]
    )

    rows = by_metric(reliabilities(answers, Rows.ALL))

    share, sure = rows["bin_accuracy", "confidence=0.8-0.9"], rows["bin_confidence", "confidence=0.8-0.9"]
    right = [(p * q + p) % 3 > 0 for p in range(8) for q in range(9) if (p + q) % 2]
    assert share.estimate == pytest.approx(np.mean(right))
    assert share.n_answers == len(right) == 36
    assert share.ci_low is not None
    assert "not validated" in str(share.ci_method)
    assert sure.estimate == pytest.approx(0.8)
    assert {subgroup for metric, subgroup in rows if metric == "bin_accuracy"} == {
        "confidence=0.4-0.5",
        "confidence=0.8-0.9",
    }


def test_a_models_answers_to_one_question_share_its_weight_in_the_bins() -> None:
    answers = prepared(
        [
            make_row(condition="model_alone", sample=1, confidence=1.0),
            make_row(condition="model_alone", sample=2, confidence=0.6, right=False),
            make_row(condition="model_alone", question_id="q2", confidence=0.6),
        ]
    )

    rows = by_metric(reliabilities(answers, Rows.ALL))

    # In the bin of 60%: half a question that is wrong and a whole one that is right; half a question at 100%, right.
    assert rows["bin_accuracy", "confidence=0.6-0.7"].estimate == pytest.approx(1 / 1.5)
    assert rows["ece", None].estimate == pytest.approx(1.5 / 2 * abs(1 / 1.5 - 0.6))


def test_a_calibration_error_has_no_interval_and_says_why() -> None:
    rows = by_metric(reliabilities(prepared([make_row(confidence=0.8)]), Rows.ALL))

    assert rows["ece", None].ci_low is None
    assert "biased by chance" in rows["ece", None].note
    assert reliabilities(prepared([make_row()]), Rows.ALL) == []
