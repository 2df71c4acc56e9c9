"""Rows of results can be filtered, taken one at a time, and made a table of."""

import pytest

from analysis.results import Contrast, Estimate, Rows
from analysis.row_set import RowSet


def estimate(task: str, metric: str = "accuracy", **fields: object) -> Estimate:
    given = {"estimate": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n_answers": 1200, "condition": "human_alone"}
    return Estimate(task=task, metric=metric, **{**given, **fields})  # type: ignore[arg-type]


ROWS = RowSet(
    Estimate,
    (
        estimate("mmlu"),
        estimate("quality"),
        estimate("mmlu", rows=Rows.AFTER_EXCLUSIONS.value),
        estimate("mmlu", "brier", subgroup="half=1"),
    ),
)


def test_rows_are_filtered_by_any_field() -> None:
    assert [row.task for row in ROWS.where(metric="accuracy", rows="all")] == ["mmlu", "quality"]
    assert len(ROWS.where(task=["mmlu", "quality"], subgroup=None)) == 3
    assert len(ROWS.where(task="other")) == 0


def test_a_field_that_there_is_not_is_named() -> None:
    with pytest.raises(TypeError, match="no field is named colour; there are task, condition"):
        ROWS.where(colour="red")


def test_the_one_row_is_taken_and_several_are_told_apart() -> None:
    assert ROWS.where(task="quality").one().task == "quality"
    with pytest.raises(
        LookupError, match="2 rows are like that; they differ in rows: 'all', 'after_exclusions'"
    ):
        ROWS.where(task="mmlu", metric="accuracy").one()
    with pytest.raises(LookupError, match="no row is like that"):
        ROWS.where(task="other").one()


def test_a_table_has_the_columns_of_the_contract() -> None:
    frame = ROWS.to_frame()

    assert list(frame.columns[:3]) == ["task", "condition", "metric"]
    assert frame.columns[-1] == "note"
    assert len(frame) == 4
    assert list(RowSet(Contrast, ()).to_frame().columns[:2]) == ["task", "contrast"]


def test_what_is_printed_can_be_read() -> None:
    assert repr(ROWS.where(rows="all", metric="accuracy")).splitlines() == [
        "2 estimates",
        "task     condition    metric    estimate  interval    n",
        "mmlu     human_alone  accuracy  0.5       0.4 to 0.6  1,200",
        "quality  human_alone  accuracy  0.5       0.4 to 0.6  1,200",
    ]
    assert repr(ROWS.where(task="other")) == "0 estimates"


def test_parts_of_a_set_are_sets() -> None:
    assert isinstance(ROWS[:2], RowSet)
    assert ROWS[0] is ROWS.rows[0]
