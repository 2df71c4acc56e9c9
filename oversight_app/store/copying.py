"""A copy of a study's record to try things in: bank and plan as they are, and nobody's answers.

The record itself is opened for reading only and stays as it was to the byte. People are left out of the copy, because
what somebody asks to have deleted must not live on in one, and because answers of real and of simulated people in one
table would mean nothing.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from oversight_app.store import migrations
from oversight_app.store.at_rest import read_at_rest
from oversight_app.store.database import BUSY_TIMEOUT_S, translated
from oversight_app.study.events import STUDY_STREAM

_KEPT = ("study", "plans", "passages", "questions", "refused", "_sqlite_migrations", "sqlite_sequence")
"""Tables that know of no participant. What a later schema adds is left out until it is named here."""


def copy_without_people(source: Path, target: Path) -> int:
    """Copy a record into a new file, brought to the present schema; returns how many streams were left out."""
    with translated(source):
        back_up(source, target)
    migrations.migrate(target, known_as=source)
    with translated(target), closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("BEGIN IMMEDIATE")
        (n,) = copy.execute(
            "SELECT count(DISTINCT stream) FROM events WHERE stream <> ?", (STUDY_STREAM,)
        ).fetchone()
        # Without a row there, a stream cannot be deleted; the loop below empties that table again.
        copy.execute(
            "INSERT OR IGNORE INTO removals SELECT DISTINCT stream, '' FROM events WHERE stream <> ?",
            (STUDY_STREAM,),
        )
        copy.execute("DELETE FROM events WHERE stream <> ?", (STUDY_STREAM,))
        for (table,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table not in (*_KEPT, "events"):
                copy.execute(f'DELETE FROM "{table}"')
        copy.execute("COMMIT")
        # A deleted row stays readable in the file's free pages until these are given back.
        copy.execute("VACUUM")
    return int(n)


def back_up(source: Path, target: Path) -> None:
    """Copy a record whole: SQLite's own backup, which sees what a running server has committed.

    The copy is made once more where somebody opened the record in the meantime.
    """
    read_at_rest(source, lambda uri: _back_up_once(uri, target))


def take_log_in(path: Path) -> None:
    """Bring what stands in a record's log into its file, and empty the log."""
    with translated(path), closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as record:
        record.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _back_up_once(uri: str, target: Path) -> None:
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S)) as record,
        closing(sqlite3.connect(target)) as copy,
    ):
        record.backup(copy)
