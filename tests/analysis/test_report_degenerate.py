"""The numbers of studies that are hardly studies: every null has its reason, no number claims what none knows."""

import csv
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.__main__ import main
from analysis.errors import ExportError
from analysis.report import write_report
from analysis.simulate import simulate
from tests.analysis.builders import make_row, write_csv, write_frame

DECLARED = {"margin": 0.05}
EXCLUDING = DECLARED | {"exclusions": ["external_help"]}


def full(
    people: int = 6, questions: int = 8, per_passage: int | None = 2, tasks: tuple[str, ...] = ("quality",)
) -> pd.DataFrame:
    """Of these tasks all three conditions, advice, confidence, and an answer given before help."""
    answers = simulate(3, people, questions, tasks=tasks, questions_per_passage=per_passage)
    is_person = answers["condition"] != "model_alone"
    return answers.assign(
        initial_choice=answers["choice"].where(is_person & (answers["position"] % 3 != 0), "B")
    )


def answered(answers: pd.DataFrame, is_right: bool) -> pd.DataFrame:
    other = answers["correct_choice"].map({"A": "B", "B": "C", "C": "D", "D": "A"})
    choice = answers["correct_choice"] if is_right else other
    return answers.assign(
        choice=choice, correct=float(is_right), advice_choice=choice.where(answers["advice_choice"].notna())
    )


def without(answers: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return answers.drop(columns=list(columns))


def but(answers: pd.DataFrame, condition: str) -> pd.DataFrame:
    return answers[answers["condition"] != condition]


STUDIES: Mapping[str, pd.DataFrame] = {
    "one participant": full(people=1, tasks=("mmlu", "quality")),
    "one question": full(questions=1, per_passage=None),
    "one passage": full(questions=4, per_passage=4),
    "all right": answered(full(tasks=("mmlu", "quality")), True),
    "all wrong": answered(full(), False),
    "nobody alone": but(full(), "human_alone"),
    "nobody with the model": but(full(), "human_with_model"),
    "no model alone": but(full(), "model_alone"),
    "no confidence": without(full(), "confidence", "confidence_scale"),
    "everybody excluded": full(),
    "one participant, no confidence": without(full(people=1), "confidence", "confidence_scale"),
    "one question, all right": answered(full(questions=1, per_passage=None), True),
    "one participant, one question": full(people=1, questions=1, per_passage=None),
    "one passage, all wrong": answered(full(questions=4, per_passage=4), False),
    "all right, nobody alone": but(answered(full(), True), "human_alone"),
    "one participant, all right": answered(full(people=1), True),
}


_NO_NUMBER = re.compile(r"(?<![\w.])[+−-]?(nan|NaN|NaT|inf|Infinity|None|null|undefined)(?![\w-])")
"""What stands for a number that is none, as a word of its own."""
_HIDDEN = re.compile(r"<(style|pre)\b.*?</\1>|<[^>]+>", re.DOTALL)


def visible(page: str) -> str:
    """What a reader sees of a page or figure."""
    return html.unescape(_HIDDEN.sub(" ", page))


def results_of(folder: Path, answers: pd.DataFrame, share_excluded: float) -> dict[str, Any]:
    export = folder / "export"
    export.mkdir()
    write_frame(export / "answers.csv", answers)
    (export / "manifest.json").write_text(
        json.dumps({"schema": 1, "analysis": EXCLUDING if share_excluded else DECLARED})
    )
    people = sorted(set(answers.loc[answers["condition"] != "model_alone", "participant_id"]))
    told = [int(n < share_excluded * len(people)) for n in range(len(people))]
    pd.DataFrame({"participant_id": people, "external_help_reported": told}).to_csv(
        export / "participants.csv", index=False
    )
    # The whole command, as a researcher runs it: results.json, tables, figures and the page.
    report = folder / "report"
    done = CliRunner().invoke(main, [str(export), "--out", str(report)])
    assert done.exit_code == 0, done.output
    assert done.exception is None
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "</html>" in page
    assert not _NO_NUMBER.search(visible(page)), _NO_NUMBER.search(visible(page))
    for path in (report / "figures").glob("*.svg"):
        assert not _NO_NUMBER.search(visible(path.read_text(encoding="utf-8"))), path
        assert "NaN" not in path.read_text(encoding="utf-8"), path
    for path in (report / "tables").glob("*.csv"):
        cells = {cell for row in csv.reader(path.read_text(encoding="utf-8").splitlines()) for cell in row}
        assert not cells & {"nan", "NaN", "inf", "-inf", "None"}, path

    def refuse(word: str) -> None:
        raise AssertionError(f"results.json holds {word}")

    values: dict[str, Any] = json.loads((report / "results.json").read_text(), parse_constant=refuse)
    return values


@pytest.mark.parametrize("name", list(STUDIES))
def test_a_degenerate_study_says_why_and_claims_nothing(tmp_path: Path, name: str) -> None:
    results = results_of(tmp_path, STUDIES[name], 1.0 if name == "everybody excluded" else 0.0)

    rows = results["estimates"] + results["contrasts"]
    assert rows
    for row in rows:
        low, value, high = row["ci_low"], row["estimate"], row["ci_high"]
        assert None not in (low, value, high) or row["note"], row
        assert row["se"] is None or row["se"] > 0, row
        assert row.get("p") is None or 0 < row["p"] <= 1, row
        assert row["n_answers"] > 0 or value in (None, 0), row
        if low is not None and high is not None:
            assert low < high, row
            assert value is None or low <= value <= high, row


def test_after_everybody_is_excluded_no_number_of_people_is_left(tmp_path: Path) -> None:
    results = results_of(tmp_path, full(), 1.0)

    after = [row for row in results["estimates"] if row["rows"] == "after_exclusions"]
    assert [row for row in after if row["condition"] == "model_alone" and row["estimate"] is not None]
    assert not [row for row in after if row["condition"] != "model_alone" and row["estimate"] is not None]


def test_one_participant_gives_a_difference_without_an_interval_and_no_verdict(tmp_path: Path) -> None:
    results = results_of(tmp_path, full(people=1), 0.0)

    over_human = [row for row in results["contrasts"] if row["contrast"] == "human_with_model - human_alone"]
    assert over_human
    assert all(row["p"] is None for row in over_human if row["metric"] == "accuracy" and not row["subgroup"])
    assert {row["finding"] for row in results["verdicts"]}.isdisjoint({"higher", "lower"})


def test_duplicate_rows_are_refused_and_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row(trial_id="t1"), make_row(trial_id="t2")])

    with pytest.raises(ExportError, match=r"rows 2 and 3: participant_id p1 answers question_id q1 twice"):
        write_report(path, tmp_path / "report")
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("column", ["participant_id", "condition", "task", "question_id"])
def test_a_missing_column_is_refused_by_name(tmp_path: Path, column: str) -> None:
    names = [name for name in make_row() if name != column]
    path = write_csv(tmp_path / "answers.csv", [make_row()], names)

    with pytest.raises(ExportError, match=column):
        write_report(path, tmp_path / "report")


@pytest.mark.parametrize(
    "cells", [{"confidence": "high"}, {"correct": "yes"}, {"response_time_s": "soon"}, {"condition": "alone"}]
)
def test_a_cell_of_the_wrong_type_is_refused_with_its_column(tmp_path: Path, cells: dict[str, str]) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row(**cells)])

    with pytest.raises(ExportError, match=next(iter(cells))):
        write_report(path, tmp_path / "report")
