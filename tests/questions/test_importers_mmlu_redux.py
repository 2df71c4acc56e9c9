from collections import Counter
from pathlib import Path

import pytest

from oversight_app.study.questions import Question, Refused
from questions.importers import mmlu, mmlu_redux
from questions.importers.mmlu_redux import Verdict

HEADER = "question,choices,answer,error_type,source,correct_answer,potential_reason"


def make_question(number: int, text: str, options: tuple[str, str, str, str], correct: int) -> Question:
    return Question(f"test/anatomy:{number}", "mmlu", "mmlu", "test", "anatomy", text, options, correct)


def read(tmp_path: Path, body: str, header: str = HEADER, encoding: str = "utf-8") -> list[Verdict | Refused]:
    file = tmp_path / "mmlu_anatomy.csv"
    file.write_bytes(f"{header}\n{body}".encode(encoding))
    return list(mmlu_redux.read(file))


@pytest.mark.parametrize(
    ("spelling", "flag"),
    [
        ("OK", ""),
        ("Ok", ""),
        ("ok", ""),
        ("wrong_groundtruth", "wrong_key"),
        ("Wrong Groundtruth", "wrong_key"),
        ("wrong groundtruth", "wrong_key"),
        ("No correct answer", "no_right_option"),
        ("no_correct_answer", "no_right_option"),
        ("multiple correct answers", "several_right"),
        ("Bad question clarity", "unclear_question"),
        ("bad_options_clarity", "unclear_options"),
        ("expert", "expert_needed"),
    ],
)
def test_every_spelling_of_an_error_type_becomes_one_word(tmp_path: Path, spelling: str, flag: str) -> None:
    (verdict,) = read(tmp_path, f"Q,\"['a', 'b', 'c', 'd']\",1,{spelling},,,\n")

    assert isinstance(verdict, Verdict)
    assert (verdict.flag, verdict.correct, verdict.options) == (flag, 1, ("a", "b", "c", "d"))


def test_files_separated_by_semicolons_are_read_too(tmp_path: Path) -> None:
    (verdict,) = read(tmp_path, "A, b, c;['x, y', 'b', 'c', 'd'];0;ok;;;\n", HEADER.replace(",", ";"))

    assert isinstance(verdict, Verdict)
    assert (verdict.text, verdict.options[0]) == ("A, b, c", "x, y")


def test_the_mac_roman_file_of_the_release_is_read(tmp_path: Path) -> None:
    (verdict,) = read(tmp_path, "I’m late,\"['a', 'b', 'c', 'd']\",0,ok,,,\n", encoding="mac_roman")

    assert isinstance(verdict, Verdict)
    assert verdict.text == "I’m late"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Q,\"__import__('os').getcwd()\",0,ok,,,", "not a Python list"),
        ('Q,"[\'a\', \'b\'",0,ok,,,', "not a Python list"),
        ("Q,\"['a', 'b', 'c']\",0,ok,,,", "has 3 entries"),
        ("Q,\"['a', 'b', 'c', 'd']\",9,ok,,,", "the key '9'"),
        ("Q,\"['a', 'b', 'c', 'd']\",0,dubious,,,", "unknown error_type 'dubious'"),
        ("Q,0,ok", "3 fields where 7 are expected"),
    ],
)  # fmt: skip
def test_a_broken_row_is_refused_with_its_place(tmp_path: Path, row: str, reason: str) -> None:
    first, second = read(tmp_path, f"Q,\"['a', 'b', 'c', 'd']\",0,ok,,,\n{row}\n")

    assert isinstance(first, Verdict)
    assert isinstance(second, Refused)
    assert (second.file, second.record) == ("mmlu_anatomy.csv", 2)
    assert reason in second.reason


def test_a_file_with_other_columns_is_refused_whole(tmp_path: Path) -> None:
    (refusal,) = read(tmp_path, "Q,a,b\n", header="question,a,b")

    assert isinstance(refusal, Refused)
    assert refusal.reason == "the header lacks choices, answer, error_type; found question, a, b"


def verdict(text: str, options: tuple[str, str, str, str], correct: int, flag: str = "wrong_key") -> Verdict:
    return Verdict("mmlu_anatomy.csv", 1, "anatomy", text, options, correct, flag)


def test_a_verdict_finds_its_question_by_text_and_options_as_they_read() -> None:
    questions = [
        make_question(1, "Which is true?", ("a", "b", "c", "d"), 0),
        make_question(2, " Which is\ntrue? ", ("e", "f", "g", "h "), 1),
    ]

    found = mmlu_redux.overlay(questions, [verdict("Which is true?", ("e", "f", "g", "h"), 1)])

    assert found.flags == {"test/anatomy:2": "wrong_key"}
    assert (found.n_matched, found.unmatched) == (1, ())


def test_edited_options_still_match_where_the_subject_has_the_text_once() -> None:
    questions = [make_question(1, "Which?", ("a", "b", "c", "d"), 0)]

    found = mmlu_redux.overlay(questions, [verdict("Which?", ("A.", "b", "c", "d"), 0)])

    assert found.flags == {"test/anatomy:1": "wrong_key"}


def test_a_verdict_on_another_key_or_an_unknown_question_matches_nothing() -> None:
    questions = [make_question(1, "Which?", ("a", "b", "c", "d"), 0)]

    found = mmlu_redux.overlay(
        questions, [verdict("Which?", ("a", "b", "c", "d"), 3), verdict("Other?", ("a", "b", "c", "d"), 0)]
    )

    assert found.flags == {}
    assert [note.reason.split(":")[0] for note in found.unmatched] == [
        "the key differs from the question's",
        "no such question in anatomy",
    ]


def test_the_real_verdicts_find_all_two_hundred_questions_and_leave_the_keys(shared_data: Path) -> None:
    questions = [item for item in mmlu.read(shared_data / "mmlu") if isinstance(item, Question)]
    verdicts = list(mmlu_redux.read(shared_data / "mmlu_redux"))

    found = mmlu_redux.overlay(questions, [row for row in verdicts if isinstance(row, Verdict)])

    assert not [row for row in verdicts if isinstance(row, Refused)]
    assert (found.n_matched, found.unmatched) == (200, ())
    assert found.flags["test/anatomy:34"] == "wrong_key"
    assert Counter(found.flags.values()) == {
        "wrong_key": 34,
        "unclear_question": 14,
        "no_right_option": 4,
        "several_right": 4,
        "unclear_options": 2,
    }
