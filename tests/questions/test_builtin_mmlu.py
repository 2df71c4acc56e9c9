"""Checks of the built-in MMLU-style bank, read with nothing but the csv and json modules."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

BUILTIN = Path(__file__).resolve().parents[2] / "questions" / "builtin"
DATA = BUILTIN / "mmlu" / "data"
ARGUMENTS = BUILTIN / "arguments" / "mmlu.jsonl"
SPLITS = ("dev", "val", "practice")

REFERENCE = re.compile(
    r"\b(?i:option|answer|choice|alternative)s?\s+\(?(?:[A-D]|[1-4])\b"
    r"|\([A-Da-d]\)"
    r"|\b[A-D]\)"
    r"|\b(?i:both|either|neither)\s+[A-D]\s+(?:and|or|nor)\s+[A-D]\b"
    r"|\b(?i:first|second|third|fourth|last)\s+(?i:option|answer|choice|alternative)\b"
)


class Record(NamedTuple):
    question_id: str
    subject: str
    question: str
    options: tuple[str, ...]
    letter: str

    @property
    def key(self) -> str:
        return self.options["ABCD".index(self.letter)]


class Support(NamedTuple):
    arguments: tuple[str, ...]
    explanation: str


def files(split: str) -> list[Path]:
    return sorted((DATA / split).glob("*.csv"))


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, strict=True))


def records(split: str) -> list[Record]:
    found = []
    for path in files(split):
        subject = path.name.removesuffix(f"_{split}.csv")
        for number, row in enumerate(rows(path), start=1):
            question_id = f"builtin/{split}/{subject}:{number}"
            found.append(Record(question_id, subject, row[0], tuple(row[1:5]), row[5]))
    return found


def all_records() -> list[Record]:
    return [record for split in SPLITS for record in records(split)]


def supports() -> list[tuple[str, Support]]:
    found = []
    for line in ARGUMENTS.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        assert list(entry) == ["question_id", "arguments", "explanation"]
        found.append((entry["question_id"], Support(tuple(entry["arguments"]), entry["explanation"])))
    return found


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def longest_option_score(items: list[Record]) -> float:
    """The expected share right when always choosing the longest option, at random among equally long ones."""
    score = 0.0
    for record in items:
        longest = [option for option in record.options if len(option) == max(map(len, record.options))]
        score += (record.key in longest) / len(longest)
    return score / len(items)


def test_there_are_at_least_84_study_questions_over_at_least_16_subjects() -> None:
    study = records("val")
    assert len(study) >= 84
    assert len({record.subject for record in study}) >= 16


def test_every_study_subject_has_a_dev_example_and_at_least_three_have_five() -> None:
    counts = Counter(record.subject for record in records("dev"))
    assert {record.subject for record in records("val")} <= set(counts)
    assert sum(count >= 5 for count in counts.values()) >= 3


def test_there_are_eight_practice_items_two_in_each_of_four_subjects() -> None:
    counts = Counter(record.subject for record in records("practice"))
    assert list(counts.values()) == [2, 2, 2, 2]


def test_every_file_is_plain_utf_8_with_lf_line_ends_and_six_filled_fields() -> None:
    for split in SPLITS:
        for path in files(split):
            raw = path.read_bytes()
            assert path.name.endswith(f"_{split}.csv"), path.name
            assert b"\r" not in raw, path.name
            assert not raw.startswith(b"\xef\xbb\xbf"), path.name
            assert raw.endswith(b"\n"), path.name
            for row in rows(path):
                assert len(row) == 6, (path.name, row)
                assert all(cell and cell == cell.strip() for cell in row), (path.name, row)


def test_every_question_has_four_distinct_options_and_a_valid_key() -> None:
    for record in all_records():
        assert len({folded(option) for option in record.options}) == 4, record.question_id
        assert record.letter in ("A", "B", "C", "D"), record.question_id


def test_no_question_occurs_twice_in_any_split() -> None:
    counts = Counter(folded(record.question) for record in all_records())
    assert [question for question, count in counts.items() if count > 1] == []


def test_none_of_the_above_stays_in_the_last_place() -> None:
    places = [
        place
        for record in all_records()
        for place, option in enumerate(record.options)
        if "of the above" in option.lower()
    ]
    assert places
    assert set(places) == {3}


def test_no_letter_is_the_key_of_more_than_35_percent_of_the_study_questions() -> None:
    study = records("val")
    counts = Counter(record.letter for record in study)
    assert set(counts) == set("ABCD")
    assert max(counts.values()) <= 0.35 * len(study)


def test_choosing_the_longest_option_scores_at_most_40_percent() -> None:
    assert longest_option_score(records("val")) <= 0.40


def test_the_key_alone_is_longest_in_at_most_30_percent_of_the_study_questions() -> None:
    study = records("val")
    alone = [
        record
        for record in study
        if all(len(option) < len(record.key) for option in record.options if option != record.key)
    ]
    assert len(alone) <= 0.30 * len(study)


def test_every_study_and_practice_question_has_exactly_one_line_of_arguments() -> None:
    expected = [record.question_id for split in ("val", "practice") for record in records(split)]
    assert sorted(question_id for question_id, _ in supports()) == sorted(expected)


def test_every_option_has_its_own_argument_of_25_to_60_words_and_every_question_an_explanation() -> None:
    for question_id, support in supports():
        assert len(set(support.arguments)) == 4, question_id
        assert all(25 <= len(argument.split()) <= 60 for argument in support.arguments), question_id
        assert support.explanation.strip(), question_id


def test_no_argument_or_explanation_refers_to_an_option_by_letter_or_place() -> None:
    for question_id, support in supports():
        for text in (*support.arguments, support.explanation):
            assert REFERENCE.search(text) is None, (question_id, text)


def test_the_pattern_for_references_finds_the_usual_ones_and_spares_ordinary_words() -> None:
    for text in ("Option A is right", "see (B)", "the answer C", "both A and C", "the last option"):
        assert REFERENCE.search(text), text
    for text in ("vitamin C", "a choice between two", "A table costs two chairs", "T opposite A"):
        assert REFERENCE.search(text) is None, text


def test_the_traps_for_display_faults_are_all_present() -> None:
    questions = [record.question for record in records("val")]
    for trap in (r"\$40.*\$60", r"\$x\^2\$", r"\*", r"<script>.*</script>", r"\n    if .*\n        "):
        assert any(re.search(trap, question) for question in questions), trap
