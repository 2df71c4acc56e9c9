"""People of recruiting platforms: who each is known as here, and what their links said."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from oversight_app.study.events import iso


def person(connection: sqlite3.Connection, key: str) -> str | None:
    """The participant that a platform's person is known as; None for somebody new."""
    row = connection.execute(
        "SELECT participant_id FROM platform_ids WHERE platform_key = ?", (key,)
    ).fetchone()
    return str(row["participant_id"]) if row else None


def known_as(
    connection: sqlite3.Connection,
    key: str,
    participant_id: str,
    parameters: Mapping[str, str],
    at: datetime,
) -> str:
    """The participant that a platform's person is known as; the given id, now on record, when the person is new."""
    connection.execute(
        "INSERT OR IGNORE INTO platform_ids (platform_key, participant_id, parameters, created_at) "
        "VALUES (?, ?, ?, ?)",
        (key, participant_id, json.dumps(dict(parameters), sort_keys=True), iso(at)),
    )
    return person(connection, key) or participant_id


def came_again(connection: sqlite3.Connection, key: str, parameters: Mapping[str, str], at: datetime) -> None:
    """Keep what a known person's link says, beside what the first one said, where it says something else."""
    said = json.dumps(dict(parameters), sort_keys=True)
    connection.execute(
        "UPDATE platform_ids SET latest_parameters = ?, latest_at = ? "
        "WHERE platform_key = ? AND coalesce(latest_parameters, parameters) <> ?",
        (said, iso(at), key, said),
    )
