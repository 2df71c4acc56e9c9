import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_app.study.questions import Question, Refused, Role
from questions.importers import mmlu

TEN_SUBJECTS = {
    "college_computer_science",
    "college_physics",
    "conceptual_physics",
    "electrical_engineering",
    "formal_logic",
    "high_school_european_history",
    "high_school_mathematics",
    "moral_scenarios",
    "professional_accounting",
    "professional_law",
}
GOOD = ["Which is right?", "one", "two", "three", "four", "C"]


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def csv_bytes(rows: Iterable[Sequence[str]], line_end: str = "\n") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue().encode()


def good(found: Iterable[Question | Refused]) -> list[Question]:
    return [item for item in found if isinstance(item, Question)]


def refused(found: Iterable[Question | Refused]) -> list[Refused]:
    return [item for item in found if isinstance(item, Refused)]


def read_one(path: Path, rows: Sequence[Sequence[str]], line_end: str = "\n") -> Question:
    (found,) = mmlu.read(write(path / "anatomy_val.csv", csv_bytes(rows, line_end)))
    assert isinstance(found, Question)
    return found


# -- texts stay as they are ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["None", "NA", "nan", "null"], id="words a table reader takes for missing"),
        pytest.param(["TRUE", "FALSE", "True", "False"], id="words a table reader takes for truth values"),
        pytest.param(["0.05", "0.40", "0.50", "0.460"], id="numbers that would lose their zeros"),
        pytest.param(["-11", "=1+1", "+3", "@home"], id="what a spreadsheet takes for a formula"),
        pytest.param(['("rusted")', "a, b", '"', "''"], id="quotes and commas"),
        pytest.param([" lead", "trail ", "end\n", "x\n\ny"], id="white space at the ends"),
        pytest.param(["\u0093old\u0094", "so \u0085", "na\ufeffive", "a\u00a0b"], id="C1 characters, BOM, NBSP"),
        pytest.param(["world‚Äôs", "fiancÃ©e", "na?ve", "¬p ⊃ q"], id="mojibake, which is not ours to mend"),
        pytest.param(["$5", "$300 $400", r"\frac{1}{2}", "a*(c + d)* + b"], id="dollars, LaTeX and stars"),
        pytest.param(["<p>", "&epsiv;", "____", "~~F"], id="tags, entities, blanks, tildes"),
    ],
)  # fmt: skip
def test_option_texts_are_kept_to_the_character(tmp_path: Path, options: list[str]) -> None:
    question = read_one(tmp_path, [["Which?", *options, "B"]])

    assert list(question.options) == options


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_inside_a_cell_are_kept_whatever_ends_the_records(tmp_path: Path, line_end: str) -> None:
    text = "Premises:\n1. A\r\n2. B\n"

    question = read_one(tmp_path, [[text, "a\r\nb", "c", "d", "e", "A"]], line_end)

    assert question.text == text
    assert question.options[0] == "a\r\nb"


def test_a_file_may_mix_line_ends_and_end_without_one(tmp_path: Path) -> None:
    data = b"Q1,a,b,c,d,A\r\nQ2,a,b,c,d,B\nQ3,a,b,c,d,C"

    found = good(mmlu.read(write(tmp_path / "anatomy_val.csv", data)))

    assert [question.text for question in found] == ["Q1", "Q2", "Q3"]


def test_a_byte_order_mark_is_not_part_of_the_first_question(tmp_path: Path) -> None:
    found = good(mmlu.read(write(tmp_path / "anatomy_val.csv", b"\xef\xbb\xbf" + csv_bytes([GOOD]))))

    assert found[0].text == GOOD[0]


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))] * 5),
        min_size=1,
        max_size=4,
    )
)
def test_any_six_cells_written_as_csv_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, ...]]
) -> None:
    rows = [["Q" + row[0], *("o" + cell for cell in row[1:]), "D"] for row in cells]
    file = write(tmp_path_factory.mktemp("cells") / "anatomy_test.csv", csv_bytes(rows, "\r\n"))

    found = good(mmlu.read(file))

    assert [[question.text, *question.options, "D"] for question in found] == rows
    assert all(question.correct == 3 for question in found)


# -- layouts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "key"),
    [
        pytest.param(None, "C", id="original: no header, letter"),
        pytest.param(None, "2", id="no header, digit"),
        pytest.param("question,choice0,choice1,choice2,choice3,answer", "2", id="choice0 to choice3"),
        pytest.param("question,A,B,C,D,answer", "2", id="A to D with digits"),
        pytest.param("question,A,B,C,D,answer", "C", id="A to D with letters"),
    ],
)
def test_six_columns_may_have_letters_or_digits_and_a_header_or_none(
    tmp_path: Path, header: str | None, key: str
) -> None:
    rows = [*([header.split(",")] if header else []), [*GOOD[:5], key]]

    question = read_one(tmp_path, rows)

    assert (question.question_id, question.subject, question.split) == ("val/anatomy:1", "anatomy", "val")
    assert question.options == ("one", "two", "three", "four")
    assert question.correct == 2


def test_hub_rows_are_numbered_within_their_subject_as_in_the_subjects_own_file(tmp_path: Path) -> None:
    rows = [
        {"question": "Q1", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 3},
        {"question": "Q2", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 0},
        {"question": "Q1", "subject": "college physics", "choices": ["a", "b", "c", "d"], "answer": 1},
    ]
    lines = "\n".join(json.dumps(row) for row in rows)

    as_lines = good(mmlu.read(write(tmp_path / "lines" / "validation.jsonl", lines.encode())))
    as_list = good(mmlu.read(write(tmp_path / "list" / "validation.json", json.dumps(rows).encode())))

    assert [q.question_id for q in as_lines] == ["val/anatomy:1", "val/anatomy:2", "val/college_physics:1"]
    assert [q.correct for q in as_lines] == [3, 0, 1]
    assert as_list == as_lines


def test_only_a_line_feed_ends_a_line_of_json_lines(tmp_path: Path) -> None:
    row = {
        "question": "one\u2028two\u0085three",
        "subject": "anatomy",
        "choices": ["a", "b", "c", "d"],
        "answer": 0,
    }

    (question,) = good(
        mmlu.read(write(tmp_path / "test.jsonl", json.dumps(row, ensure_ascii=False).encode()))
    )

    assert question.text == row["question"]


@pytest.mark.parametrize(
    "place", ["anatomy_val.csv", "val/anatomy.csv", "val/anatomy_val.csv", "anatomy_validation.csv"]
)
def test_the_split_is_told_by_the_name_of_the_file_or_of_its_folder(tmp_path: Path, place: str) -> None:
    write(tmp_path / place, csv_bytes([GOOD]))

    assert [question.question_id for question in good(mmlu.read(tmp_path))] == ["val/anatomy:1"]


def test_a_file_that_tells_no_split_is_refused_unless_one_split_is_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path / "anatomy.csv", csv_bytes([GOOD]))

    (refusal,) = refused(mmlu.read(file))
    named = good(mmlu.read(file, splits=["val"]))

    assert "cannot tell the split" in refusal.reason
    assert [question.question_id for question in named] == ["val/anatomy:1"]


# -- splits and roles ------------------------------------------------------------------------------


def three_splits(folder: Path) -> Path:
    for split in ("dev", "val", "test", "practice"):
        for subject in ("anatomy", "virology"):
            write(folder / "data" / split / f"{subject}_{split}.csv", csv_bytes([GOOD]))
    return folder


def test_dev_questions_are_examples_and_practice_questions_are_practice(tmp_path: Path) -> None:
    found = good(mmlu.read(three_splits(tmp_path)))

    roles = {(question.split, question.role) for question in found}
    assert roles == {
        ("dev", Role.EXAMPLE),
        ("val", Role.STUDY),
        ("test", Role.STUDY),
        ("practice", Role.PRACTICE),
    }


def test_asking_for_one_split_brings_the_examples_too(tmp_path: Path) -> None:
    found = good(mmlu.read(three_splits(tmp_path), splits=["validation"], subjects=["virology"]))

    assert [q.question_id for q in found] == ["dev/virology:1", "val/virology:1", "practice/virology:1"]


@pytest.mark.parametrize("source", ["data/val", "data/val/virology_val.csv"])
def test_the_examples_are_found_beside_the_folder_or_file_that_was_named(tmp_path: Path, source: str) -> None:
    found = good(mmlu.read(three_splits(tmp_path) / source, subjects=["virology"]))

    assert [question.question_id for question in found] == ["dev/virology:1", "val/virology:1"]


def test_the_auxiliary_training_questions_of_the_archive_are_not_mmlu(tmp_path: Path) -> None:
    write(tmp_path / "data" / "auxiliary_train" / "race.csv", csv_bytes([GOOD]))
    write(tmp_path / "data" / "val" / "anatomy_val.csv", csv_bytes([GOOD]))

    assert [item.question_id for item in good(mmlu.read(tmp_path))] == ["val/anatomy:1"]
    assert not refused(mmlu.read(tmp_path))


# -- broken records --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["By animal motion", " Hobbes means:", "a", "b", "c", "d", "A"], "7 fields where 6 are expected"),
        (["Q", "a", "b", "c", "A"], "5 fields where 6 are expected"),
        (["Q", "a", "b", "c", "d", "E"], "the key 'E' is neither a letter A-D nor a number 0-3"),
        (["Q", "a", "b", "c", "d", ""], "the key '' is neither"),
        (["Q", "a", "b", "c", "d", "AB"], "the key 'AB' is neither"),
        (["Q", "a", " \n", "c", "d", "A"], "option B is empty"),
        (["", "a", "b", "c", "d", "A"], "the question text is empty"),
    ],
)
def test_a_broken_row_is_refused_with_its_place_and_the_rest_is_read(
    tmp_path: Path, row: list[str], reason: str
) -> None:
    write(tmp_path / "val" / "anatomy_val.csv", csv_bytes([GOOD, row, GOOD]))

    found = list(mmlu.read(tmp_path))

    (refusal,) = refused(found)
    assert (refusal.file, refusal.record) == ("val/anatomy_val.csv", 2)
    assert reason in refusal.reason
    assert [question.question_id for question in good(found)] == ["val/anatomy:1", "val/anatomy:3"]


def test_a_quote_that_is_never_closed_costs_one_record_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    broken = b'"A question, a, b, c, d, A\n'
    data = csv_bytes([GOOD]) + broken + csv_bytes([["In two\nlines", "a, b", "b", "c", "d", "A"], GOOD])

    found = list(mmlu.read(write(tmp_path / "anatomy_val.csv", data)))

    (refusal,) = refused(found)
    assert (refusal.record, refusal.reason[:7]) == (2, "line 2:")
    assert [(question.question_id, question.text) for question in good(found)] == [
        ("val/anatomy:1", GOOD[0]),
        ("val/anatomy:3", "In two\nlines"),
        ("val/anatomy:4", GOOD[0]),
    ]


def test_a_byte_that_is_not_utf8_refuses_its_record_and_names_the_byte(tmp_path: Path) -> None:
    first = csv_bytes([["Öl", "a", "b", "c", "d", "A"]])
    data = b"\xef\xbb\xbf" + first + b"caf\xe9,a,b,c,d,B\n" + csv_bytes([GOOD])

    found = list(mmlu.read(write(tmp_path / "anatomy_val.csv", data)))

    (refusal,) = refused(found)
    assert refusal.record == 2
    assert f"byte {data.index(0xE9)} of the file is not UTF-8" in refusal.reason
    assert [question.question_id for question in good(found)] == ["val/anatomy:1", "val/anatomy:3"]


@pytest.mark.parametrize("name", ["anatomy_val.csv", "val.jsonl"])
def test_a_utf16_file_is_refused_whole_with_what_to_do(tmp_path: Path, name: str) -> None:
    (refusal,) = mmlu.read(write(tmp_path / name, "Q,a,b,c,d,A\n".encode("utf-16")))

    assert isinstance(refusal, Refused)
    assert (refusal.record, refusal.reason) == (0, "the file is UTF-16; save it as UTF-8")


def test_keys_that_count_from_one_refuse_the_file_and_shift_no_answer(tmp_path: Path) -> None:
    rows = [[*GOOD[:5], key] for key in ("1", "2", "3", "4")]

    (refusal,) = mmlu.read(write(tmp_path / "anatomy_val.csv", csv_bytes(rows)))

    assert isinstance(refusal, Refused)
    assert "from 1 to 4" in refusal.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"question": "Q", "subject": "anatomy", "choices": ["a", "b"], "answer": 0}', "has 2 entries"),
        (b'{"question": "Q", "subject": "anatomy", "choices": ["a", "b", "c", "d", "e"], "answer": 0}', "5 entries"),
        (b'{"question": "Q", "subject": "anatomy", "choices": [0.5, 1, 2, 3], "answer": 0}', "A must be text"),
        (b'{"question": "Q", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": true}', "key True"),
        (b'{"question": "Q", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 7}', "key 7"),
        (b'{"question": "Q", "subject": "anatomy", "options": ["a", "b", "c", "d"], "answer": 0}', "no choices"),
        (b'{"question": null, "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 0}', "not text"),
        (b'{"question": "\\ud800", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 0}', "surrogate"),
        (b'{"question": "caf\xe9"}', "is not UTF-8"),
        (b'{"question": ', "not JSON"),
        (b"[1, 2]", "this is a list"),
    ],
)  # fmt: skip
def test_a_broken_hub_row_is_refused_and_keeps_its_number(tmp_path: Path, line: bytes, reason: str) -> None:
    sound = b'{"question": "Q", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 0}'

    found = list(mmlu.read(write(tmp_path / "val.jsonl", b"\n".join([sound, line, sound]))))

    (refusal,) = refused(found)
    assert refusal.record == 2
    assert reason in refusal.reason
    assert [question.question_id for question in good(found)] == ["val/anatomy:1", "val/anatomy:3"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("anatomy_val.csv", b"question,choices,answer\nQ,\"['a', 'b']\",0\n", "the header names no options"),
        ("val.csv", b"Q,a,b,c,d,A\n", "no subject"),
        ("val.jsonl", b'{"question": "Q", "choices": ["a", "b", "c", "d"], "answer": 0}', "no subject"),
    ],
)
def test_a_file_without_options_or_subject_says_what_it_lacks(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (refusal,) = refused(mmlu.read(write(tmp_path / name, data)))

    assert reason in refusal.reason


# -- the real files --------------------------------------------------------------------------------


def test_every_real_record_comes_in_with_the_text_a_plain_csv_reader_sees(shared_data: Path) -> None:
    raw: dict[str, list[str]] = {}
    for file in (shared_data / "mmlu" / "data").glob("*/*.csv"):
        subject = file.stem.removesuffix(f"_{file.parent.name}")
        with file.open(newline="", encoding="utf-8") as opened:
            for number, row in enumerate(csv.reader(opened), start=1):
                raw[f"{file.parent.name}/{subject}:{number}"] = row

    found = list(mmlu.read(shared_data / "mmlu"))

    assert refused(found) == []
    assert Counter(question.split for question in good(found)) == {"dev": 285, "val": 1531, "test": 14042}
    assert {q.question_id: [q.text, *q.options, "ABCD"[q.correct]] for q in good(found)} == raw


def test_real_hub_layouts_give_the_ids_texts_and_keys_of_the_original(shared_data: Path) -> None:
    original = {question.question_id: question for question in good(mmlu.read(shared_data / "mmlu"))}

    as_rows = list(mmlu.read(shared_data / "mmlu_hf_rows"))
    as_csv = list(mmlu.read(shared_data / "mmlu_hf_csv"))

    assert (len(as_rows), len(as_csv)) == (426, 50)
    assert {question.subject for question in good(as_rows)} == TEN_SUBJECTS
    assert all(original[question.question_id] == question for question in good([*as_rows, *as_csv]))
    assert not refused([*as_rows, *as_csv])


def test_the_real_traps_are_where_the_profile_says(shared_data: Path) -> None:
    by_id = {question.question_id: question for question in good(mmlu.read(shared_data / "mmlu"))}

    assert by_id["val/conceptual_physics:17"].options[0] == "None"
    assert by_id["test/high_school_statistics:67"].options == ("0.05", "0.40", "0.50", "0.60")
    assert "\r\n" in by_id["val/college_physics:9"].text
    assert by_id["dev/college_mathematics:4"].options[0] == "-11"
    law = (by_id["val/professional_law:25"].text, by_id["val/professional_law:35"].options[3])
    assert all(any("\x80" <= character < "\xa0" for character in text) for text in law)
    assert sum("\n" in text for q in by_id.values() for text in (q.text, *q.options)) == 1293
