"""Free text that a spreadsheet would run is marked, and reads back as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.columns import COLUMNS, Table, guarded, is_free_text, unguarded


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "'"])
def test_a_cell_that_a_spreadsheet_runs_begins_with_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "5", "It's so", '{"a":1}', "None"])
def test_any_other_cell_is_left_alone(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
def test_every_text_reads_back_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_numbers_times_flags_and_closed_words_are_no_free_text() -> None:
    columns = {column.name: column for column in COLUMNS[Table.ANSWERS]}

    free = {name for name, column in columns.items() if is_free_text(column)}
    assert {"reason", "question_id", "subject", "cell", "model"} <= free
    assert not free & {"confidence", "shown_at", "is_practice", "choice", "status", "option_order"}
