"""Good files are read as they are; bad ones are refused with file, row, column, what was found and what is allowed."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import ExportError
from analysis.export import load
from analysis.simulate import simulate
from tests.analysis.builders import make_row, write_csv, write_export, write_frame

SMALLEST = ("participant_id", "condition", "task", "question_id", "choice", "correct_choice")


def test_a_bare_file_with_six_columns_is_enough(tmp_path: Path) -> None:
    rows = [make_row(), make_row(question_id="q2", choice="B"), make_row(condition="model_alone")]

    answers = load(write_csv(tmp_path / "mine.csv", rows, SMALLEST)).answers

    assert answers["correct"].tolist() == [1, 0, 1]
    assert answers["participant_kind"].tolist() == ["human", "human", "model"]
    assert answers["sample"].tolist() == [1, 1, 1]


def test_without_status_a_row_with_a_choice_counts_as_answered_and_one_without_has_none(
    tmp_path: Path,
) -> None:
    rows = [make_row(), make_row(question_id="q2", status="skipped")]

    answers = load(write_csv(tmp_path / "answers.csv", rows, SMALLEST)).answers

    assert answers["status"].iloc[0] == "answered"
    assert pd.isna(answers["status"].iloc[1])
    assert answers["has_choice"].tolist() == [True, False]
    assert pd.isna(answers["correct"].iloc[1])


def test_correct_alone_stands_for_the_two_choices(tmp_path: Path) -> None:
    rows = [make_row(correct=1), make_row(question_id="q2", choice="", status="skipped")]
    columns = ("participant_id", "condition", "task", "question_id", "correct")

    answers = load(write_csv(tmp_path / "answers.csv", rows, columns)).answers

    assert answers["has_choice"].tolist() == [True, False]
    assert answers["correct"].iloc[0] == 1


@pytest.mark.parametrize("word", ["None", "NA", "nan", "null", "N/A"])
def test_words_that_other_readers_take_for_missing_are_text(tmp_path: Path, word: str) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row(participant_id=word, task=word, subject=word)])

    answers = load(path).answers

    assert answers[["participant_id", "task", "subject"]].iloc[0].tolist() == [word] * 3


def test_ids_that_look_like_numbers_keep_their_zeros(tmp_path: Path) -> None:
    answers = load(
        write_csv(tmp_path / "answers.csv", [make_row(participant_id="007", question_id="1.10")])
    ).answers

    assert answers[["participant_id", "question_id"]].iloc[0].tolist() == ["007", "1.10"]


def test_a_table_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    answers = simulate(1, participants=4, items=6)

    again = load(write_frame(tmp_path / "answers.csv", answers)).answers

    pd.testing.assert_frame_equal(again[answers.columns], answers)


def test_columns_beyond_the_contract_are_kept(tmp_path: Path) -> None:
    row = make_row() | {"lab": "Bern"}
    path = write_csv(tmp_path / "answers.csv", [row], [*SMALLEST, "lab"])

    assert load(path).answers["lab"].tolist() == ["Bern"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"condition": "alone"},
            "answers.csv, row 3, column condition: found 'alone', allowed is one of human_alone, human_with_model, "
            "model_alone.",
        ),
        (
            {"confidence": "80"},
            "answers.csv, row 3, column confidence: found '80', allowed is a number from 0 to 1, or nothing.",
        ),
        ({"confidence": "0,8"}, "column confidence: found '0,8'"),
        ({"confidence": "nan"}, "column confidence: found 'nan'"),
        ({"confidence": "inf"}, "column confidence: found 'inf'"),
        ({"choice": "E"}, "column choice: found 'E', allowed is one of A, B, C, D, or nothing."),
        ({"is_practice": "yes"}, "column is_practice: found 'yes', allowed is 0 or 1, or nothing."),
        ({"sample": "1.5"}, "column sample: found '1.5', allowed is a whole number, at least 1."),
        ({"task": ""}, "column task: found nothing, allowed is any text."),
        (
            {"option_order": "DCB"},
            "column option_order: found 'DCB', allowed is text of the form [A-D]{4}, or nothing.",
        ),
        (
            {"correct": "0"},
            "row 3, column correct: found '0', but it does not agree with choice and correct_choice.",
        ),
        ({"status": "skipped", "correct": "0"}, "leave correct empty (an answer that is missing is not 0)"),
        (
            {"status": "answered", "choice": ""},
            "row 3, column status: found 'answered', but there is no choice.",
        ),
    ],
)
def test_a_bad_cell_is_refused_by_name(tmp_path: Path, cells: dict[str, str], message: str) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row(question_id="q0"), make_row(**cells)])

    with pytest.raises(ExportError) as refusal:
        load(path)

    assert message in str(refusal.value)


def test_a_choice_beside_a_status_without_one_is_refused(tmp_path: Path) -> None:
    row = make_row() | {"status": "timed_out_no_answer"}

    with pytest.raises(
        ExportError, match="column status: found 'timed_out_no_answer', but there is a choice"
    ):
        load(write_csv(tmp_path / "answers.csv", [row]))


def test_two_answers_to_one_question_are_refused_with_both_rows(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row(), make_row(question_id="q2"), make_row()])

    with pytest.raises(ExportError, match=r"rows 2 and 4: participant_id p1 answers question_id q1 twice"):
        load(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: not even a header"),
        ("participant_id,condition\n", "the columns task, question_id, choice, correct_choice are missing"),
        (
            "Participant_ID,condition,task,question_id,choice\n",
            "the columns participant_id, correct_choice are missing; the header has Participant_ID, condition",
        ),
        (
            "participant_id,condition,task,question_id,choice\n",
            "the column correct_choice is missing",
        ),
        ("participant_id,participant_id\n", "names 'participant_id' twice"),
        ("participant_id,condition\na,b\na,b,c\n", "row 3: found 3 cells, the header has 2"),
        ("participant_id,condition\na\n", "row 2: found 1 cells, the header has 2"),
        ('participant_id,"condition\n', "is not CSV"),
    ],
)
def test_a_file_that_is_no_table_of_answers_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "answers.csv").write_text(text)

    with pytest.raises(ExportError, match=message):
        load(tmp_path / "answers.csv")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_bytes("participant_id,täsk\n".encode("latin-1"))

    with pytest.raises(ExportError, match="is not UTF-8: byte 17 is 0xe4"):
        load(tmp_path / "answers.csv")


def test_a_byte_order_mark_from_a_spreadsheet_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row()], SMALLEST)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert len(load(path).answers) == 1


def test_a_spreadsheet_that_separates_by_semicolons_is_read_too(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "answers.csv", [make_row()], SMALLEST)
    path.write_text(path.read_text().replace(",", ";"))

    assert len(load(path).answers) == 1


def test_a_folder_without_answers_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "study.toml").touch()

    with pytest.raises(ExportError, match=r"holds no answers.csv \(found: study.toml\)"):
        load(tmp_path)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="does not exist"):
        load(tmp_path / "nowhere")


def test_a_folder_brings_its_manifest_and_names_files_that_were_changed(tmp_path: Path) -> None:
    folder = write_export(
        tmp_path / "export",
        simulate(1, 3, 4),
        title="T",
        files={"answers.csv": "0" * 64, "plan.csv": "1" * 64},
    )

    export = load(folder)

    assert export.manifest.name == "T"
    assert export.files["answers.csv"] == hashlib.sha256((folder / "answers.csv").read_bytes()).hexdigest()
    assert export.changed == ("answers.csv", "plan.csv")


def test_a_manifest_of_a_later_version_is_refused(tmp_path: Path) -> None:
    folder = write_export(tmp_path, simulate(1, 3, 4), schema=2)

    with pytest.raises(ExportError, match="says schema 2; this version reads up to 1"):
        load(folder)


def test_a_manifest_that_is_not_json_is_refused(tmp_path: Path) -> None:
    folder = write_export(tmp_path, simulate(1, 3, 4))
    (folder / "manifest.json").write_text("{")

    with pytest.raises(ExportError, match=r"manifest.json is not valid JSON"):
        load(folder)


def test_questions_beside_the_answers_are_read_without_their_texts(tmp_path: Path) -> None:
    write_csv(tmp_path / "answers.csv", [make_row()])
    questions = [
        {"question_id": "q1", "task": "mmlu", "difficult": "1", "text": "?", "passage_text": "x" * 200_000}
    ]
    write_csv(tmp_path / "questions.csv", questions, list(questions[0]))

    export = load(tmp_path)

    assert export.questions is not None
    assert export.questions.to_dict("records") == [
        {
            "task": "mmlu",
            "question_id": "q1",
            "difficult": 1.0,
            "key_flag": pytest.approx(float("nan"), nan_ok=True),
            "selection_prob": pytest.approx(float("nan"), nan_ok=True),
        }
    ]
    assert set(export.files) == {"answers.csv", "questions.csv"}
