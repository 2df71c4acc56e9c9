"""A record opened to be held against itself: raw rows as they stand in the file, all of one moment, nothing changed.

The file may be damaged, altered by hand or of an earlier schema, so nothing here believes what it reads: texts that are
no UTF-8 are read with marks in place of what cannot be read.
"""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from oversight_app.store import bank, chain, migrations
from oversight_app.store.at_rest import address
from oversight_app.store.bank import passage_hash
from oversight_app.store.bonuses import Listed, listed_in
from oversight_app.store.database import BUSY_TIMEOUT_S, translated
from oversight_app.store.tables import Snapshot
from oversight_app.study.questions import Passage, Question

PROJECTIONS: Mapping[str, tuple[str, ...]] = {
    "sittings": ("participant_id",),
    "trials": ("trial_id",),
    "messages": ("trial_id", "message_id"),
    "calls": ("call_id",),
    "beliefs": ("trial_id", "seq"),
    "survey": ("participant_id", "item"),
}
"""The tables that can be made again from events, each with its key."""


class Link(NamedTuple):
    """One row of the events, as stored."""

    stream: str
    seq: int
    kind: str
    version: int
    at: str
    body: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of a projection that is not what the events make of it.

    `column` is empty where the whole row is missing, or there though no event made it.
    """

    table: str
    key: tuple[str, ...]
    participant_id: str
    column: str
    stored: Any
    made: Any
    is_missing: bool = False


class Audit:
    """One record at one moment; made by `audit`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Inside a transaction that only reads."""
        self._connection = connection
        self.path = path

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file; empty where it is whole."""
        try:
            rows = self._connection.execute("PRAGMA integrity_check(20)").fetchall()
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def schema(self) -> dict[str, str]:
        """The statements that made tables, indices, triggers and views, by name."""
        rows = self._connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {row["name"]: " ".join(row["sql"].split()) for row in rows}

    def names(self) -> list[tuple[str, int]]:
        """Every stream that has rows, with their number."""
        rows = self._connection.execute(
            "SELECT stream, count(*) AS n FROM events GROUP BY stream ORDER BY stream"
        )
        return [(row["stream"], row["n"]) for row in rows]

    def streams(self, names: tuple[str, str] = ("", "\U0010ffff")) -> Iterator[tuple[str, Iterator[Link]]]:
        """Every stream from one name to another with its rows in order."""
        rows = self._connection.execute(
            "SELECT stream, seq, kind, version, at, body, prev_hash, hash FROM events "
            "WHERE stream BETWEEN ? AND ? ORDER BY stream, seq",
            names,
        )
        return groupby(map(Link._make, rows), key=attrgetter("stream"))

    def snapshot(self) -> Snapshot:
        """The tables of this moment."""
        return Snapshot(self._connection)

    def last_events(self) -> dict[str, tuple[int, str]]:
        """The seq and the hash of the last event of each stream."""
        return chain.last_events(self._connection)

    def questions(self) -> list[Question]:
        """The bank."""
        return bank.questions(self._connection)

    def heads(self) -> dict[str, str]:
        """The hash of each stream's last event."""
        return chain.heads(self._connection)

    def listed(self) -> Listed:
        """What stands in bonus files."""
        return listed_in(self._connection)

    def removed(self) -> set[str]:
        """Streams that may be missing, because somebody was deleted."""
        return chain.removed(self._connection)

    def has(self, stream: str, link: str) -> bool:
        """Whether a stream holds an event of this hash."""
        row = self._connection.execute("SELECT 1 FROM events WHERE stream = ? AND hash = ?", (stream, link))
        return row.fetchone() is not None

    def last_beat_at(self) -> datetime | None:
        """When a server last noted that it was up; None where none ever did."""
        (last,) = self._connection.execute("SELECT max(last_beat_at) FROM uptime").fetchone()
        return datetime.fromisoformat(last) if last else None

    def study_id(self) -> str:
        """The study's name."""
        row = self._connection.execute("SELECT study_id FROM study").fetchone()
        return str(row["study_id"]) if row else ""

    def plan(self) -> tuple[str, str] | None:
        """The frozen plan: the hash it is kept under, and its body."""
        row = self._connection.execute("SELECT plan_hash, body FROM plans").fetchone()
        return (row["plan_hash"], row["body"]) if row else None

    def wrong_passages(self) -> list[str]:
        """Passages whose text is not that of the hash they are kept under."""
        rows = self._connection.execute(
            "SELECT passage_hash, passage_id, text, title, author, source, url, license FROM passages"
        )
        return [
            row["passage_id"] for row in rows if passage_hash(Passage(*tuple(row)[1:])) != row["passage_hash"]
        ]

    def content_hashes(self) -> dict[str, str]:
        """The hash of each question's content, as it was kept at the import."""
        rows = self._connection.execute("SELECT question_id, content_hash FROM questions")
        return {row["question_id"]: row["content_hash"] for row in rows}

    def differences(self, made: Path, people: tuple[str, str] = ("", "\U0010ffff")) -> Iterator[Difference]:
        """Where the projections of people from one code to another differ from those in a record made from events."""
        self._connection.execute("COMMIT")
        self._connection.execute("ATTACH ? AS made", (str(made),))
        self._connection.execute("BEGIN")
        try:
            for table, key in PROJECTIONS.items():
                yield from self._differences(table, key, people)
        finally:
            self._connection.execute("COMMIT")
            self._connection.execute("DETACH made")
            self._connection.execute("BEGIN")

    def _differences(self, table: str, key: Sequence[str], people: tuple[str, str]) -> Iterator[Difference]:
        names = [
            row["name"] for row in self._connection.execute(f"SELECT name FROM pragma_table_info('{table}')")
        ]
        keys = ", ".join(key)
        differ = " OR ".join(f"s.{name} IS NOT m.{name}" for name in names)
        for row in self._connection.execute(
            f"SELECT {', '.join(f's.{name}, m.{name}' for name in names)} FROM main.{table} s JOIN made.{table} m "
            f"USING ({keys}) WHERE s.participant_id BETWEEN ? AND ? AND ({differ})",
            people,
        ):
            pairs = {name: (row[2 * i], row[2 * i + 1]) for i, name in enumerate(names)}
            place = tuple(str(pairs[name][0]) for name in key)
            for name, (stored, made) in pairs.items():
                if stored != made:
                    yield Difference(table, place, str(pairs["participant_id"][0]), name, stored, made)
        for here, there, is_missing in (("made", "main", True), ("main", "made", False)):
            match = " AND ".join(f"b.{name} = a.{name}" for name in key)
            for row in self._connection.execute(
                f"SELECT {keys}, participant_id AS whose FROM {here}.{table} a WHERE a.participant_id BETWEEN ? AND ? "
                f"AND NOT EXISTS (SELECT 1 FROM {there}.{table} b WHERE {match})",
                people,
            ):
                yield Difference(
                    table, tuple(map(str, row))[:-1], str(row["whose"]), "", None, None, is_missing
                )


@contextmanager
def audit(path: Path) -> Iterator[Audit]:
    """A record at one moment, opened for reading only; a record that nobody has open stays without a file beside it."""
    with translated(path), closing(_connect(address(path))) as connection:
        connection.row_factory = sqlite3.Row
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.execute("BEGIN")
        yield Audit(connection, path)


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)


def empty_record() -> bytes:
    """The file of a record of the present release in which nothing stands."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrations.migrate(path)
        return path.read_bytes()


def schema_of_now() -> dict[str, str]:
    """The schema that a record of the present release has."""
    return schema_of(empty_record())


def schema_of(record: bytes) -> dict[str, str]:
    """The schema of a record whose file holds these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        path.write_bytes(record)
        with audit(path) as opened:
            return opened.schema()


def sha256_of(path: Path) -> str:
    """64 hex digits over a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(path: Path) -> int:
    """Bytes of a record, its log included."""
    return sum(os.path.getsize(part) for part in (path, path.with_name(f"{path.name}-wal")) if part.exists())
