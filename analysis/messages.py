"""The last message of a trial, read from `messages.csv` for the trials that ask for it and no others."""

import csv
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path

from analysis.columns import unguarded
from analysis.errors import ExportError

_NEEDED = ("trial_id", "seq", "speaker", "text")


@dataclass(frozen=True, slots=True)
class Message:
    """Who said what, as the n-th message of its trial."""

    seq: int
    speaker: str
    at: str
    text: str


def last_messages(path: Path, trials: Set[str], is_guarded: bool = False) -> dict[str, Message]:
    """The message with the highest `seq` that has a text, per trial; ExportError where the file cannot be read.

    `is_guarded`: texts were written with `analysis.columns.guarded`.
    """
    csv.field_size_limit(2**31 - 1)  # a passage inside a message is longer than the library's 128 KiB
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _last(csv.DictReader(file), trials, path.name, unguarded if is_guarded else str)
    except UnicodeDecodeError as error:
        raise ExportError(
            f"{path.name} is not UTF-8 (byte {error.start + 1}). Export the study again."
        ) from error
    except csv.Error as error:
        raise ExportError(f"{path.name} is not CSV: {error}. Export the study again.") from error


def _last(
    reader: "csv.DictReader[str]", trials: Set[str], name: str, read: Callable[[str], str]
) -> dict[str, Message]:
    if missing := [column for column in _NEEDED if column not in (reader.fieldnames or ())]:
        raise ExportError(f"{name} has no column {', '.join(missing)}. Export the study again.")
    found: dict[str, Message] = {}
    for number, row in enumerate(reader, 2):
        trial = read(row["trial_id"])
        if trial not in trials or not row["text"]:
            continue
        if not (row["seq"] or "").isdecimal():
            raise ExportError(
                f"{name}, row {number}, column seq: found {row['seq']!r}, allowed is a whole number."
            )
        message = Message(int(row["seq"]), read(row["speaker"] or ""), row.get("at") or "", read(row["text"]))
        if trial not in found or found[trial].seq < message.seq:
            found[trial] = message
    return found
