"""The promise of the intervals: 95 of 100 studies hold the truth, where pooled answers hold it less often."""

import math

import numpy as np

from analysis.contrasts import OVER_HUMAN
from analysis.entries import ALONE, WITH_MODEL
from analysis.jackknife import Part, accuracy_interval, difference_interval, jackknife
from analysis.simulate import simulate, true_accuracy, true_difference

RUNS = 60


def test_intervals_cover_new_participants_and_new_questions_and_naive_ones_do_not() -> None:
    truth, level = true_difference(), true_accuracy(0.5)
    hits = {OVER_HUMAN: 0, WITH_MODEL: 0, "naive difference": 0, "naive accuracy": 0}

    for seed in range(RUNS):
        answers = simulate(seed, participants=20, items=40, has_model_alone=False)
        score = answers["correct"].to_numpy(float)
        person = answers["participant_id"].str[1:].astype("int64").to_numpy().astype(np.int64)
        item = answers["question_id"].str[5:].astype("int64").to_numpy().astype(np.int64)
        assisted, alone = (
            Part(sign, score[own], person[own], item[own])
            for sign, condition in ((1.0, WITH_MODEL), (-1.0, ALONE))
            for own in [(answers["condition"] == condition).to_numpy()]
        )
        difference = difference_interval(jackknife([assisted, alone]), "jackknife")
        accuracy = accuracy_interval(jackknife([assisted]), assisted.value.size, "jackknife")
        assert difference.estimate is not None
        assert accuracy.estimate is not None
        assert difference.ci_low is not None
        assert accuracy.ci_low is not None
        assert difference.ci_high is not None
        assert accuracy.ci_high is not None
        variances = [part.value.var() / part.value.size for part in (assisted, alone)]
        hits[OVER_HUMAN] += difference.ci_low <= truth <= difference.ci_high
        hits[WITH_MODEL] += accuracy.ci_low <= level <= accuracy.ci_high
        hits["naive difference"] += abs(difference.estimate - truth) <= 1.96 * math.sqrt(sum(variances))
        hits["naive accuracy"] += abs(accuracy.estimate - level) <= 1.96 * math.sqrt(variances[0])

    shares = {name: n / RUNS for name, n in hits.items()}
    assert 0.9 <= shares[OVER_HUMAN] <= 1, shares
    assert 0.9 <= shares[WITH_MODEL] <= 1, shares
    assert shares["naive difference"] < shares[OVER_HUMAN], shares
    assert shares["naive accuracy"] < 0.85, shares


def test_simulated_answers_have_the_accuracies_they_were_given() -> None:
    answers = simulate(11, participants=250, items=250, has_model_alone=False)

    means = answers.groupby("condition")["correct"].mean()

    assert abs(means[WITH_MODEL] - true_accuracy(0.5)) < 0.06
    assert abs(means[ALONE] - true_accuracy(-0.5)) < 0.06
    assert np.isclose(true_difference(), 0.169, atol=0.0005)  # the figure of the published generator
