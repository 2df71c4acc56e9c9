import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study.questions import Question, Refused, Role
from questions.importers import table

README = Path(__file__).resolve().parents[2] / "questions" / "README.md"
ROW = {
    "question": "Which?",
    "option_a": "1",
    "option_b": "2",
    "option_c": "3",
    "option_d": "4",
    "answer": "B",
}


def read_csv(tmp_path: Path, *rows: dict[str, str], delimiter: str = ",") -> list[Any]:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter
    )
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "mybank.csv").write_bytes(text.getvalue().encode())
    return list(table.read(tmp_path / "mybank.csv"))


def read_json(tmp_path: Path, *rows: dict[str, Any]) -> list[Any]:
    (tmp_path / "mybank.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return list(table.read(tmp_path / "mybank.jsonl"))


def good(found: Iterable[Question | Refused]) -> list[Question]:
    return [item for item in found if isinstance(item, Question)]


def test_the_six_needed_columns_make_a_question(tmp_path: Path) -> None:
    (question,) = read_csv(tmp_path, ROW)

    assert question == Question(
        "mybank:1", "table", "table", "", "", "Which?", ("1", "2", "3", "4"), 1, role=Role.STUDY
    )


def test_every_column_finds_its_place(tmp_path: Path) -> None:
    more = {
        "question_id": "geo-1",
        "task": "geography",
        "subject": "seas",
        "split": "val",
        "passage": "A text.\n\nWith paragraphs.",
        "passage_id": "p1",
        "passage_title": "Seas",
        "passage_license": "CC0",
        "explanation": "Because.",
        "difficult": "1",
        "role": "practice",
        "distractor": "d",
        "expert_accuracy": "0.9",
        "novice_accuracy": "0",
        "argument_a": "a!",
        "argument_b": "b!",
        "argument_c": "c!",
        "argument_d": "d!",
    }

    (question,) = read_csv(tmp_path, ROW | more)

    assert set(ROW | more) == set(table.COLUMNS)
    assert (question.expert_accuracy, question.novice_accuracy) == (0.9, 0.0)
    assert (question.question_id, question.task, question.subject, question.split) == (
        "geo-1",
        "geography",
        "seas",
        "val",
    )
    assert question.passage.text == "A text.\n\nWith paragraphs."
    assert (question.passage_id, question.passage.title, question.passage.license) == ("p1", "Seas", "CC0")
    assert (question.explanation, question.difficult, question.role) == ("Because.", True, Role.PRACTICE)
    assert (question.distractor, question.arguments) == (3, ("a!", "b!", "c!", "d!"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_may_separate_with_comma_semicolon_or_tab(tmp_path: Path, delimiter: str) -> None:
    (question,) = read_csv(tmp_path, ROW | {"option_c": "a, b; c\td"}, delimiter=delimiter)

    assert question.options[2] == "a, b; c\td"


def test_json_may_give_the_options_as_a_list(tmp_path: Path) -> None:
    (question,) = read_json(
        tmp_path, {"question": "Q", "options": ["a", "b", "c", "d"], "answer": "D", "difficult": False}
    )

    assert (question.options, question.correct, question.difficult) == (("a", "b", "c", "d"), 3, False)


def test_an_unknown_column_refuses_the_file_and_names_it_and_what_is_allowed(tmp_path: Path) -> None:
    (refusal,) = read_csv(tmp_path, ROW | {"dificult": "1"})

    assert (refusal.file, refusal.record) == ("mybank.csv", 0)
    assert refusal.reason.startswith("unknown column 'dificult'; allowed are question, option_a")
    assert "difficult" in refusal.reason


def test_a_missing_column_refuses_the_file_and_names_it(tmp_path: Path) -> None:
    (refusal,) = read_csv(tmp_path, {name: text for name, text in ROW.items() if name != "option_d"})

    assert (refusal.record, refusal.reason.split(";")[0]) == (0, "no column option_d")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"answer": ""}, "answer", "the answer is empty"),
        ({"answer": "E"}, "answer", "answer 'E' is not one of the letters"),
        ({"answer": "2"}, "answer", "answer '2' is not one of the letters"),
        ({"distractor": "B"}, "distractor", "the distractor is the right answer"),
        ({"role": "exam"}, "role", "role 'exam' is not one of study, practice, example, attention"),
        ({"difficult": "hard"}, "difficult", "difficult 'hard' is neither 1 nor 0"),
        ({"expert_accuracy": "90 %"}, "expert_accuracy", "expert_accuracy '90 %' is no share from 0 to 1"),
        ({"novice_accuracy": "1.5"}, "novice_accuracy", "is no share from 0 to 1"),
        ({"argument_a": "only this"}, "argument_a", "give all four or none"),
        ({"passage_id": "unknown"}, "passage", "has no text"),
        ({"option_c": " "}, "", "option C is empty"),
        ({"question": ""}, "", "the question text is empty"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_column(
    tmp_path: Path, changes: dict[str, str], field: str, reason: str
) -> None:
    empty = {name: "" for name in changes if name not in ROW}

    first, second, third = read_csv(tmp_path, ROW | empty, ROW | changes, ROW | empty)

    assert (second.record, second.field) == (2, field)
    assert reason in second.reason
    assert [first.question_id, third.question_id] == ["mybank:1", "mybank:3"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "Q", "options": ["a", "b", "c"], "answer": "A"}, "options has 3 entries"),
        (ROW | {"option_a": 0.5}, "option_a must be text in quotes, this is a number"),
        (ROW | {"options": ["a", "b", "c", "d"]}, "the options are given twice"),
        (ROW | {"anwser": "A"}, "unknown column 'anwser'"),
    ],
)
def test_a_json_row_that_cannot_be_used_is_refused(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    refusal, question = read_json(tmp_path, row, ROW)

    assert reason in refusal.reason
    assert question.question_id == "mybank:2"


def test_later_rows_may_name_a_passage_by_its_id_alone(tmp_path: Path) -> None:
    first, second, third = read_csv(
        tmp_path,
        ROW | {"passage": "A text.", "passage_id": "p1"},
        ROW | {"passage": "", "passage_id": "p1"},
        ROW | {"passage": "Another.", "passage_id": "p1"},
    )

    assert first.passage is second.passage
    assert third.reason == "passage 'p1' has another text than on an earlier row"


def test_splits_and_subjects_choose_study_questions(tmp_path: Path) -> None:
    read_csv(
        tmp_path,
        ROW | {"split": "val", "subject": "x", "role": ""},
        ROW | {"split": "test", "subject": "x", "role": ""},
        ROW | {"split": "dev", "subject": "x", "role": "example"},
        ROW | {"split": "val", "subject": "y", "role": ""},
    )

    found = good(table.read(tmp_path, splits=["val"], subjects=["x"]))

    assert [question.question_id for question in found] == ["mybank:1", "mybank:3"]


@given(
    cells=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=5, max_size=5
    )
)
def test_any_texts_come_back_exactly(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    names = [name for name in ROW if name != "answer"]
    row = ROW | {name: "x" + cell for name, cell in zip(names, cells, strict=True)}

    (question,) = read_csv(tmp_path_factory.mktemp("table"), row)

    assert [question.text, *question.options] == [row[name] for name in names]


def test_the_readme_explains_every_column() -> None:
    explained = README.read_text(encoding="utf-8")

    ranges = {"option_b", "option_c", "argument_b", "argument_c"}  # written as option_a .. option_d
    missing = [name for name in table.COLUMNS if name not in ranges and f"`{name}`" not in explained]

    assert missing == []
