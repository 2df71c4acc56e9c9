"""Any other question set, as a table a researcher can make in a spreadsheet: CSV with a header, or JSON Lines.

questions/README.md says what each column means. The columns are a closed set: a name that is not among them is more
often a typo than a note, and a misspelt `dificult` would silently be lost, so the file is refused with the name.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from oversight_app.study.questions import LETTERS, Passage, Question, Refused, Role
from questions.importers.reading import (
    admitted,
    csv_records,
    delimiter_of,
    files_in,
    four_texts,
    json_kind,
    json_records,
    label,
)

OPTION_COLUMNS = ("option_a", "option_b", "option_c", "option_d")
ARGUMENT_COLUMNS = ("argument_a", "argument_b", "argument_c", "argument_d")
PASSAGE_COLUMNS = ("passage", "passage_id", "passage_title", "passage_license")
REQUIRED = ("question", *OPTION_COLUMNS, "answer")
OPTIONAL = (
    "question_id",
    "task",
    "subject",
    "split",
    *PASSAGE_COLUMNS,
    "explanation",
    "difficult",
    "role",
    "distractor",
    "expert_accuracy",
    "novice_accuracy",
    *ARGUMENT_COLUMNS,
)
COLUMNS = (*REQUIRED, *OPTIONAL)
EXPECTED = "a CSV file with a header, or JSON Lines, with the columns of questions/README.md"

_TRUTH = {"": None, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


class _Unusable(Exception):
    """A cell that refuses its record; carries the column."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def read(
    path: Path, *, splits: Collection[str] | None = None, subjects: Collection[str] | None = None
) -> Iterator[Question | Refused]:
    """The questions of a table, or of every table in a folder. Examples and practice items come with any split."""
    for file in files_in(path):
        for found in _read_file(file, label(file, path)):
            if isinstance(found, Refused) or _is_wanted(found, splits, subjects):
                yield found


def _is_wanted(question: Question, splits: Collection[str] | None, subjects: Collection[str] | None) -> bool:
    in_split = splits is None or question.split in splits or question.role is not Role.STUDY
    return in_split and (subjects is None or question.subject in subjects)


def _read_file(file: Path, name: str) -> Iterator[Question | Refused]:
    passages: dict[str, Passage] = {}
    for number, row in _rows(file):
        if isinstance(row, str):
            yield Refused(name, number, row)
            continue
        try:
            question = _question(row, f"{file.stem}:{number}", passages)
        except _Unusable as error:
            yield Refused(name, number, str(error), error.column)
        else:
            yield admitted(question, name, number)


# -- rows ------------------------------------------------------------------------------------------


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """Record numbers with cells by column, or with the reason why there are none."""
    data = file.read_bytes()
    if file.suffix != ".csv":
        for record in json_records(data):
            reason = record.reason or _misnamed(record.value, {"options"})
            yield record.number, reason or record.value
        return
    records = csv_records(data, delimiter=delimiter_of(data, COLUMNS))
    header = next(records, None)
    if header is None or header.reason:
        yield 0, header.reason if header else "the file has no header"
        return
    columns = [cell.strip() for cell in header.value]
    if reason := _misnamed(columns):
        yield 0, reason
        return
    for record in records:
        yield record.number - 1, record.reason or dict(zip(columns, record.value, strict=True))


def _misnamed(columns: Collection[str], also: Collection[str] = ()) -> str:
    """What is wrong with the names of the columns; '' when nothing is."""
    if unknown := [column for column in columns if column not in COLUMNS and column not in also]:
        return f"unknown column {', '.join(map(repr, unknown))}; allowed are {', '.join((*also, *COLUMNS))}"
    if doubled := [column for column, n in Counter(list(columns)).items() if n > 1]:
        return f"column {', '.join(doubled)} occurs twice"
    required = [column for column in REQUIRED if not ("options" in columns and column in OPTION_COLUMNS)]
    if missing := [column for column in required if column not in columns]:
        return f"no column {', '.join(missing)}; needed are {', '.join(REQUIRED)}"
    return ""


# -- cells -----------------------------------------------------------------------------------------


def _question(row: Mapping[str, Any], default_id: str, passages: dict[str, Passage]) -> Question:
    correct = _letter(row, "answer")
    if correct is None:
        raise _Unusable("answer", "the answer is empty; write the letter A, B, C or D")
    distractor = _letter(row, "distractor")
    if distractor == correct:
        raise _Unusable("distractor", "the distractor is the right answer")
    return Question(
        question_id=_cell(row, "question_id").strip() or default_id,
        task=_cell(row, "task").strip() or "table",
        bank="table",
        split=_cell(row, "split").strip(),
        subject=_cell(row, "subject").strip(),
        text=_cell(row, "question"),
        options=_options(row),
        correct=correct,
        role=_role(row),
        passage=_passage(row, passages),
        difficult=_truth(row, "difficult"),
        distractor=distractor,
        explanation=_cell(row, "explanation"),
        arguments=_arguments(row),
        expert_accuracy=_share(row, "expert_accuracy"),
        novice_accuracy=_share(row, "novice_accuracy"),
    )


def _cell(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Unusable(column, f"{column} must be text in quotes, this is {json_kind(value)}")
    return value


def _options(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    if "options" not in row:
        return _four(row, OPTION_COLUMNS)
    if any(column in row for column in OPTION_COLUMNS):
        raise _Unusable("options", "the options are given twice, as a list and one by one")
    options = four_texts(row["options"], "options")
    if isinstance(options, str):
        raise _Unusable("options", options)
    return options


def _four(row: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[str, str, str, str]:
    a, b, c, d = (_cell(row, column) for column in columns)
    return a, b, c, d


def _arguments(row: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    arguments = _four(row, ARGUMENT_COLUMNS)
    given = [argument for argument in arguments if argument.strip()]
    if not given:
        return None
    if len(given) < len(LETTERS):
        raise _Unusable(
            "argument_a", "some options have an argument and some have none; give all four or none"
        )
    return arguments


def _letter(row: Mapping[str, Any], column: str) -> int | None:
    letter = _cell(row, column).strip().upper()
    if not letter:
        return None
    if len(letter) > 1 or letter not in LETTERS:
        raise _Unusable(column, f"{column} {letter[:40]!r} is not one of the letters A, B, C, D")
    return LETTERS.index(letter)


def _truth(row: Mapping[str, Any], column: str) -> bool | None:
    value = row.get(column)
    text = str(value).strip().lower() if value is not None else ""
    if text not in _TRUTH:
        raise _Unusable(column, f"{column} {text[:40]!r} is neither 1 nor 0 (nor empty for unknown)")
    return _TRUTH[text]


def _share(row: Mapping[str, Any], column: str) -> float | None:
    value = row.get(column)
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise _Unusable(column, f"{column} {text[:40]!r} is no share from 0 to 1, such as 0.9 (nor empty)")
    return share


def _role(row: Mapping[str, Any]) -> Role:
    word = _cell(row, "role").strip().lower() or Role.STUDY
    try:
        return Role(word)
    except ValueError:
        raise _Unusable("role", f"role {word[:40]!r} is not one of {', '.join(Role)}") from None


def _passage(row: Mapping[str, Any], passages: dict[str, Passage]) -> Passage | None:
    """The passage of this row; later rows may name the id alone."""
    text, passage_id = _cell(row, "passage"), _cell(row, "passage_id").strip()
    if not text.strip():
        if passage_id and passage_id not in passages:
            raise _Unusable(
                "passage", f"passage {passage_id!r} has no text, neither here nor on an earlier row"
            )
        return passages.get(passage_id)
    passage_id = passage_id or "text-" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    known = passages.get(passage_id)
    if known and known.text != text:
        raise _Unusable("passage", f"passage {passage_id!r} has another text than on an earlier row")
    if not known:
        title, license_ = _cell(row, "passage_title"), _cell(row, "passage_license")
        known = passages[passage_id] = Passage(passage_id, text, title=title, license=license_)
    return known
