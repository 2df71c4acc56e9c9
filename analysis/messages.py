"""What was said in a trial, read from `messages.csv` for the trials that ask for it and no others."""

import csv
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from analysis.columns import unguarded
from analysis.errors import ExportError

_NEEDED = ("trial_id", "seq", "speaker", "text")


PARTICIPANT = "participant"


@dataclass(frozen=True, slots=True)
class Message:
    """Who said what, as the n-th message of its trial; a reset opens a new `context`, None where that is not known."""

    seq: int
    speaker: str
    at: str
    text: str
    context: int | None = None


def last_and_said(
    path: Path, last_of: Set[str], said_in: Set[str], is_guarded: bool = False
) -> tuple[dict[str, Message], dict[str, tuple[Message, ...]]]:
    """From one reading of the file: the last message of trials in `last_of`, what participants wrote in `said_in`.

    The last message is the one with the highest `seq` that has a text; what was written stands in the order said, per
    trial that has any. `is_guarded`: texts were written with `analysis.columns.guarded`. ExportError where the file
    cannot be read.
    """
    last: dict[str, Message] = {}
    said: dict[str, list[Message]] = {}
    for trial, message in _read(path, last_of | said_in, is_guarded):
        if trial in last_of and (trial not in last or last[trial].seq < message.seq):
            last[trial] = message
        if trial in said_in and message.speaker == PARTICIPANT:
            said.setdefault(trial, []).append(message)
    return last, _in_order(said)


def conversations(
    path: Path, trials: Set[str], speaker: str | None = None, is_guarded: bool = False
) -> dict[str, tuple[Message, ...]]:
    """Every message with a text in the order said, per trial that has any, of one speaker or of all; ExportError."""
    found: dict[str, list[Message]] = {}
    for trial, message in _read(path, trials, is_guarded):
        if speaker is None or message.speaker == speaker:
            found.setdefault(trial, []).append(message)
    return _in_order(found)


def _in_order(found: Mapping[str, list[Message]]) -> dict[str, tuple[Message, ...]]:
    return {trial: tuple(sorted(said, key=lambda message: message.seq)) for trial, said in found.items()}


def _read(path: Path, trials: Set[str], is_guarded: bool) -> Iterator[tuple[str, Message]]:
    csv.field_size_limit(2**31 - 1)  # a passage inside a message is longer than the library's 128 KiB
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            read = unguarded if is_guarded else str
            yield from _messages(csv.reader(file), trials, path.name, read)
    except UnicodeDecodeError as error:
        raise ExportError(
            f"{path.name} is not UTF-8 (byte {error.start + 1}). Export the study again."
        ) from error
    except csv.Error as error:
        raise ExportError(f"{path.name} is not CSV: {error}. Export the study again.") from error


def _messages(
    rows: Iterator[list[str]], trials: Set[str], name: str, read: Callable[[str], str]
) -> Iterator[tuple[str, Message]]:
    header = next(rows, [])
    if missing := [column for column in _NEEDED if column not in header]:
        raise ExportError(f"{name} has no column {', '.join(missing)}. Export the study again.")
    place = {column: n for n, column in enumerate(header)}
    trial_at, seq_at, speaker_at, text_at = (place[column] for column in _NEEDED)
    at_at, context_at = place.get("at"), place.get("context")
    for number, row in enumerate((row for row in rows if row), 2):
        row += [""] * (len(header) - len(row))
        trial = read(row[trial_at])
        if trial not in trials or not row[text_at]:
            continue
        seq, context = row[seq_at], None if context_at is None else row[context_at] or None
        for column, value in (("seq", seq), ("context", context)):
            if value is not None and not value.isdecimal():
                raise ExportError(
                    f"{name}, row {number}, column {column}: found {value!r}, allowed is a whole number."
                )
        yield (
            trial,
            Message(
                int(seq),
                read(row[speaker_at]),
                "" if at_at is None else row[at_at],
                read(row[text_at]),
                None if context is None else int(context),
            ),
        )
