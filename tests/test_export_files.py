"""Beside the tables: a wide one, page times, Parquet, a codebook; and cells that no spreadsheet runs."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import frictionless
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from analysis.columns import COLUMNS, PER_ITEM, Table, ordered
from analysis.export import load
from oversight_app.cli import main
from oversight_app.export import ExportPaths, export_study
from oversight_app.export_files.codebooks import Beside
from oversight_app.proctor import Proctor
from oversight_app.study.survey import HELP_KEYS, NO, SurveyItem
from tests.builders import make_design, make_plan, make_proctor, make_question, make_questions, seat
from tests.test_export import LATER, walk

FORMULA = '=HYPERLINK("http://127.0.0.1","x")'


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    """One person who answers everything, and in the questionnaire writes a formula."""
    made = make_proctor(
        tmp_path,
        make_plan(make_design(), survey=(SurveyItem(key="words", kind="text", text="Anything else?"),)),
    )
    seat(made, "p1")
    walk(made, "p1")
    made.answer_survey("p1", {"words": FORMULA, **dict.fromkeys(HELP_KEYS, NO)})
    made.finish("p1")
    yield made
    made.store.close()


def export(proctor: Proctor, **beside: bool) -> ExportPaths:
    return export_study(proctor.store, proctor.store.path.parent / "out", at=LATER, beside=Beside(**beside))


def rows_of(paths: ExportPaths, name: str) -> list[dict[str, str]]:
    with (paths.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_wide_table_repeats_each_answer_at_its_position(proctor: Proctor) -> None:
    paths = export(proctor, wide=True)

    (person,) = rows_of(paths, "wide")
    answers = [row for row in rows_of(paths, "answers") if row["is_practice"] == "0"]
    assert len(answers) > 4
    for row in answers:
        for field in PER_ITEM:
            assert person[f"item.{row['position']}.{field}"] == row[field]
    assert person["participant_id"] == "p1"
    assert person["outcome"] == "completed"
    assert person["survey.words"] == f"'{FORMULA}"
    assert f"item.{len(answers) + 1}.choice" not in person


def test_page_times_agree_with_the_answers(proctor: Proctor) -> None:
    paths = export(proctor)

    pages, plan = rows_of(paths, "page_times"), rows_of(paths, "plan")
    shown = {row["n"]: row for row in pages if row["page_name"] == "trial"}
    answers = {row["trial_id"]: row for row in rows_of(paths, "answers")}
    assert shown.keys() == {row["n"] for row in plan}
    for trial in plan:
        page, answer = shown[trial["n"]], answers[trial["trial_id"]]
        assert (page["entered_at"], page["left_at"]) == (answer["shown_at"], answer["closed_at"])
        assert page["duration_s"] == answer["response_time_s"]
    assert [row["page_index"] for row in pages] == [str(n) for n in range(1, len(pages) + 1)]
    assert {"consent", "instructions", "rest", "survey", "debrief"} <= {row["page_name"] for row in pages}


def test_parquet_has_the_rows_of_the_csv_with_their_types(proctor: Proctor) -> None:
    paths = export(proctor, parquet=True, wide=True)

    for table in Table:
        typed = parquet.read_table(paths.folder / f"{table}.parquet")
        assert tuple(typed.column_names) == ordered(table)
        assert typed.num_rows == len(rows_of(paths, table))
    first = parquet.read_table(paths.folder / "answers.parquet").to_pylist()[0]
    row = rows_of(paths, "answers")[0]
    assert first["response_time_s"] == float(row["response_time_s"])
    assert first["is_practice"] is True
    assert first["shown_at"] == datetime.fromisoformat(row["shown_at"]).astimezone(UTC)
    assert first["initial_choice"] is None
    said = {
        row["item"]: row["answer"] for row in parquet.read_table(paths.folder / "survey.parquet").to_pylist()
    }
    assert said["words"] == FORMULA


def test_excel_gets_its_mark_and_everybody_else_reads_on(proctor: Proctor) -> None:
    paths = export(proctor, excel=True, wide=True)

    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in paths.folder.glob("*.csv"))
    assert len(load(paths.folder).answers) == paths.n_answers
    assert frictionless.validate(str(paths.folder / "datapackage.json")).flatten(["type", "message"]) == []


def test_a_cell_that_a_spreadsheet_would_run_is_harmless_and_reads_back_exactly(tmp_path: Path) -> None:
    questions = [
        make_question(f"{sign}test:{i}", subject=f"{sign}cmd|'/c calc'!A1", text=f"{sign}1", correct=i % 4)
        for sign in ("=", "+", "-", "@", "'=")
        for i in range(4)
    ] + [question for question in make_questions() if question.role != "study"]
    design = make_design(tasks={"mmlu": {"questions_per_condition": 10}})
    made = make_proctor(tmp_path, make_plan(design, questions), questions)
    seat(made, "p1")
    walk(made, "p1")

    paths = export(made)
    recorded = list(made.store.rows("answers"))
    made.store.close()

    for name in ("answers", "questions", "plan"):
        columns = {column.name: column for column in COLUMNS[Table(name)]}
        for row in rows_of(paths, name):
            for column, cell in row.items():
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, columns[column], cell)
    read = load(paths.folder)
    assert list(read.answers["question_id"]) == [row["question_id"] for row in recorded]
    assert any(row["question_id"].startswith("'=") for row in recorded)
    assert read.questions is not None
    assert set(read.questions["question_id"]) >= {row["question_id"] for row in recorded}


def test_the_manifest_and_the_codebook_state_the_rule_and_list_what_lies_there(proctor: Proctor) -> None:
    paths = export(proctor, wide=True, parquet=True)

    manifest = json.loads(paths.manifest.read_text(encoding="utf-8"))
    assert manifest["cells"]["guard"] == "'"
    assert manifest["rows"]["wide"] == 1
    assert {"wide.csv", "wide.parquet", "page_times.csv", "codebook.md"} <= manifest["files"].keys()
    book = (paths.folder / "codebook.md").read_text(encoding="utf-8")
    assert manifest["cells"]["rule"] in book
    for table in Table:
        assert f"## {table}.csv" in book
        for column in COLUMNS[table]:
            assert f"| `{column.name}` |" in book
    assert "item.k.field" in book
    assert load(paths.folder).changed == ()


def test_an_export_of_an_earlier_release_is_read_as_it_stands(proctor: Proctor) -> None:
    """It knew of no apostrophe, so one that somebody wrote is theirs."""
    paths = export(proctor)
    manifest = json.loads(paths.manifest.read_text(encoding="utf-8"))
    del manifest["cells"]
    paths.manifest.write_text(json.dumps(manifest), encoding="utf-8")
    answers = (paths.folder / "answers.csv").read_text(encoding="utf-8").replace("anatomy", "'anatomy")
    (paths.folder / "answers.csv").write_text(answers, encoding="utf-8")

    assert "'anatomy" in set(load(paths.folder).answers["subject"])


def test_words_and_banks_are_asked_for_with_a_public_export_only(proctor: Proctor) -> None:
    folder = str(proctor.store.path.parent)

    told = CliRunner().invoke(main, ["export", folder, "--with-text"])

    assert told.exit_code != 0
    assert "go with --public" in told.output
