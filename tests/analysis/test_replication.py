"""Studies on arrays: the same jackknife as the report's, the truth recovered, power as the closed form says."""

import numpy as np
import pytest

from analysis.jackknife import Part, jackknife
from analysis.power import Layout, power
from analysis.replication import Crossing, Replications, jackknives, replicate
from analysis.scenario import Against, Scenario


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("passages", [None, 6])
def test_each_study_is_analysed_as_the_report_would(layout: Layout, passages: int | None) -> None:
    scenario = Scenario(participants=8, questions=12, per_person=8, passages=passages, layout=layout)
    crossing = Crossing.of(scenario)
    right = (np.random.default_rng(3).random((5, 8, 12)) < 0.6).astype(float)

    estimates, ses, dfs = jackknives(right, crossing.assisted, crossing.alone, crossing.cluster)

    for study, estimate, se, df in zip(right, estimates, ses, dfs, strict=True):
        parts = []
        for sign, mask in ((1.0, crossing.assisted), (-1.0, crossing.alone)):
            person, item = np.nonzero(mask)
            parts.append(Part(sign, study[mask], person, crossing.cluster[item]))
        reports = jackknife(parts)
        assert (estimate, se, df) == pytest.approx((reports.estimate, reports.se, reports.df))


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("passages", [None, 10])
def test_everybody_answers_so_many_and_each_question_about_as_often(
    layout: Layout, passages: int | None
) -> None:
    scenario = Scenario(participants=40, questions=30, per_person=10, passages=passages, layout=layout)

    crossing = Crossing.of(scenario)

    answered = crossing.assisted | crossing.alone
    assert set(answered.sum(axis=1)) == {10}
    assert np.ptp(answered.sum(axis=0)) <= 2 * 2
    if layout is not Layout.DIFFERENT_ITEMS:
        assert (crossing.assisted.sum(axis=0) == crossing.alone.sum(axis=0)).all()


def off_by(found: Replications) -> float:
    """The bias in Monte Carlo standard errors."""
    error = found.estimate.std() / np.sqrt(len(found.estimate))
    return abs(float((found.estimate.mean() - found.truth) / error))


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("against", list(Against))
def test_the_truth_is_recovered_within_the_monte_carlo_error(layout: Layout, against: Against) -> None:
    scenario = Scenario(20, 40, 20, passages=20, layout=layout, against=against, difference=0.1)

    found = replicate(scenario, runs=500, seed=5)

    assert off_by(found) < 3
    assert 0.925 <= found.coverage() <= 0.985


@pytest.mark.parametrize(
    ("layout", "participants", "questions", "measured"),
    [
        ("CB", 5, 100, 0.62),
        ("DI", 5, 100, 0.65),
        ("BP", 5, 100, 0.21),
        ("CB", 20, 40, 0.96),
        ("DI", 20, 40, 0.62),
        ("BP", 20, 40, 0.67),
        ("DI", 100, 30, 0.59),
    ],
)
def test_power_is_as_measured_before_and_as_the_closed_form_says_from_six_degrees_on(
    layout: str, participants: int, questions: int, measured: float
) -> None:
    """The figures that the intervals were chosen by (1,000 to 2,000 studies each), against 500 studies here."""
    scenario = Scenario(participants, questions, questions, layout=Layout(layout))

    found = replicate(scenario, runs=500, seed=2)

    error = 3 * np.hypot(found.monte_carlo_se(measured), found.monte_carlo_se(measured) / np.sqrt(2))
    assert found.power(0.05) == pytest.approx(measured, abs=error)
    expected = scenario.precision
    assert expected is not None
    if expected.df >= 6:
        closed = power(expected, scenario.difference)
        assert found.power(0.05) == pytest.approx(closed, abs=0.03 + 3 * found.monte_carlo_se(closed))


def test_without_an_effect_the_test_keeps_its_level() -> None:
    null = Scenario(20, 40, 40, difference=0.0)

    assert replicate(null, runs=600, seed=4).power(0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)


def test_the_same_seed_gives_the_same_studies_and_another_others() -> None:
    usual = Scenario(10, 20, 20)

    first, again, other = (replicate(usual, runs=100, seed=seed) for seed in (1, 1, 2))

    assert (first.estimate == again.estimate).all()
    assert (first.estimate != other.estimate).any()


def test_studies_in_which_nothing_varies_have_no_interval_and_find_nothing() -> None:
    scenario = Scenario(4, 4, 4)
    crossing = Crossing.of(scenario)

    estimate, se, df = jackknives(np.ones((2, 4, 4)), crossing.assisted, crossing.alone, crossing.cluster)

    assert np.isnan(se).all()
    assert Replications(estimate, se, df, 0.0).power(0.05) == 0
