"""Rows after exclusions stand beside the rows on all answers, and not below them."""

from analysis.tables import AFTER, DisplayTable


def test_a_row_after_exclusions_becomes_a_column() -> None:
    table = DisplayTable(
        "Accuracy.",
        ["Condition", "Accuracy", "95% interval", "Trials"],
        [
            ["MMLU", "Alone", "50.0%", "40.0% to 60.0%", "100"],
            ["MMLU", f"Alone{AFTER}", "52.0%", "41.0% to 63.0%", "90"],
            ["MMLU", "Model alone", "70.0%", "–", "20"],
        ],
    )

    beside = table.beside

    assert beside.header == ["Condition", "Accuracy", "95% interval", "Trials", "After exclusions"]
    assert beside.rows == [
        ["MMLU", "Alone", "50.0%", "40.0% to 60.0%", "100", "52.0% (41.0% to 63.0%)"],
        ["MMLU", "Model alone", "70.0%", "–", "20", "–"],
    ]


def test_a_row_that_is_there_only_after_exclusions_stays_a_row() -> None:
    table = DisplayTable(
        "Accuracy.", ["Condition", "Value", "95% interval"], [["MMLU", f"Alone{AFTER}", "52.0%", "–"]]
    )

    assert table.beside.rows == [["MMLU", f"Alone{AFTER}", "52.0%", "–", "–"]]


def test_a_table_without_such_rows_stays_as_it_is() -> None:
    table = DisplayTable("Accuracy.", ["Condition", "Value"], [["MMLU", "Alone", "1"]])

    assert table.beside is table
