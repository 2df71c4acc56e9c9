"""The contract holds, and an outsider's library can read what it describes."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import frictionless
import pytest

from analysis.columns import COLUMNS, KEYS, Table, Type, datapackage, ordered

ANSWER_HEADER = """
study_id trial_id participant_id participant_kind condition protocol assistant assistant_mode provider model
method sample task bank question_id passage_id subject form cell
block position position_in_block passage_exposure is_practice is_attention_check option_order
choice correct_choice correct status confidence confidence_scale p_a p_b p_c p_d p_source
initial_choice initial_confidence initial_p_a initial_p_b initial_p_c initial_p_d reason
stance manipulated first_advice_choice advice_choice advice_correct advice_status advice_source
n_messages n_replies n_replies_failed n_resets time_limit_s response_time_s browser_response_time_s
assistant_wait_s shown_at closed_at
initial_response_time_s reading_time_s min_time_s
advice_choice_by_model advice_reader
"""

EXAMPLES = {Type.TEXT: "x", Type.INTEGER: "1", Type.NUMBER: "0.5", Type.FLAG: "1", Type.JSON: '{"a":1}'}


def write_example(folder: Path, table: Table) -> tuple[str, str]:
    path = folder / f"{table}.csv"
    row = []
    for column in COLUMNS[table]:
        if column.allowed:
            row.append(str(column.allowed[0]))
        elif column.pattern:
            row.append("CADB")
        elif column.type is Type.TIME:
            row.append("2026-01-02T03:04:05.678Z")
        elif column.type is Type.NUMBER and column.minimum:
            row.append(f"{column.minimum}")
        else:
            row.append(EXAMPLES[column.type])
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([ordered(table), row])
    return table, path.name


def test_answers_have_the_columns_of_the_contract_in_its_order() -> None:
    assert list(ordered("answers")) == ANSWER_HEADER.split()


@pytest.mark.parametrize("table", list(Table))
def test_every_column_is_named_once_and_explained(table: Table) -> None:
    names = ordered(table)

    assert len(set(names)) == len(names)
    assert all(column.meaning for column in COLUMNS[table])
    assert set(KEYS.get(table, ())) <= set(names)


def test_frictionless_finds_a_full_package_valid(tmp_path: Path) -> None:
    files = [write_example(tmp_path, table) for table in Table]
    described = datapackage(files, name="my-study", title="My study", description="An example")
    (tmp_path / "datapackage.json").write_text(json.dumps(described))

    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()

    assert report.valid, report.flatten(["type", "note"])
    assert report.stats["tasks"] == len(Table)


@pytest.mark.parametrize(
    ("column", "value"),
    [("condition", "human"), ("choice", "E"), ("confidence", "80"), ("correct", "True"), ("task", "")],
)
def test_frictionless_refuses_what_the_contract_refuses(tmp_path: Path, column: str, value: str) -> None:
    files = [write_example(tmp_path, Table.ANSWERS)]
    with (tmp_path / "answers.csv").open(newline="") as file:
        header, row = csv.reader(file)
    row[header.index(column)] = value
    with (tmp_path / "answers.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, row])
    (tmp_path / "datapackage.json").write_text(json.dumps(datapackage(files)))

    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()

    assert not report.valid


def test_the_contract_imports_only_the_standard_library() -> None:
    """The application writes exports and may import this file only; loading pandas would slow its start."""
    code = (
        "import sys, analysis.columns\n"
        "roots = {name.partition('.')[0] for name in sys.modules} - {'analysis', '__main__'}\n"
        "print(*[r for r in roots if r in ('pandas', 'numpy', 'scipy', 'pydantic', 'altair')])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
