"""The figure of beliefs: both accounts of every turn, and nothing where there is one turn only."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.belief_figure import belief_chart
from analysis.findings import analyse
from analysis.page import Page
from analysis.report import render, write_results
from tests.analysis.builders import make_answers, make_export
from tests.analysis.test_beliefs import FOUR, stated


def page_of(*turns: str) -> Page:
    export = replace(make_export(make_answers(FOUR)), beliefs=stated(*turns))
    return Page(export, analyse(export))


def test_each_turn_has_what_was_stated_and_what_is_carried() -> None:
    page = page_of("BA", "B", "A", "AA")

    assert [(turn.turn, turn.right, turn.carried) for turn in page.turns] == [(1, 0.5, 0.5), (2, 1.0, 0.75)]
    html = render(page)
    assert "last belief carried forward" in html
    assert 'aria-label="How often beliefs were right, turn by turn' in html


def test_it_is_written_for_papers_too(tmp_path: Path) -> None:
    page = page_of("BA", "B", "A", "AA")

    figures = write_results(page.export, page.results, tmp_path).figures

    names = {path.name for path in figures}
    assert {"beliefs.svg", "beliefs.png"} <= names
    assert (tmp_path / "figures" / "beliefs.png").read_bytes().startswith(b"\x89PNG")


def test_one_turn_is_no_line() -> None:
    page = page_of("B", "B", "A", "A")

    assert page.turns == []
    assert "How often beliefs were right, turn by turn" not in render(page)
    with pytest.raises(ValueError, match="at least two turns"):
        belief_chart([])
