"""The matrix products draw what a plain loop over resampled tables would."""

import numpy as np
import pytest

from analysis.bootstrap import bootstrap, resampled
from analysis.crossing import Crossing, seeded
from tests.analysis.crossings import crossed, written


def test_each_resample_counts_an_answer_as_often_as_its_person_times_its_question() -> None:
    own = crossed(1, 5, 7)
    dice = seeded({"mmlu": own}, "bootstrap")
    people, items = dice.integers(5, size=(30, 5)), dice.integers(7, size=(30, 7))

    found = resampled({"mmlu": own}, 30)

    for n in range(30):
        cells = np.ix_([0, 1], people[n], items[n])
        right, asked = own.right[cells].sum(axis=(1, 2)), own.asked[cells].sum(axis=(1, 2))
        assert found[n] == pytest.approx(right[1] / asked[1] - right[0] / asked[0])


def test_persons_are_drawn_together_in_all_tasks_and_questions_in_each() -> None:
    """Two tasks with the same answers of one question each: only persons can differ, and they are the same persons."""
    own = crossed(2, 12, 1)

    both, one = resampled({"a": own, "b": own}, 50), np.unique(own.asked.sum(axis=(0, 2)))

    assert one.tolist() == [1.0]
    n = 12
    people = seeded({"a": own, "b": own}, "bootstrap").integers(n, size=(50, n))
    for k in range(50):
        right, asked = own.right[:, people[k], 0].sum(axis=1), own.asked[:, people[k], 0].sum(axis=1)
        assert both[k] == pytest.approx(right[1] / asked[1] - right[0] / asked[0])


def test_the_interval_is_the_middle_of_the_resamples_and_repeats() -> None:
    own = {"mmlu": crossed(3, 10, 20)}

    found = bootstrap(own, "participants x questions")

    drawn = resampled(own, 2000)
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])))
    assert found.estimate == own["mmlu"].difference
    assert found == bootstrap(own, "participants x questions")
    assert found.ci_method == "two-way bootstrap over participants x questions, percentiles"


def test_its_spread_is_the_one_that_theory_gives() -> None:
    """Everybody answers everything in both conditions: the variance is about V_P + V_I + V_PI of the differences."""
    dice = np.random.default_rng(4)
    d = dice.normal(0, 0.3, (30, 1)) + dice.normal(0, 0.3, (1, 30)) + dice.normal(0, 0.3, (30, 30))
    own = Crossing(np.stack([np.zeros_like(d), d]), np.ones((2, 30, 30)))

    found = bootstrap({"mmlu": own}, "participants x questions")

    centred = d - d.mean()
    expected = (
        centred.mean(axis=1).var() / 30 + centred.mean(axis=0).var() / 30 + centred.var() / 900
    ) ** 0.5
    assert found.se == pytest.approx(expected, rel=0.06)


def test_too_many_resamples_without_a_condition_give_no_interval() -> None:
    found = bootstrap({"mmlu": written(["RRWR", "rwrr", "wrwr"])}, "participants x questions")

    assert found.ci_low is None
    assert "resamples left a condition without answers" in found.note


def test_answers_that_do_not_vary_give_no_interval() -> None:
    found = bootstrap({"mmlu": written(["RrRr", "rRrR"] * 6)}, "participants x questions")

    assert found.estimate == 0
    assert found.note == "No interval: the answers do not vary over resamples."
