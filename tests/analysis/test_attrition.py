"""What became of everybody assigned, counted by hand."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from analysis.attrition import attrition
from analysis.report import write_report
from analysis.simulate import simulate
from tests.analysis.builders import write_export

PEOPLE = [
    ("a", "human", "c1", "completed", 10.0),
    ("b", "human", "c1", "withdrew", 0.0),
    ("c", "human", "c1", "left", 3.0),
    ("d", "human", "c2", "timed_out", 4.0),
    ("e", "human", "c2", None, 0.0),
    ("f", "human", None, "no_consent", 0.0),
    ("g", "simulated", "c2", "completed", 10.0),
    ("h", "model", None, None, 10.0),
]
NAMES = ["participant_id", "participant_kind", "cell", "outcome", "n_closed"]


def table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=NAMES)


def test_everybody_with_a_cell_is_counted_once_by_how_it_ended() -> None:
    counts = {
        row.cell: (row.n_assigned, row.n_completed, row.n_withdrew, row.n_ended_otherwise, row.n_not_ended)
        for row in attrition(table(PEOPLE))
    }

    assert counts == {"c1": (3, 1, 1, 0, 1), "c2": (2, 0, 0, 1, 1), "all": (5, 1, 1, 1, 2)}
    assert [row.n_without_a_closed_trial for row in attrition(table(PEOPLE))] == [1, 1, 2]


def test_a_study_of_simulated_participants_is_counted_by_them() -> None:
    rows = [row for row in PEOPLE if row[1] != "human"]

    assert [row.n_assigned for row in attrition(table(rows))] == [1, 1]


@pytest.mark.parametrize("people", [None, table([]), table(PEOPLE[-1:]), table(PEOPLE).drop(columns="cell")])
def test_without_anybody_assigned_there_is_no_row(people: pd.DataFrame | None) -> None:
    assert attrition(people) == []


def test_a_table_without_outcomes_says_that_nobody_ended() -> None:
    row = attrition(table(PEOPLE).drop(columns=["outcome", "n_closed"]))[-1]

    assert (row.n_not_ended, row.n_without_a_closed_trial) == (5, None)


def test_the_report_shows_the_table(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", simulate(1, 4, 6))
    cells = "participant_id,participant_kind,cell,outcome,n_closed\np0000001,simulated,B-first,withdrew,2\n"
    (folder / "participants.csv").write_text(cells, encoding="utf-8")

    paths = write_report(folder, tmp_path / "report")

    assert "B-first" in paths.page.read_text(encoding="utf-8")
    assert "B-first,1,0,1,0,0,0" in (tmp_path / "report" / "tables" / "attrition.csv").read_text(
        encoding="utf-8"
    )
