"""Streams of events: appended, read, and chained by hash.

Each row's hash covers the row before it, so that a changed, missing or inserted row shows.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from oversight_app.errors import Refusal
from oversight_app.study.events import (
    STUDY_STREAM,
    Event,
    Happened,
    HeadsNoted,
    from_body,
    iso,
    kind_of,
    to_body,
    version_of,
)

GENESIS = "0" * 64
_text = json.encoder.encode_basestring
"""A text as `canonical` writes it."""


def append(
    connection: sqlite3.Connection, stream: str, events: Sequence[Event], at: datetime | Sequence[datetime]
) -> int:
    """Append events to a stream inside the caller's transaction; returns the stream's last seq.

    `at` is the moment of all of them, or of each. Raises Refusal for a stream that was deleted.
    """
    row = connection.execute(
        "SELECT seq, hash FROM events WHERE stream = ? ORDER BY seq DESC LIMIT 1", (stream,)
    ).fetchone()
    if row is None and is_removed(connection, stream):
        raise Refusal(f"{stream} was deleted from the record")
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


def is_removed(connection: sqlite3.Connection, stream: str) -> bool:
    """Whether a stream was deleted."""
    return connection.execute("SELECT 1 FROM removals WHERE stream = ?", (stream,)).fetchone() is not None


def removed(connection: sqlite3.Connection) -> set[str]:
    """The streams that were deleted."""
    return {row["stream"] for row in connection.execute("SELECT stream FROM removals")}


def row_hash(prev_hash: str, stream: str, seq: int, kind: str, version: int, at: str, body: str) -> str:
    """64 hex digits over the canonical JSON of a row and of the hash of the row before it, as one list."""
    # Written out, because whoever verifies a study does it for each of its events.
    row = f"[{_text(prev_hash)},{_text(stream)},{seq:d},{_text(kind)},{version:d},{_text(at)},{_text(body)}]"
    return hashlib.sha256(row.encode()).hexdigest()


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


def last_events(connection: sqlite3.Connection) -> dict[str, tuple[int, str]]:
    """The seq and the hash of the last event of each stream."""
    rows = connection.execute(
        "SELECT stream, seq, hash FROM events JOIN (SELECT stream, max(seq) AS seq FROM events GROUP BY stream) "
        "USING (stream, seq) ORDER BY stream"
    )
    return {row["stream"]: (row["seq"], row["hash"]) for row in rows}


def noted(connection: sqlite3.Connection) -> dict[str, tuple[int, str]]:
    """What the study's stream says of where the others stood last."""
    rows = connection.execute(
        "SELECT kind, version, body FROM events WHERE stream = ? AND kind = 'HeadsNoted' ORDER BY seq",
        (STUDY_STREAM,),
    )
    heads: dict[str, tuple[int, str]] = {}
    for row in rows:
        event = from_body(row["kind"], row["version"], row["body"])
        heads |= event.heads if isinstance(event, HeadsNoted) else {}
    return heads


def note_heads(connection: sqlite3.Connection, at: datetime) -> None:
    """Write where the streams stand into the study's own, as far as that was not noted before."""
    known = noted(connection)
    grown = {
        stream: head
        for stream, head in last_events(connection).items()
        if stream != STUDY_STREAM and known.get(stream) != head
    }
    if grown:
        append(connection, STUDY_STREAM, [HeadsNoted(grown)], at)


def streams(connection: sqlite3.Connection) -> list[str]:
    """Every stream, in the order of their first events."""
    rows = connection.execute("SELECT stream FROM events WHERE seq = 1 ORDER BY at, stream")
    return [row["stream"] for row in rows]
