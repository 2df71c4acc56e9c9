"""When servers were up, and who had the page open: notes of the moment beside the record, never folded into it."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from oversight_app.study.events import iso


def beat(connection: sqlite3.Connection, process: str, now: datetime, tolerance_s: float) -> None:
    """Note that a process is up; a gap longer than the tolerance starts a new interval."""
    updated = connection.execute(
        "UPDATE uptime SET last_beat_at = ? WHERE process = ? AND last_beat_at >= ?",
        (iso(now), process, iso(now - timedelta(seconds=tolerance_s))),
    )
    if updated.rowcount == 0:
        connection.execute(
            "INSERT INTO uptime (process, started_at, last_beat_at) VALUES (?, ?, ?)",
            (process, iso(now), iso(now)),
        )


def was_up(connection: sqlite3.Connection, moment: datetime, tolerance_s: float) -> bool:
    """Whether some process was up at a moment."""
    row = connection.execute(
        "SELECT 1 FROM uptime WHERE started_at <= ? AND last_beat_at >= ? LIMIT 1",
        (iso(moment), iso(moment - timedelta(seconds=tolerance_s))),
    ).fetchone()
    return row is not None


def see(connection: sqlite3.Connection, participant_ids: Iterable[str], now: datetime) -> None:
    """Note who has the page open."""
    connection.executemany(
        "INSERT OR REPLACE INTO connections (participant_id, seen_at) VALUES (?, ?)",
        [(participant_id, iso(now)) for participant_id in participant_ids],
    )
