"""Getting records out of CSV and JSON files without losing a character, or more than the one broken record.

Cells stay text (no type is guessed, `None` and `0.50` are words), line ends inside a cell stay as they are, and only
a line feed ends a line of JSON Lines, because U+2028 and its kin occur inside texts.

Two kinds of damage would otherwise spread. A quote that is never closed swallows the records behind it: after such a
record the reader looks for the next line that starts a record of the right width, and counts what lies between as one.
A byte that is not UTF-8 would spoil the file: it is carried along as a lone surrogate, and only its record is refused.
"""

import csv
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from oversight_app.study.questions import LETTERS, Question, Refused, problem

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
SUFFIXES = (".csv", ".jsonl", ".json")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: `number` counts from 1 over the file, `reason` is empty or says why there is no `value`."""

    number: int
    value: Any
    reason: str = ""


# -- files -----------------------------------------------------------------------------------------


def files_in(path: Path, suffixes: Collection[str] = SUFFIXES) -> list[Path]:
    """The file itself, or all files of these suffixes in the folder and below in order of path, without hidden ones."""
    if path.is_file():
        return [path]
    inside = (found for found in path.rglob("*") if found.suffix in suffixes and found.is_file())
    return sorted(
        file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def label(file: Path, root: Path) -> str:
    """The name of the file in messages: its path inside the folder that was given, never an absolute path."""
    return file.relative_to(root).as_posix() if root in file.parents else file.name


def word_in_name(file: Path, words: Collection[str]) -> str:
    """The last of these words in the file's name (`anatomy_val.csv` -> val), else the folder's name if that is one."""
    parts = file.name.lower().replace("-", ".").replace("_", ".").split(".")
    folder = file.parent.name.lower()
    return next((part for part in reversed(parts) if part in words), folder if folder in words else "")


# -- CSV -------------------------------------------------------------------------------------------


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file, and why it cannot be read (else ''). Bytes that are not UTF-8 become lone surrogates."""
    if data.startswith(_UTF16):
        return "", "the file is UTF-16; save it as UTF-8"
    return data.removeprefix(_BOM).decode("utf-8", "surrogateescape"), ""


def csv_records(data: bytes, *, width: int = 0, delimiter: str = ",") -> Iterator[Record]:
    """The records of a CSV file, each value a list of `width` cells (0: as many as the first record has).

    Blank lines are no records. A header is a record like any other here. Record 0 says that the file cannot be read.
    """
    text, reason = decoded(data)
    if reason:
        yield Record(0, None, reason)
        return
    lines = io.StringIO(text, newline="").readlines()
    bad_bytes = [] if _is_sound(text) else _bad_bytes(lines, len(_BOM) if data.startswith(_BOM) else 0)
    number, start = 0, 0
    while start < len(lines):
        # One reader runs until something breaks; then a new one starts behind the broken record.
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
        base, broken = start, ""
        while not broken:
            first = base + reader.line_num
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                broken = f"line {first + 1}: the quotes do not match ({error})"
                break
            if not cells:
                continue
            width = width or len(cells)
            number += 1
            end = base + reader.line_num
            if (bad := next((at for at, line in bad_bytes if first <= line < end), -1)) >= 0:
                yield Record(number, None, f"line {first + 1}: byte {bad} of the file is not UTF-8")
            elif len(cells) == width:
                yield Record(number, cells)
            elif end - first > 1:
                # Several lines of the wrong width: perhaps a stray quote has joined records.
                broken = _wrong_width(first, len(cells), width)
                number -= 1
            else:
                yield Record(number, None, _wrong_width(first, len(cells), width))
        number += 1
        yield Record(number, None, broken)
        start = _next_record(lines, first + 1, width, delimiter)


def _wrong_width(line: int, found: int, width: int) -> str:
    return f"line {line + 1}: {found} fields where {width} are expected"


def _next_record(lines: list[str], start: int, width: int, delimiter: str) -> int:
    """The first line from `start` on that begins a record of the right width; the number of lines if there is none."""
    for line in range(start, len(lines)):
        try:
            cells = next(csv.reader(islice(lines, line, None), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if len(cells) == width or (cells and not width):
            return line
    return len(lines)


def _bad_bytes(lines: list[str], n_before: int) -> list[tuple[int, int]]:
    """Position in the file (counted from 0) and line of each byte that is not UTF-8."""
    found, position = [], n_before
    for number, line in enumerate(lines):
        for character in line:
            if "\ud800" <= character <= "\udfff":
                found.append((position, number))
            position += len(character.encode("utf-8", "surrogateescape"))
    return found


def delimiter_of(data: bytes, columns: Collection[str]) -> str:
    """Comma, semicolon or tab: the one under which the header shows most of these columns."""
    header = data.removeprefix(_BOM).split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    return max(",;\t", key=lambda sign: len({cell.strip(' "') for cell in header.split(sign)} & set(columns)))


# -- JSON ------------------------------------------------------------------------------------------


def json_records(data: bytes) -> Iterator[Record]:
    """The objects of a JSON Lines file or of one JSON list, each a dict; numbered by line, or by place in the list."""
    if data.startswith(_UTF16):
        yield Record(0, None, "the file is UTF-16; save it as UTF-8")
        return
    body = data.removeprefix(_BOM)
    if body.lstrip().startswith(b"["):
        whole = _parsed(body, len(data) - len(body), 0)
        if whole.reason:
            yield whole
            return
        for number, value in enumerate(whole.value, start=1):
            yield _object(Record(number, value))
        return
    offset = len(data) - len(body)
    for number, line in enumerate(body.split(b"\n"), start=1):
        if line.strip():
            yield _object(_parsed(line, offset, number))
        offset += len(line) + 1


def _parsed(data: bytes, offset: int, number: int) -> Record:
    try:
        return Record(number, json.loads(data.decode("utf-8")))
    except UnicodeDecodeError as error:
        return Record(number, None, f"byte {offset + error.start} of the file is not UTF-8")
    except json.JSONDecodeError as error:
        return Record(number, None, f"not JSON: {error.msg} (character {error.pos + 1})")
    except RecursionError:
        return Record(number, None, "not usable: the JSON is nested too deeply")


def _object(record: Record) -> Record:
    if record.reason or isinstance(record.value, dict):
        return record
    return Record(record.number, None, f"a JSON object is expected, this is {json_kind(record.value)}")


def json_kind(value: object) -> str:
    """What a JSON value is, in words for a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "missing"


def four_texts(value: object, name: str) -> tuple[str, str, str, str] | str:
    """The four options (or arguments) of a JSON list, or why it is not a list of four texts."""
    if not isinstance(value, list):
        return f"{name} must be a list of four texts, this is {json_kind(value)}"
    if len(value) != len(LETTERS):
        return f"{name} has {len(value)} entries; questions with other than four options cannot be used"
    for letter, text in zip(LETTERS, value, strict=True):
        if not isinstance(text, str):
            # 0.50 and 0.5 are the same number and not the same option.
            return f"{name}: {letter} must be text in quotes, this is {json_kind(text)}"
    return (value[0], value[1], value[2], value[3])


# -- keys ------------------------------------------------------------------------------------------


def key_from_zero(value: object) -> int | str:
    """0-3 from a letter A-D or a number 0-3 (as text or as a number), or why the key cannot be read."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if len(text) == 1 and text in LETTERS:
        return LETTERS.index(text)
    if len(text) == 1 and text in "0123":
        return int(text)
    return f"the key {_shown(value)} is neither a letter A-D nor a number 0-3"


def key_from_one(value: object) -> int | str:
    """0-3 from a number 1-4, or why the key cannot be read."""
    if isinstance(value, int) and not isinstance(value, bool) and value in (1, 2, 3, 4):
        return value - 1
    return f"the key {_shown(value)} is not a number 1-4"


def _shown(value: object) -> str:
    return repr(value if not isinstance(value, str) or len(value) <= 40 else value[:40] + "...")


# -- at the door -----------------------------------------------------------------------------------


def admitted(question: Question, file: str, record: int) -> Question | Refused:
    """The question, or the refusal of what may not enter a bank."""
    reason = problem(question)
    if not reason and not _is_sound(_all_text(question)):
        reason = "a text holds half a character (a lone surrogate), which no file or page can show"
    return Refused(file, record, reason) if reason else question


def _all_text(question: Question) -> str:
    texts = [question.text, *question.options, *(question.arguments or ()), question.explanation]
    texts += [question.question_id, question.task, question.split, question.subject]
    if question.passage:
        texts += [getattr(question.passage, field.name) for field in fields(question.passage)]
    return "\n".join(texts)


def _is_sound(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
