"""Streams of events: appended, read, and chained by hash.

Each row's hash covers the row before it, so that a changed, missing or inserted row shows.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from oversight_app.study.events import (
    Event,
    Happened,
    canonical,
    from_body,
    iso,
    kind_of,
    to_body,
    version_of,
)

GENESIS = "0" * 64


def append(
    connection: sqlite3.Connection, stream: str, events: Sequence[Event], at: datetime | Sequence[datetime]
) -> int:
    """Append events to a stream inside the caller's transaction; returns the stream's last seq.

    `at` is the moment of all of them, or of each.
    """
    row = connection.execute(
        "SELECT seq, hash FROM events WHERE stream = ? ORDER BY seq DESC LIMIT 1", (stream,)
    ).fetchone()
    seq, last = (row["seq"], row["hash"]) if row else (0, GENESIS)
    moments = [iso(at)] * len(events) if isinstance(at, datetime) else [iso(moment) for moment in at]
    rows = []
    for event, moment in zip(events, moments, strict=True):
        seq += 1
        kind, version, body = kind_of(event), version_of(event), to_body(event)
        link = row_hash(last, stream, seq, kind, version, moment, body)
        rows.append((stream, seq, kind, version, moment, body, last, link))
        last = link
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return int(seq)


def row_hash(prev_hash: str, stream: str, seq: int, kind: str, version: int, at: str, body: str) -> str:
    """64 hex digits over a row and the hash of the row before it."""
    return hashlib.sha256(canonical([prev_hash, stream, seq, kind, version, at, body]).encode()).hexdigest()


def happened(connection: sqlite3.Connection, stream: str, after: int = 0) -> Iterator[Happened]:
    """The events of a stream after a seq, in order."""
    rows = connection.execute(
        "SELECT seq, kind, version, at, body FROM events WHERE stream = ? AND seq > ? ORDER BY seq",
        (stream, after),
    )
    for row in rows:
        yield Happened(
            stream,
            row["seq"],
            datetime.fromisoformat(row["at"]),
            from_body(row["kind"], row["version"], row["body"]),
        )


BY_RESEARCHERS = (
    "kind IN ('EnrolmentSet', 'TargetRaised', 'AccuracyShown', 'ParticipantTold', 'ParticipantStopped', "
    "'CompensationGranted')"
)
"""Events that a researcher causes. They are few among many, so they have an index of their own, which is used where a
query says this word for word."""


def by_researchers(connection: sqlite3.Connection, kind: str = "") -> Iterator[Happened]:
    """What researchers did, in every stream or of one kind, the oldest first."""
    rows = connection.execute(
        f"SELECT stream, seq, kind, version, at, body FROM events WHERE {BY_RESEARCHERS} "
        "AND (? = '' OR kind = ?) ORDER BY at, stream, seq",
        (kind, kind),
    )
    for row in rows:
        event = from_body(row["kind"], row["version"], row["body"])
        yield Happened(row["stream"], row["seq"], datetime.fromisoformat(row["at"]), event)


def heads(connection: sqlite3.Connection) -> dict[str, str]:
    """The hash of the last event of each stream."""
    rows = connection.execute(
        "SELECT stream, hash FROM events JOIN (SELECT stream AS s, max(seq) AS last FROM events GROUP BY stream) "
        "ON stream = s AND seq = last ORDER BY stream"
    )
    return {row["stream"]: row["hash"] for row in rows}


def streams(connection: sqlite3.Connection) -> list[str]:
    """Every stream, in the order of their first events."""
    rows = connection.execute("SELECT stream FROM events WHERE seq = 1 ORDER BY at, stream")
    return [row["stream"] for row in rows]
