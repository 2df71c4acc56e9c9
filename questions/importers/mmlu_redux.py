"""MMLU-Redux: what expert readers found wrong with MMLU's questions and keys, laid over questions already read.

The files (`mmlu_SUBJECT.csv`) have a header `question,choices,answer,error_type,...`, separated by commas or by
semicolons; `choices` is a Python list written out, `answer` counts from 0, one file of the release is Mac Roman, and
`error_type` comes in a dozen spellings. The rows carry no ids and cover 100 test questions of each subject, so they are
matched by subject, text and options.

Only a flag comes out of this. The corrections in the files are fallible too, so no key is ever changed.
"""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from oversight_app.study.questions import Question, Refused, folded
from questions.importers.reading import csv_records, delimiter_of, files_in, four_texts, key_from_zero, label

EXPECTED = "a folder of MMLU-Redux files such as mmlu_anatomy.csv, or one such file"

_COLUMNS = ("question", "choices", "answer", "error_type")


class KeyFlag(StrEnum):
    """Why the key of a question is doubtful, in our spelling."""

    WRONG_KEY = "wrong_key"
    NO_RIGHT_OPTION = "no_right_option"
    SEVERAL_RIGHT = "several_right"
    UNCLEAR_QUESTION = "unclear_question"
    UNCLEAR_OPTIONS = "unclear_options"
    EXPERT_NEEDED = "expert_needed"


# The release's words with case, spaces and underscores taken out.
_ERROR_TYPES: dict[str, str] = {
    "ok": "",
    "wronggroundtruth": KeyFlag.WRONG_KEY.value,
    "nocorrectanswer": KeyFlag.NO_RIGHT_OPTION.value,
    "multiplecorrectanswers": KeyFlag.SEVERAL_RIGHT.value,
    "badquestionclarity": KeyFlag.UNCLEAR_QUESTION.value,
    "badoptionsclarity": KeyFlag.UNCLEAR_OPTIONS.value,
    "expert": KeyFlag.EXPERT_NEEDED.value,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row: a question as the readers saw it, its key, and their flag (empty when they found nothing wrong)."""

    file: str
    record: int
    subject: str
    text: str
    options: tuple[str, str, str, str]
    correct: int
    flag: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """`flags` by question_id (doubtful ones only), how many rows found their question, and the rows that did not."""

    flags: dict[str, str]
    n_matched: int
    unmatched: tuple[Refused, ...]


def read(path: Path, *, subjects: Collection[str] | None = None) -> Iterator[Verdict | Refused]:
    """The verdicts of a folder or file; with `subjects`, only the files of those."""
    for file in files_in(path, (".csv",)):
        subject = file.stem.removeprefix("mmlu_")
        if subjects is None or subject in subjects:
            yield from _verdicts(file, label(file, path), subject)


def overlay(questions: Iterable[Question], verdicts: Sequence[Verdict]) -> Overlay:
    """Which of these questions the verdicts doubt.

    A row matches on subject, text and options, as they read; where the options were edited, on the text alone if the
    subject has it once. A match with another key is none: the verdict would speak of something else.
    """
    by_all: defaultdict[tuple[str, ...], list[Question]] = defaultdict(list)
    by_text: defaultdict[tuple[str, ...], list[Question]] = defaultdict(list)
    for question in questions:
        by_text[question.subject, folded(question.text)].append(question)
        by_all[question.subject, folded(question.text), *map(folded, question.options)].append(question)
    flags: dict[str, str] = {}
    n_matched, unmatched = 0, []
    for row in verdicts:
        same_text = by_text[row.subject, folded(row.text)]
        found = (
            by_all[row.subject, folded(row.text), *map(folded, row.options)]
            or same_text[: len(same_text) == 1]
        )
        found_key = [question for question in found if question.correct == row.correct]
        if found_key:
            n_matched += 1
            flags |= {question.question_id: row.flag for question in found_key if row.flag}
        else:
            reason = "the key differs from the question's" if found else f"no such question in {row.subject}"
            unmatched.append(Refused(row.file, row.record, f"{reason}: {row.text[:60]!r}"))
    return Overlay(flags, n_matched, tuple(unmatched))


def _verdicts(file: Path, name: str, subject: str) -> Iterator[Verdict | Refused]:
    data = _as_utf8(file.read_bytes())
    records = csv_records(data, delimiter=delimiter_of(data, _COLUMNS))
    header = next(records, None)
    columns = [cell.strip() for cell in header.value] if header and not header.reason else []
    if header and header.reason:
        yield Refused(name, 0, header.reason)
        return
    if missing := [column for column in _COLUMNS if column not in columns]:
        yield Refused(
            name, 0, f"the header lacks {', '.join(missing)}; found {', '.join(columns) or 'nothing'}"
        )
        return
    for record in records:
        number = record.number - 1  # the header is no record
        if record.reason:
            yield Refused(name, number, record.reason)
        else:
            row = dict(zip(columns, record.value, strict=True))
            yield _verdict(row, name, number, subject)


def _verdict(row: dict[str, str], name: str, number: int, subject: str) -> Verdict | Refused:
    try:
        choices = ast.literal_eval(row["choices"].strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return Refused(name, number, "choices is not a Python list of texts", "choices")
    options = four_texts(choices, "choices")
    if isinstance(options, str):
        return Refused(name, number, options, "choices")
    correct = key_from_zero(row["answer"])
    if isinstance(correct, str):
        return Refused(name, number, correct, "answer")
    error_type = "".join(character for character in row["error_type"].lower() if character.isalpha())
    if error_type not in _ERROR_TYPES:
        known = ", ".join(_ERROR_TYPES)
        return Refused(
            name, number, f"unknown error_type {row['error_type']!r}; known are {known}", "error_type"
        )
    return Verdict(name, number, subject, row["question"], options, correct, _ERROR_TYPES[error_type])


def _as_utf8(data: bytes) -> bytes:
    """The bytes as UTF-8: mmlu_moral_scenarios.csv of the release is Mac Roman (its 0xD5 is an apostrophe)."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("mac_roman").encode("utf-8")
    return data
