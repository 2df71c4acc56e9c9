"""What was said in a trial, read from `messages.csv` for the trials that ask for it and no others."""

import csv
from collections.abc import Callable, Iterator, Set
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


def last_messages(path: Path, trials: Set[str], is_guarded: bool = False) -> dict[str, Message]:
    """The message with the highest `seq` that has a text, per trial; ExportError where the file cannot be read.

    `is_guarded`: texts were written with `analysis.columns.guarded`.
    """
    found: dict[str, Message] = {}
    for trial, message in _read(path, trials, is_guarded):
        if trial not in found or found[trial].seq < message.seq:
            found[trial] = message
    return found


def conversations(
    path: Path, trials: Set[str], speaker: str | None = None, is_guarded: bool = False
) -> dict[str, tuple[Message, ...]]:
    """Every message with a text in the order said, per trial that has any, of one speaker or of all; ExportError."""
    found: dict[str, list[Message]] = {}
    for trial, message in _read(path, trials, is_guarded, speaker):
        found.setdefault(trial, []).append(message)
    return {trial: tuple(sorted(said, key=lambda message: message.seq)) for trial, said in found.items()}


def _read(
    path: Path, trials: Set[str], is_guarded: bool, speaker: str | None = None
) -> Iterator[tuple[str, Message]]:
    csv.field_size_limit(2**31 - 1)  # a passage inside a message is longer than the library's 128 KiB
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            read = unguarded if is_guarded else str
            yield from _messages(csv.reader(file), trials, path.name, read, speaker)
    except UnicodeDecodeError as error:
        raise ExportError(
            f"{path.name} is not UTF-8 (byte {error.start + 1}). Export the study again."
        ) from error
    except csv.Error as error:
        raise ExportError(f"{path.name} is not CSV: {error}. Export the study again.") from error


def _messages(
    rows: Iterator[list[str]],
    trials: Set[str],
    name: str,
    read: Callable[[str], str],
    only: str | None,
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
        speaker = read(row[speaker_at])
        if only is not None and speaker != only:
            continue
        yield (
            trial,
            Message(
                int(seq),
                speaker,
                "" if at_at is None else row[at_at],
                read(row[text_at]),
                None if context is None else int(context),
            ),
        )
