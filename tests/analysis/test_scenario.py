"""What a study could be, and what cannot be."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.power import MEAN_P_1_P, Layout, expected_precision
from analysis.scenario import ALONE_ACCURACY, DIFFERENCE, Against, Scenario, ScenarioError
from analysis.simulate import Truth, true_accuracy, true_difference

USUAL = Scenario(participants=20, questions=40, per_person=40)


def test_the_defaults_are_those_of_the_simulator() -> None:
    assert true_accuracy(-0.5) == pytest.approx(ALONE_ACCURACY, abs=0.0005)
    assert true_difference() == pytest.approx(DIFFERENCE, abs=0.0005)
    low, high = USUAL.logits
    assert ((low + high) / 2, high - low) == pytest.approx((Truth().mean, Truth().effect), abs=0.005)
    assert USUAL.g == pytest.approx(MEAN_P_1_P, abs=0.0001)


def test_the_precision_is_that_which_plan_prints() -> None:
    plans = expected_precision("CB", 20, 40, 800)

    assert USUAL.precision is not None
    assert plans is not None
    assert USUAL.precision.half_width == pytest.approx(plans.half_width, rel=0.001)


def test_questions_that_nobody_answers_do_not_count() -> None:
    many = Scenario(participants=4, questions=400, per_person=20)

    assert many.met == 40


def test_against_the_model_alone_by_hand() -> None:
    """20 x 40, everybody in both conditions: 400 answers with the assistant; the model is right in .64 - .10 = .54."""
    scenario = replace(USUAL, against=Against.MODEL_ALONE, difference=0.1)
    g, a = scenario.g, 0.471 + 0.169 - 0.1
    variance = g**2 * (0.6**2 + 0.4**2 / 4) / 20 + (g**2 * (1 + 0.8**2 / 4) + a * (1 - a)) / 40 + g / 400

    assert scenario.precision is not None
    assert scenario.precision.se == pytest.approx(variance**0.5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"participants": 1}, "participants: found 1, allowed is 2 to"),
        ({"participants": 2, "layout": Layout.BETWEEN_PARTICIPANTS}, "participants: found 2, allowed is 4"),
        ({"per_person": 41}, "questions per person: found 41, allowed is 2 to 40"),
        ({"passages": 1}, "passages: found 1, allowed is 2 to 40"),
        ({"difference": 0.6}, "accuracy with the assistant: found 1.071"),
        ({"against": Against.MODEL_ALONE, "difference": 0.7}, "accuracy of the model alone: found -0.06"),
    ],
)
def test_a_study_that_cannot_be_is_refused_with_what_is_allowed(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said.replace("(", r"\(")):
        replace(USUAL, **changes)
