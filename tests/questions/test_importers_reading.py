from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oversight_app.study.questions import Question, Refused
from questions.importers import mmlu, quality, table
from questions.importers.reading import csv_records, delimiter_of, files_in, word_in_name

Read = Callable[[Path], Iterable[Question | Refused]]

# Bytes that break things, more often than chance would bring them.
pieces = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"Q,a,b,c,d,A\n",
    b"}",
    b"[",
    b"]",
    b"\xff",
    b"\xc3\xa9",
    b"\x00",
    b"\xef\xbb\xbf",
]
headers = [
    b"question,answer\n",
    b'{"question": "Q"',
    b'{"questions": [{}]}\n',
    b'{"article": "x", "question": "y"}\n',
]
damaged = st.lists(st.sampled_from([*pieces, *headers]) | st.binary(max_size=4), max_size=12).map(b"".join)


@pytest.mark.parametrize("read", [mmlu.read, quality.read, table.read], ids=["mmlu", "quality", "table"])
@pytest.mark.parametrize("name", ["anatomy_val.csv", "anatomy_val.jsonl", "anatomy_val.json"])
def test_no_bytes_whatever_stop_an_importer(
    tmp_path_factory: pytest.TempPathFactory, read: Read, name: str
) -> None:
    file = tmp_path_factory.mktemp("damaged") / name

    @given(damaged)
    @example(b'{"question": {"subject": 1}}\n[[[\nnull\n')
    @example(b"[" * 100_000)
    def check(data: bytes) -> None:
        file.write_bytes(data)
        assert all(isinstance(item, Question | Refused) for item in read(file))

    check()


some_lines = st.sampled_from(["Q,a,b\n", '"in\ntwo",a,b\n', "a,b\n", '"open,a,b\n', 'a"b,c,d\n', "\n"])


@given(st.lists(some_lines, max_size=8))
def test_sound_records_before_the_damage_are_never_lost(lines: list[str]) -> None:
    sound = "S1,a,b\nS2,a,b\n"

    found = [record.value for record in csv_records((sound + "".join(lines)).encode(), width=3)]

    assert found[:2] == [["S1", "a", "b"], ["S2", "a", "b"]]


def test_a_stray_quote_that_joins_two_records_costs_these_two_at_most() -> None:
    data = b'Q1,a,b\n"Q2,a,b\nQ3,"a",b\nQ4,a,b\nQ5,a,b\n'

    found = list(csv_records(data, width=3))

    sound = [record.value[0] for record in found if not record.reason]
    assert [number for number in ("Q1", "Q4", "Q5") if number not in sound] == []
    assert len([record for record in found if record.reason]) == 1


def test_hidden_files_are_no_part_of_a_bank(tmp_path: Path) -> None:
    for name in ("a.csv", "._a.csv", ".cache/b.csv", "notes.txt", "sub/c.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")

    assert [file.relative_to(tmp_path).as_posix() for file in files_in(tmp_path)] == ["a.csv", "sub/c.jsonl"]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("anatomy_val.csv", "val"),
        ("QuALITY.v1.0.1.htmlstripped.dev", "dev"),
        ("test-00000-of-00001.jsonl", "test"),
        ("test_prep_val.csv", "val"),
        ("val/anatomy.csv", "val"),
        ("developer.csv", ""),
    ],
)
def test_the_split_is_a_word_of_the_name_and_not_a_part_of_one(path: str, word: str) -> None:
    assert word_in_name(Path("data") / path, ("dev", "val", "test")) == word


def test_the_separator_is_the_one_under_which_the_header_makes_sense() -> None:
    columns = ("question", "choices", "answer")

    assert delimiter_of(b"question;choices;answer\na, b, c, d;x;1\n", columns) == ";"
    assert delimiter_of(b'\xef\xbb\xbf"question","choices","answer"\r\n', columns) == ","
    assert delimiter_of(b"question\tchoices\tanswer\n", columns) == "\t"
