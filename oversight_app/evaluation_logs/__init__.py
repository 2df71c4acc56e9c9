"""Logs of other evaluation tools, one reader a format: inspect_ai's .json and .eval, lm-evaluation-harness's samples.

A reader says what a file holds in the words of `study.logged`, sample by sample; one that cannot be used is a `Defect`
and spoils no other. A file that is no log at all, or that cannot be read to its end, raises BadInput.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from oversight_app.errors import BadInput
from oversight_app.evaluation_logs import inspect_log, lm_eval_log
from oversight_app.study.logged import Defect, Entry, LoggedAnswer, LoggedRun

_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class EvaluationLog:
    """A file as read: `name` without its folder, `sha256` over its bytes, and its samples in the file's order."""

    name: str
    sha256: str
    run: LoggedRun
    entries: tuple[Entry, ...]


def read_log(path: Path) -> EvaluationLog:
    """Read an evaluation log of a format that is recognised by what is in it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from error
    if not raw.strip():
        raise BadInput(f"{path} is empty.")
    if raw.startswith(_ZIP):
        run, entries = inspect_log.read_archive(path, raw)
    elif lm_eval_log.is_samples(raw):
        run, entries = lm_eval_log.read(path, raw)
    else:
        run, entries = inspect_log.read_json(path, raw)
    return EvaluationLog(
        path.name, hashlib.sha256(raw).hexdigest(), run, tuple(_storable(entry) for entry in entries)
    )


def _storable(entry: Entry) -> Entry:
    """The entry, if its texts can be written down: JSON can name halves of characters, and no file can hold them."""
    if isinstance(entry, LoggedAnswer):
        try:
            "".join((entry.told, entry.reply, entry.text, *entry.options, entry.identity)).encode()
        except UnicodeEncodeError as error:
            half = hex(ord(error.object[error.start]))
            return Defect(entry.record, "text", f"half of a character ({half})", "Unicode text")
    return entry


__all__ = ["EvaluationLog", "read_log"]
