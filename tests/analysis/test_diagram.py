"""The reliability diagram: what is drawn, and that it is drawn without a browser."""

import pytest

from analysis.diagram import Point, points, reliability_chart
from analysis.entries import prepare
from analysis.figure import as_svg
from analysis.reliability import reliabilities
from analysis.results import Rows
from analysis.simulate import simulate
from tests.analysis.builders import make_export


def test_each_level_of_confidence_is_a_point_with_its_count() -> None:
    answers = prepare(make_export(simulate(3, 10, 20, tasks=("b", "a"))))[0]

    found = points(reliabilities(answers, Rows.ALL), str.upper, lambda row: row.condition)

    assert [point.task for point in found] == sorted(point.task for point in found)
    assert {(point.task, point.label) for point in found} == {
        (task, condition) for task in "AB" for condition in ("human_alone", "human_with_model")
    }
    assert {round(point.confidence, 2) for point in found} == {0.25, 0.42, 0.6, 0.8, 1.0}
    assert sum(point.n for point in found) == 2 * 10 * 20


def test_the_diagram_names_panels_and_counts_and_draws_no_interval_where_there_is_none() -> None:
    rows = [
        Point("MMLU", "People alone", "human_alone", 0.42, 0.5, 0.3, 0.7, 1234),
        Point("MMLU", "People alone", "human_alone", 0.8, 1.0, None, None, 7),
    ]

    svg = as_svg(reliability_chart(rows))

    for said in ("MMLU", "People alone", ">1.2k<", ">7<", "Share right", "Confidence"):
        assert said in svg
    assert "NaN" not in svg


def test_a_diagram_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        reliability_chart([])
