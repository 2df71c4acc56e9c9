"""The public simulator: what comes out is what was put in."""

import numpy as np
import pytest

from analysis.power import Sds
from analysis.simulate import Truth, simulate, true_accuracy, true_difference

FLAT = Sds(
    participant_level=0, participant_slope=0, item_level=0, item_slope=0, passage_level=0, passage_slope=0
)


@pytest.mark.parametrize(("layout", "per_passage"), [("CB", None), ("DI", None), ("BP", None), ("CB", 4)])
def test_the_simulator_recovers_its_own_truth(layout: str, per_passage: int | None) -> None:
    truth = true_difference(has_passages=per_passage is not None)
    found = []
    for seed in range(30):
        answers = simulate(
            seed,
            participants=10,
            items=24,
            layout=layout,
            questions_per_passage=per_passage,
            has_model_alone=False,
        )
        means = answers.groupby("condition")["correct"].mean()
        found.append(means["human_with_model"] - means["human_alone"])

    assert abs(np.mean(found) - truth) < 3 * np.std(found) / np.sqrt(len(found))


def test_without_spreads_accuracy_is_the_logistic_function_of_the_truth() -> None:
    truth = Truth(mean=0.3, effect=0.9, sds=FLAT)

    assert true_accuracy(0.5, truth) == pytest.approx(1 / (1 + np.exp(-0.75)))
    assert true_accuracy(-0.5, truth) == pytest.approx(1 / (1 + np.exp(0.15)))


def test_the_same_seed_gives_the_same_answers() -> None:
    assert simulate(4, 4, 6).equals(simulate(4, 4, 6))
