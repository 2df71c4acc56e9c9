"""Curves, the number needed, and what a reader is told."""

import pytest

from analysis.budget import Budget
from analysis.power import Sds, detectable, expected_precision, power
from analysis.power_curve import needed, power_point, remarks
from analysis.scenario import Scenario

BUDGET = Budget(minutes=60, pay=10, bonus=2, fee=0.25, model=0.5, model_once=3)


def test_a_point_says_power_by_both_ways_and_what_it_costs() -> None:
    point = power_point(Scenario(20, 40, 40), BUDGET, runs=300)

    assert point.closed == pytest.approx(0.97, abs=0.015)
    assert point.simulated == pytest.approx(0.96, abs=0.04)
    assert (point.cost_people, point.cost_models, point.cost) == (300.0, 13.0, 313.0)
    assert point.hours == 20


def test_costs_that_nobody_stated_are_missing() -> None:
    assert Budget(minutes=30).total(10) is None
    assert Budget(minutes=30, pay_per_hour=12).total(10) == 60
    assert Budget(minutes=30, pay=5, model=None).total(10) is None


def test_what_a_study_finds_is_found_with_the_wanted_power() -> None:
    precision = expected_precision("CB", 20, 40, 800)
    assert precision is not None

    least = detectable(precision, 0.8)

    assert least is not None
    assert power(precision, least) == pytest.approx(0.8, abs=0.001)
    assert detectable(expected_precision("BP", 4, 2, 8) or precision, 0.8) is None


def test_the_number_needed_is_the_smallest_that_reaches_the_power() -> None:
    scenario = Scenario(20, 80, 80, difference=0.1)

    found = needed(scenario, BUDGET, 0.8, runs=300)

    assert found.participants is not None
    assert found.point is not None
    fewer = scenario.at(found.participants - 2).precision
    assert fewer is not None
    assert power(fewer, 0.1) < 0.8
    assert found.point.simulated > 0.72


def test_where_questions_are_too_few_it_says_that_people_cannot_help_and_how_many_questions_would() -> None:
    found = needed(Scenario(20, 20, 20, difference=0.06), BUDGET, 0.9, runs=100)

    assert found.participants is None
    assert "No number of participants reaches power 0.9 for 6.0 points with 20 questions" in found.why
    assert found.questions is not None
    assert found.questions > 80


def test_few_degrees_of_freedom_are_said_in_words() -> None:
    small = Scenario(5, 100, 100)

    said = remarks(small, [power_point(small, BUDGET, runs=100)], 0.8)

    assert said[0].startswith("With 5 participants fewer than 6 degrees of freedom")


def test_the_floor_of_the_questions_is_said_where_it_stands_in_the_way_and_only_there() -> None:
    alike = Sds(item_slope=0.0)
    for sds, is_said in ((Sds(), True), (alike, False)):
        scenario = Scenario(100, 20, 20, difference=0.06, sds=sds)
        said = " ".join(remarks(scenario, [power_point(scenario, BUDGET, runs=100)], 0.8))
        assert ("More participants cannot help enough" in said) is is_said
