"""Sentences say what the numbers say, rounded once and never more certain than the test."""

import pytest

from analysis.contrasts import OVER_ADVICE, OVER_HUMAN, OVER_MODEL
from analysis.entries import prepare
from analysis.results import Contrast, Estimate
from analysis.simulate import simulate
from analysis.verdicts import verdicts
from analysis.words import p_phrase, p_value, percent, points
from tests.analysis.builders import make_answers, make_export, make_row


def make_contrast(contrast: str = OVER_HUMAN, estimate: float | None = 0.1, **cells: object) -> Contrast:
    values = {
        "task": "mmlu",
        "metric": "accuracy",
        "ci_low": 0.02,
        "ci_high": 0.18,
        "p": 0.01,
        "p_adjusted": 0.02,
        "n_answers": 50,
    } | cells
    return Contrast(contrast=contrast, estimate=estimate, **values)  # type: ignore[arg-type]


def sentence(row: Contrast) -> str:
    estimates = [
        Estimate(
            task="mmlu", condition=c, metric="accuracy", estimate=e, ci_low=0.0, ci_high=1.0, n_answers=50
        )
        for c, e in (("human_alone", 0.5), ("human_with_model", 0.6))
    ]
    answers, _ = prepare(make_export(make_answers([make_row()])))
    (verdict,) = verdicts(estimates, [row], answers)
    return verdict.sentence


def test_a_shown_difference_is_told_with_both_levels_its_interval_and_its_p() -> None:
    assert sentence(make_contrast()) == (
        "On MMLU, people with the assistant were right more often than people alone: 60.0% against 50.0%, a difference "
        "of +10.0 percentage points (95% interval +2.0 to +18.0; Holm-adjusted p\u00a0=\u00a00.020)."
    )


def test_the_paired_baseline_is_told_on_the_same_questions() -> None:
    text = sentence(make_contrast(OVER_MODEL, estimate=-0.1, ci_low=-0.18, ci_high=-0.02))

    assert "were right less often than the model alone: 60.0% against 70.0% on the same questions" in text


def test_where_some_answers_have_no_partner_the_trials_are_told_and_the_levels_are_not() -> None:
    text = sentence(make_contrast(OVER_ADVICE, n_answers=40))

    assert text.startswith(
        "On MMLU, in the 40 of 50 trials with advice, people with the assistant were right"
    )
    assert "than always taking its last advice would have been: a difference of +10.0" in text


def test_what_holm_does_not_confirm_is_not_settled_even_if_the_interval_leaves_zero_out() -> None:
    text = sentence(make_contrast(p_adjusted=0.06))

    assert "but the study does not settle the question" in text
    assert "The interval alone leaves zero out, but not once the other comparisons are allowed for." in text


def test_a_missing_comparison_is_told_with_its_reason() -> None:
    row = make_contrast(
        OVER_MODEL,
        None,
        ci_low=None,
        ci_high=None,
        p=None,
        p_adjusted=None,
        note="No estimate: nobody asked it.",
    )

    assert (
        sentence(row)
        == "On MMLU, people with the assistant cannot be compared with the model alone: nobody asked it."
    )


def test_simulated_participants_are_never_called_people() -> None:
    answers, _ = prepare(make_export(simulate(1, 6, 8)))

    (verdict,) = verdicts([], [make_contrast()], answers)

    assert verdict.sentence.startswith("On MMLU, simulated participants with the assistant")
    assert "people" not in verdict.sentence


@pytest.mark.parametrize(
    ("value", "text"), [(0.0004, "<0.001"), (0.0006, "<0.001"), (0.05, "0.050"), (1.0, ">0.999"), (None, "–")]
)
def test_p_values_are_never_shown_as_zero_or_one(value: float | None, text: str) -> None:
    assert p_value(value) == text


def test_numbers_are_rounded_for_readers() -> None:
    assert percent(0.71249) == "71.2%"
    assert points(-0.0214) == "−2.1"
    assert points(0.0001) == "0.0"
    assert p_phrase(0.0001, is_adjusted=False) == "unadjusted p\u00a0<\u00a00.001"
