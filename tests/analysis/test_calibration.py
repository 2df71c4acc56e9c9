"""Calibration against hand counts, simulation and the paper's definitions."""

import numpy as np
import pytest

from analysis.calibration import (
    CENTRES,
    bins,
    brier,
    calibration_error,
    calibrations,
    expected_calibration_error,
)
from analysis.results import Rows
from analysis.timing import response_times
from tests.analysis.builders import make_row, prepared


def test_the_hand_count_of_the_paper_gives_fifteen_points() -> None:
    """100% right, 100% right, 80% wrong, 80% right: bins |1 - 1| = 0 and |.5 - .8| = .3."""
    error = calibration_error(np.array([1.0, 1.0, 0.8, 0.8]), np.array([1.0, 1.0, 0.0, 1.0]))

    assert error == pytest.approx(0.15)


def test_every_centre_falls_into_its_own_bin_and_midpoints_go_up() -> None:
    assert bins(np.array(CENTRES)).tolist() == [0, 1, 2, 3, 4]
    assert bins(np.array([0.335, 0.51, 0.70, 0.90])).tolist() == [1, 2, 3, 4]
    assert bins(np.array([0.3349, 0.5099, 0.6999, 0.8999, 0.0])).tolist() == [0, 1, 2, 3, 0]


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier(np.array([1.0, 0.6]), np.array([1.0, 0.0])) == pytest.approx((0 + 0.36) / 2)


@pytest.mark.parametrize("n", [1, 7, 20])
def test_expected_error_of_a_calibrated_person_equals_a_simulation(n: int) -> None:
    rng = np.random.default_rng(1)
    confidence = np.repeat(CENTRES, n)

    errors = [
        calibration_error(confidence, (rng.random(5 * n) < confidence).astype(float)) for _ in range(4000)
    ]

    four_standard_errors = float(4 * np.std(errors) / np.sqrt(4000))
    assert abs(expected_calibration_error(confidence) - float(np.mean(errors))) <= four_standard_errors


def test_only_answers_with_a_choice_and_a_confidence_enter() -> None:
    answers = prepared(
        [
            make_row(confidence=0.8, response_time_s=10),
            make_row(question_id="q2", confidence=0.6, right=False, response_time_s=30),
            make_row(question_id="q3", response_time_s=50),
            make_row(question_id="q4", confidence=0.6, status="void", response_time_s=900),
        ]
    )

    rows = {row.metric: row for row in calibrations(answers, Rows.ALL)}

    assert rows["mean_confidence"].estimate == pytest.approx(0.7)
    assert rows["brier"].estimate == pytest.approx((0.04 + 0.36) / 2)
    assert rows["calibration_error_5bin"].estimate == pytest.approx((0.2 + 0.6) / 2)
    assert rows["brier"].n_answers == 2
    assert "Binary" in rows["brier"].note
    # One person: no interval for a mean; and never one for a calibration error, whose bias it would repeat.
    assert all(row.ci_low is None and "No interval" in row.note for row in rows.values())
    assert "biased by chance" in rows["calibration_error_5bin"].note


def test_median_time_is_taken_over_the_trials_that_enter() -> None:
    answers = prepared(
        [make_row(question_id=f"q{n}", response_time_s=n) for n in (10, 20, 60)]
        + [make_row(question_id="void", status="void", response_time_s=900)]
    )

    (row,) = response_times(answers, Rows.ALL)

    assert (row.metric, row.estimate, row.n_answers) == ("response_time_s", 20.0, 3)


def test_no_confidences_and_no_times_give_no_rows() -> None:
    answers = prepared([make_row()])

    assert calibrations(answers, Rows.ALL) == []
    assert response_times(answers, Rows.ALL) == []


def test_a_model_that_answers_a_question_several_times_has_it_counted_once() -> None:
    """q1 four times, right at 80% in three of them; q2 once, wrong at 60%. Each question weighs the same."""
    answers = prepared(
        [
            *(make_row(condition="model_alone", sample=k, confidence=0.8) for k in (1, 2, 3)),
            make_row(condition="model_alone", sample=4, confidence=0.8, right=False),
            make_row(condition="model_alone", question_id="q2", confidence=0.6, right=False),
        ]
    )

    rows = {row.metric: row for row in calibrations(answers, Rows.ALL)}

    assert rows["mean_confidence"].estimate == pytest.approx((0.8 + 0.6) / 2)
    assert rows["brier"].estimate == pytest.approx(((3 * 0.04 + 0.64) / 4 + 0.36) / 2)
    assert rows["calibration_error_5bin"].estimate == pytest.approx((abs(0.75 - 0.8) + 0.6) / 2)
    assert rows["calibration_error_5bin_if_calibrated"].estimate == pytest.approx(
        (2 * 0.8 * 0.2 + 2 * 0.6 * 0.4) / 2
    )
    assert (rows["brier"].n_answers, rows["brier"].n_questions) == (5, 2)


def test_several_answers_in_one_bin_with_different_confidences_share_the_weight_of_their_question() -> None:
    answers = prepared(
        [
            make_row(condition="model_alone", sample=1, confidence=1.0),
            make_row(condition="model_alone", sample=2, confidence=0.6, right=False),
            make_row(condition="model_alone", question_id="q2", confidence=0.6),
        ]
    )

    rows = {row.metric: row.estimate for row in calibrations(answers, Rows.ALL)}

    # In the bin of 60%: half a question that is wrong, and a whole one that is right.
    assert rows["calibration_error_5bin"] == pytest.approx((0 + abs(1 / 1.5 - 0.6)) / 2)


def test_answers_of_people_to_one_question_are_each_their_own() -> None:
    answers = prepared(
        [make_row(participant_id=f"p{i}", confidence=0.8, right=i == 0) for i in range(3)]
        + [make_row(question_id="q2", confidence=0.6)]
    )

    rows = {row.metric: row.estimate for row in calibrations(answers, Rows.ALL)}

    assert rows["mean_confidence"] == pytest.approx((3 * 0.8 + 0.6) / 4)


def test_a_confidence_counts_whether_or_not_the_other_options_have_a_probability() -> None:
    """Of a stated percentage, or where a letter was too rare to be listed, the others' probabilities stay empty."""
    answers = prepared([make_row(condition="model_alone", confidence=0.8, p_a=0.8, p_source="stated")])

    rows = {row.metric: row.estimate for row in calibrations(answers, Rows.ALL)}

    assert rows["brier"] == pytest.approx(0.04)


def test_mean_confidence_and_brier_have_intervals_that_say_what_is_known_of_them() -> None:
    answers = prepared(
        [
            make_row(
                participant_id=f"p{p}", question_id=f"q{q}", confidence=0.5 + 0.1 * ((p + q) % 5), right=p > q
            )
            for p in range(5)
            for q in range(6)
        ]
    )

    rows = {row.metric: row for row in calibrations(answers, Rows.ALL)}

    for metric in ("mean_confidence", "brier"):
        row = rows[metric]
        assert row.estimate is not None
        assert row.ci_low is not None
        assert row.ci_high is not None
        assert 0 <= row.ci_low < row.estimate < row.ci_high <= 1
    assert str(rows["mean_confidence"].ci_method).endswith("not validated for this statistic")
    assert str(rows["brier"].ci_method).endswith("held the truth in 94 to 97% of simulated studies")
    assert rows["calibration_error_5bin"].ci_low is None
