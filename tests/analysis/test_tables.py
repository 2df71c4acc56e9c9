"""Rows after exclusions stand beside the rows on all answers, and not below them."""

import pandas as pd

from analysis.findings import analyse
from analysis.page import Page
from analysis.simulate import simulate
from analysis.tables import AFTER, DisplayTable
from tests.analysis.builders import make_export


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


def test_a_line_after_exclusions_stands_below_its_own_only_where_it_says_something_else() -> None:
    rows = [
        ["MMLU", "Alone", "0.61"],
        ["MMLU", "Assisted", "0.70"],
        ["QuALITY", "Alone", "0.50"],
        ["MMLU", "Alone, after exclusions", "0.64"],
        ["MMLU", "Assisted, after exclusions", "0.70"],
    ]

    table = DisplayTable("Scores.", ["Condition", "Score"], list(rows)).folded

    assert table.rows == [rows[0], rows[3], rows[1], rows[2]]
    assert table.caption == "Scores. Where exclusions change a line, the changed one follows it."


def test_every_table_about_people_shows_the_numbers_after_exclusions_too() -> None:
    """The same study without the excluded people, analysed by itself, is what must stand there."""
    answers = simulate(4, 8, 12, tasks=("quality",), questions_per_passage=2)
    is_odd = answers["question_id"].str.extract(r"(\d+)$")[0].astype(int) % 2 == 1
    answers = answers.assign(
        n_messages=answers["position"] % 3, subject=is_odd.map({True: "law", False: "art"})
    )
    names = sorted(set(answers.loc[answers["condition"] != "model_alone", "participant_id"]))
    told = pd.DataFrame({"participant_id": names, "external_help_reported": [1.0, 1.0, *[0.0] * 6]})
    declared = {"exclusions": ["external_help"]}
    page, rest = (
        Page(export, analyse(export))
        for export in (
            make_export(answers, told, analysis=declared),
            make_export(answers[~answers["participant_id"].isin(names[:2])], told),
        )
    )

    for name in ("others", "scores", "reliance"):
        table, alone = (getattr(one if name != "others" else one.tables, name) for one in (page, rest))
        assert table is not None
        assert alone is not None
        if name == "reliance":
            after = {row[1]: row[-1].partition(" (")[0] for row in table.rows}
            assert after == {row[1]: row[2].partition(" [")[0] for row in alone.rows}
        else:
            lines = {row[1]: row[2:] for row in table.rows}
            for row in alone.rows:
                assert lines.get(row[1] + AFTER, lines[row[1]]) == row[2:], (name, row[1])
            assert any(line.endswith(AFTER) for line in lines)
    for name in ("t-sensitivity", "t-subjects", "t-asking"):
        table, alone = (dict(one.comparisons.all)[name].beside for one in (page, rest))
        assert table.header[-1] == "After exclusions"
        after = {row[1]: row[-1].partition(" ")[0] for row in table.rows}
        assert after == {row[1]: row[2].partition(" ")[0] for row in alone.rows}, name
