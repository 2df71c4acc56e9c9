"""Accuracy with messages, resets, time and strategies: associations, the adjusted one first."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.associations import MEASURES, NAIVE, NOTE, WITHIN, associations, slopes
from analysis.coding import with_codes
from analysis.results import Estimate, Rows
from analysis.strategies import StrategyCodes
from analysis.sums import Clusters
from tests.analysis.builders import make_row, prepared


def study(n_people: int = 8, n_questions: int = 6, seed: int = 2) -> list[dict[str, str]]:
    """Hard questions take more messages; messages do nothing."""
    dice = np.random.default_rng(seed)
    rows = []
    for p in range(n_people):
        for q in range(n_questions):
            hardness = q / (n_questions - 1)
            rows.append(
                make_row(
                    trial_id=f"t{p}.{q}",
                    participant_id=f"p{p}",
                    question_id=f"q{q}",
                    condition="human_with_model",
                    n_messages=int(dice.poisson(1 + 4 * hardness)),
                    n_resets=int(dice.random() < 0.3),
                    response_time_s=round(30 + 60 * dice.random(), 2),
                    right=dice.random() < 0.95 - 0.6 * hardness,
                )
            )
    return rows


def coded(rows: list[dict[str, str]]) -> pd.DataFrame:
    codes = [
        StrategyCodes(row["trial_id"], number % 3 == 0, number % 2 == 0, False)
        for number, row in enumerate(sorted(rows, key=lambda row: row["trial_id"]))
    ]
    return with_codes(prepared(rows), codes)


def by_key(found: list[Estimate]) -> dict[tuple[str, str | None], Estimate]:
    return {(row.metric, row.subgroup): row for row in found}


def test_each_measure_stands_within_question_and_participant_first_and_is_called_an_association() -> None:
    found = associations(coded(study()), Rows.ALL)

    assert [(row.metric, row.subgroup) for row in found] == [
        (f"accuracy_by_{measure}", kind) for measure in MEASURES for kind in (WITHIN, NAIVE)
    ]
    for row in found:
        assert NOTE in row.note
        assert row.role == "exploratory"
        assert row.ci_method is None or "not validated" in row.ci_method


def test_the_naive_slope_is_that_of_statsmodels_and_a_strategys_is_a_difference_of_shares() -> None:
    answers = coded(study())
    found = by_key(associations(answers, Rows.ALL))

    fit = sm.OLS(answers["score"], sm.add_constant(answers["n_messages"].astype(float))).fit()
    assert found["accuracy_by_n_messages", NAIVE].estimate == pytest.approx(fit.params["n_messages"])
    fit = sm.OLS(answers["score"], sm.add_constant(answers["response_time_s"].astype(float) / 60)).fit()
    assert found["accuracy_by_response_time_min", NAIVE].estimate == pytest.approx(
        fit.params["response_time_s"]
    )
    means = answers.groupby("asks_quote")["score"].mean()
    assert found["accuracy_by_asks_quote", NAIVE].estimate == pytest.approx(means[1.0] - means[0.0])


def test_where_hard_questions_take_more_messages_only_the_naive_slope_blames_the_messages() -> None:
    found = by_key(associations(coded(study(40, 20)), Rows.ALL))

    naive, adjusted = found["accuracy_by_n_messages", NAIVE], found["accuracy_by_n_messages", WITHIN]
    assert naive.ci_high is not None
    assert naive.ci_high < 0
    assert adjusted.ci_low is not None
    assert adjusted.ci_high is not None
    assert adjusted.ci_low < 0 < adjusted.ci_high


def test_what_never_varies_is_null_and_says_its_value() -> None:
    found = by_key(associations(coded(study()), Rows.ALL))

    for kind in (WITHIN, NAIVE):
        row = found["accuracy_by_cross_examines_after_reset", kind]
        assert row.estimate is None
        assert row.note.startswith("No estimate: it was 0 in every trial.")


@pytest.mark.parametrize(("n_people", "n_questions"), [(1, 4), (4, 2), (2, 2)])
def test_tiny_studies_give_nulls_with_reasons(n_people: int, n_questions: int) -> None:
    for row in associations(coded(study(n_people, n_questions)), Rows.ALL):
        assert row.ci_low is not None or "No estimate" in row.note or "No interval" in row.note


def test_all_right_is_a_slope_of_nothing_without_an_interval() -> None:
    rows = [row | {"choice": "A", "correct": "1"} for row in study()]

    for row in associations(coded(rows), Rows.ALL):
        assert row.estimate is None or row.estimate == pytest.approx(0)
        assert row.ci_low is None


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_people_change_no_number(dice: object) -> None:
    rows = study(5, 4)
    names = {f"p{n}": f"z{9 - n}" for n in range(5)}
    other = [row | {"participant_id": names[row["participant_id"]]} for row in rows]
    dice.shuffle(other)  # type: ignore[attr-defined]

    pairs = zip(associations(coded(rows), Rows.ALL), associations(coded(other), Rows.ALL), strict=True)

    for first, second in pairs:
        assert second.estimate == pytest.approx(first.estimate, abs=1e-9)
        assert (second.se or 0) == pytest.approx(first.se or 0, rel=1e-5)


def test_in_simulated_studies_the_interval_within_holds_no_effect_and_the_naive_one_does_not() -> None:
    """Hard questions take more messages and messages do nothing: 20 people, 20 questions, 150 studies."""
    dice = np.random.default_rng(7)
    n_people = n_questions = 20
    person, question = np.divmod(np.arange(n_people * n_questions), n_questions)
    clusters = Clusters(person, question, "question")
    held = {WITHIN: 0, NAIVE: 0}
    for _ in range(150):
        able, easy = dice.normal(0, 0.7, n_people)[person], dice.normal(0, 1, n_questions)[question]
        x = dice.poisson(np.exp(0.5 - 0.4 * easy + 0.2 * able)).astype(np.float64)
        y = (dice.random(len(x)) < 0.1 + 0.8 / (1 + np.exp(-0.6 - able - easy))).astype(np.float64)
        for kind, interval in slopes(x, y, person, question, clusters):
            assert interval.ci_low is not None
            assert interval.ci_high is not None
            held[kind] += interval.ci_low <= 0 <= interval.ci_high

    assert held[WITHIN] >= 0.93 * 150
    assert held[NAIVE] <= 0.85 * 150
