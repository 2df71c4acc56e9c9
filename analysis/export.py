"""Reading an export folder or a bare answers.csv, from this tool or from anywhere.

Cells are read as text and checked against `analysis.columns`; nothing is guessed: "None" and "NA" are text, only an
empty cell is missing. What a bare file leaves out is filled in only where the contract says how (`typed_answers`).
Below this module no file is read.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.cells import FIRST_ROW, read_cells
from analysis.columns import (
    COLUMNS,
    WITH_CHOICE,
    WITHOUT_CHOICE,
    Column,
    Condition,
    Status,
    Table,
    Type,
    is_free_text,
    unguarded,
)
from analysis.errors import ExportError
from analysis.manifest import Manifest, read_manifest
from analysis.messages import PARTICIPANT, Message, conversations, last_messages

NEEDED = ("participant_id", "condition", "task", "question_id")

BESIDE = {
    Table.QUESTIONS: ("task", "question_id", "difficult", "key_flag", "selection_prob"),
    Table.MODEL_CALLS: ("trial_id", "purpose", "model_answered"),
    Table.BELIEFS: ("trial_id", "seq", "choice", "confidence", "p_a", "p_b", "p_c", "p_d"),
}
"""The columns that estimates need of tables beside answers and participants; the rest, texts above all, is not read."""

Cells = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Export:
    """An export in memory: checked answers, other tables where they came along, and what the manifest says.

    `files` holds the SHA-256 of each file read; `changed` names those that differ from the manifest or are missing.
    `messages` has the last message of each trial whose answer differs from the one before help; `said` what
    participants wrote, by assisted trial, None without messages.csv.
    """

    source: str
    answers: pd.DataFrame
    participants: pd.DataFrame | None
    manifest: Manifest
    files: Mapping[str, str]
    changed: tuple[str, ...] = ()
    questions: pd.DataFrame | None = None
    model_calls: pd.DataFrame | None = None
    beliefs: pd.DataFrame | None = None
    messages: Mapping[str, Message] = field(default_factory=dict)
    said: Mapping[str, Sequence[Message]] | None = None


def load(path: Path | str) -> Export:
    """Read an export folder or a bare answers.csv; ExportError says what is wrong and where."""
    path = Path(path)
    if path.is_dir():
        return _load_folder(path)
    if not path.exists():
        raise ExportError(f"{path} does not exist. Give an export folder or a file of answers (CSV).")
    answers = typed_answers(read_cells(path), path.name)
    return Export(path.name, answers, None, Manifest(), {path.name: _sha256(path)})


def _load_folder(folder: Path) -> Export:
    answers_path, manifest_path = folder / "answers.csv", folder / "manifest.json"
    if not answers_path.exists():
        found = _some(sorted(item.name for item in folder.iterdir())) or "nothing"
        raise ExportError(
            f"{folder} holds no answers.csv (found: {found}). Give the folder that an export wrote."
        )
    manifest = read_manifest(manifest_path) if manifest_path.exists() else Manifest()
    people_path = folder / "participants.csv"
    people = (
        typed(_as_written(people_path, Table.PARTICIPANTS, manifest), Table.PARTICIPANTS, people_path.name)
        if people_path.exists()
        else None
    )
    # An export never lists a file outside its own folder; one that does is not looked up.
    listed = [name for name in manifest.files if Path(name).name == name]
    beside = [f"{table}.csv" for table in BESIDE]
    present = {*listed, *beside, answers_path.name, *((people_path.name,) if people is not None else ())}
    files = {name: _sha256(folder / name) for name in sorted(present) if (folder / name).is_file()}
    changed = tuple(name for name in listed if files.get(name) != manifest.files[name])
    answers = typed_answers(_as_written(answers_path, Table.ANSWERS, manifest), answers_path.name)
    questions, calls, beliefs = (_beside(folder, table, manifest) for table in BESIDE)
    revised = answers["initial_choice"].notna() & (answers["initial_choice"] != answers["choice"])
    trials, said = set(answers.loc[revised, "trial_id"].dropna()), folder / "messages.csv"
    assisted = set(answers.loc[answers["condition"] == Condition.HUMAN_WITH_MODEL, "trial_id"].dropna())
    guard = manifest.is_guarded
    messages = last_messages(said, trials, guard) if trials and said.exists() else {}
    wrote = conversations(said, assisted, PARTICIPANT, guard) if assisted and said.exists() else None
    return Export(
        folder.resolve().name,
        answers,
        people,
        manifest,
        files,
        changed,
        questions,
        calls,
        beliefs,
        messages,
        wrote,
    )


def _beside(folder: Path, table: Table, manifest: Manifest) -> pd.DataFrame | None:
    """The columns of `BESIDE` of a table, missing ones empty; None where the folder has no such table."""
    path = folder / f"{table}.csv"
    if not path.exists():
        return None
    cells = _as_written(path, table, manifest)
    needed = {name: cells[name] for name in BESIDE[table] if name in cells}
    return typed(needed, table, path.name).reindex(columns=list(BESIDE[table]))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _as_written(path: Path, table: Table, manifest: Manifest) -> dict[str, list[str]]:
    """A table's cells; free text without the apostrophe that kept a spreadsheet from running it."""
    cells = read_cells(path)
    if manifest.is_guarded:
        for column in COLUMNS[table]:
            if column.name in cells and is_free_text(column):
                cells[column.name] = [unguarded(text) for text in cells[column.name]]
    return cells


# -- checking cells --------------------------------------------------------------------------------


def typed(cells: Cells, table: Table, file: str) -> pd.DataFrame:
    """A table of text cells with the types of the contract: numbers and flags as floats, missing as NaN.

    Columns the contract does not know are kept as text. ExportError at the first cell that the contract refuses.
    """
    known = {column.name: column for column in COLUMNS[table]}
    index = pd.RangeIndex(len(next(iter(cells.values()), ())))
    series: dict[str, pd.Series] = {}
    for name, values in cells.items():
        column = known.get(name, Column(name, Type.TEXT, "not in the contract"))
        found = dict.fromkeys(values)  # in order; a column has few different values, or none at all
        _check_filled_and_allowed(column, values, found.keys(), file)
        is_number = column.type in (Type.INTEGER, Type.NUMBER, Type.FLAG)
        if not any(found):
            series[name] = pd.Series(None, index=index, dtype="float64" if is_number else "str")
        elif is_number:
            parsed = {value: _number(column, value, values, file) for value in found}
            numbers = [parsed[value] for value in values]
            series[name] = pd.Series(numbers, index=index, dtype="float64")
        else:
            series[name] = pd.Series([value or None for value in values], index=index, dtype="str")
    return pd.DataFrame(series, index=index)


def _check_filled_and_allowed(column: Column, values: Sequence[str], found: Set[str], file: str) -> None:
    if column.required and "" in found:
        raise _refusal(file, values.index("") + FIRST_ROW, column, "")
    if column.allowed:
        for stray in sorted(found - set(column.allowed) - {""}):
            raise _refusal(file, values.index(stray) + FIRST_ROW, column, stray)
    if column.pattern:
        for stray in sorted(value for value in found if value and not re.fullmatch(column.pattern, value)):
            raise _refusal(file, values.index(stray) + FIRST_ROW, column, stray)


def _number(column: Column, text: str, values: Sequence[str], file: str) -> float:
    if not text:
        return math.nan
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        value = math.nan
    is_whole = column.type is Type.NUMBER or value == math.floor(value) if math.isfinite(value) else False
    low = 0 if column.type is Type.FLAG else column.minimum
    high = 1 if column.type is Type.FLAG else column.maximum
    if not is_whole or (low is not None and value < low) or (high is not None and value > high):
        raise _refusal(file, values.index(text) + FIRST_ROW, column, text)
    return value


def _refusal(file: str, row: int, column: Column, found: str) -> ExportError:
    if column.allowed:
        allowed = "one of " + ", ".join(column.allowed)
    elif column.type is Type.FLAG:
        allowed = "0 or 1"
    elif column.type in (Type.INTEGER, Type.NUMBER):
        allowed = "a whole number" if column.type is Type.INTEGER else "a number"
        if column.minimum is not None and column.maximum is not None:
            allowed += f" from {column.minimum:g} to {column.maximum:g}"
        elif column.minimum is not None:
            allowed += f", at least {column.minimum:g}"
    else:
        allowed = f"text of the form {column.pattern}" if column.pattern else "any text"
    if not column.required:
        allowed += ", or nothing"
    shown = repr(found if len(found) <= 60 else found[:57] + "...") if found else "nothing"
    return ExportError(f"{file}, row {row}, column {column.name}: found {shown}, allowed is {allowed}.")


# -- what answers mean ----------------------------------------------------------------------------------


def typed_answers(cells: Cells, file: str = "answers.csv") -> pd.DataFrame:
    """Checked answers with every column the estimates need.

    Filled in where a file leaves the whole column out: `participant_kind` from the condition, `sample` as 1,
    practice and attention flags as 0, `correct` from the two choices, `status` as answered for a row with a choice
    (without one it stays missing and counts as no choice). Added: `has_choice`.
    """
    missing = [name for name in NEEDED if name not in cells]
    if "correct" not in cells:
        missing += [name for name in ("choice", "correct_choice") if name not in cells]
    if missing:
        is_one = len(missing) == 1
        raise ExportError(
            f"{file}: the column{'' if is_one else 's'} {', '.join(missing)} {'is' if is_one else 'are'} missing; the "
            f"header has {_some(cells)}. An analysis needs {', '.join(NEEDED)}, and either correct or both choice and "
            "correct_choice, written like this."
        )
    table = typed(cells, Table.ANSWERS, file)
    _fill_left_out_columns(table)
    _settle_choice(table, file)
    _refuse_doubles(table, file)
    return table


def _some(names: Iterable[str], most: int = 12) -> str:
    shown = list(names)
    rest = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {rest} more" if rest > 0 else "")


def _fill_left_out_columns(table: pd.DataFrame) -> None:
    names = {column.name: column.type for column in COLUMNS[Table.ANSWERS]}
    given = set(table.columns)
    for name, kind in names.items():
        if name not in given:
            is_text = kind in (Type.TEXT, Type.TIME)
            table[name] = pd.Series(None, index=table.index, dtype="str" if is_text else "float64")
    if "participant_kind" not in given:
        is_model = table["condition"] == Condition.MODEL_ALONE
        table["participant_kind"] = is_model.map({True: "model", False: "human"}).astype("str")
    if "sample" not in given:
        table["sample"] = 1.0
    for name in ("is_practice", "is_attention_check"):
        table[name] = table[name].fillna(0.0)
    if "choice" in given:
        table["has_choice"] = table["choice"].notna()
    else:
        table["has_choice"] = table["correct"].notna()
    if "status" not in given:
        table["status"] = table["status"].mask(table["has_choice"], Status.ANSWERED.value)


def _settle_choice(table: pd.DataFrame, file: str) -> None:
    """Make `correct` agree with the two choices, and status with whether there is a choice."""
    both = table["choice"].notna() & table["correct_choice"].notna()
    matches = (table["choice"] == table["correct_choice"]).astype("float64")
    _refuse(
        table,
        both & table["correct"].notna() & (table["correct"] != matches),
        file,
        "correct",
        "it does not agree with choice and correct_choice",
    )
    table["correct"] = table["correct"].mask(both & table["correct"].isna(), matches)
    _refuse(
        table,
        table["has_choice"] & table["correct"].isna(),
        file,
        "correct",
        "there is a choice, so correct or correct_choice must be given",
    )
    _refuse(
        table,
        ~table["has_choice"] & table["correct"].notna(),
        file,
        "correct",
        "there is no choice; leave correct empty (an answer that is missing is not 0)",
    )
    no_choice_said = table["status"].isin([str(status) for status in WITHOUT_CHOICE])
    choice_said = table["status"].isin([str(status) for status in WITH_CHOICE])
    _refuse(table, table["has_choice"] & no_choice_said, file, "status", "there is a choice")
    _refuse(table, ~table["has_choice"] & choice_said, file, "status", "there is no choice")


def _refuse(table: pd.DataFrame, wrong: pd.Series, file: str, column: str, why: str) -> None:
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        value = table[column].iloc[row]
        found = (
            "nothing" if pd.isna(value) else repr(f"{value:g}" if isinstance(value, float) else str(value))
        )
        raise ExportError(f"{file}, row {row + FIRST_ROW}, column {column}: found {found}, but {why}.")


def _refuse_doubles(table: pd.DataFrame, file: str) -> None:
    key = ["study_id", "participant_id", "condition", "question_id", "sample"]
    doubled = table.duplicated(key)
    if doubled.any():
        row = int(doubled.to_numpy().argmax())
        same = (table[key].fillna("") == table[key].fillna("").iloc[row]).all(axis=1)
        first = int(same.to_numpy().argmax())
        who, condition, question = (table[name].iloc[row] for name in key[1:4])
        raise ExportError(
            f"{file}, rows {first + FIRST_ROW} and {row + FIRST_ROW}: participant_id {who} answers question_id "
            f"{question} twice in {condition}. Number repeated answers in the column sample."
        )
