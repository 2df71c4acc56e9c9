"""What somebody does to a record who has a database browser, or a disk that forgets."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from oversight_app.store import chain
from oversight_app.store.audit import audit
from oversight_app.study.events import STUDY_STREAM
from oversight_app.verification import Witness, verify_study

GUARDS = ("events_stay", "events_remain")


@contextmanager
def by_hand(study: Path) -> Iterator[sqlite3.Connection]:
    """The record without its guards, which are put back as if nothing had been."""
    with closing(sqlite3.connect(study / "study.db")) as connection:
        guards = connection.execute(
            f"SELECT name, sql FROM sqlite_master WHERE name IN ({', '.join('?' * len(GUARDS))})", GUARDS
        ).fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()


def found(study: Path, *, export: Path | None = None, witnesses: Sequence[Witness] = ()) -> list[str]:
    """What `verify` names."""
    return [str(finding) for finding in verify_study(study, export=export, witnesses=witnesses).findings]


def first_export(study: Path) -> Path:
    """The export that the study was given with."""
    return study / "exports" / "first"


def somebody(study: Path) -> str:
    """A participant who is on record."""
    with audit(study / "study.db") as record:
        return next(name for name, _ in record.names() if name != STUDY_STREAM)


def link_anew(connection: sqlite3.Connection, stream: str) -> None:
    """Compute every hash of a stream again, as somebody would who knows how it is done."""
    last = chain.GENESIS
    rows = connection.execute(
        "SELECT seq, kind, version, at, body FROM events WHERE stream = ? ORDER BY seq", (stream,)
    ).fetchall()
    for seq, kind, version, at, body in rows:
        link = chain.row_hash(last, stream, seq, kind, version, at, body)
        connection.execute(
            "UPDATE events SET prev_hash = ?, hash = ? WHERE stream = ? AND seq = ?",
            (last, link, stream, seq),
        )
        last = link
