"""Taking one participant out of the record: the one removal that a study allows.

Everything that stands under their code goes in one transaction, which also says in the study's own stream what went.
What SQLite leaves of deleted rows in a file's free pages and in its log goes with `give_back_pages`.
"""

import sqlite3
from datetime import datetime

from oversight_app.errors import StoreError
from oversight_app.store import chain
from oversight_app.study.events import STUDY_STREAM, ParticipantDeleted, iso

_ALSO_THEIRS = {"events": "stream"}
"""Tables that name a participant in another column than participant_id."""
_BY_TRIAL = ("messages", "calls", "beliefs")
"""Tables of trials, whose rows could outlive a wrong participant_id."""


def delete(connection: sqlite3.Connection, participant_id: str, at: datetime) -> ParticipantDeleted | None:
    """Delete a participant in the caller's transaction; None where the record holds nobody of that code."""
    if participant_id == STUDY_STREAM:
        return None
    connection.execute("PRAGMA secure_delete=ON")
    sitting = connection.execute(
        "SELECT kind, cell FROM sittings WHERE participant_id = ?", (participant_id,)
    ).fetchone()
    head = connection.execute(
        "SELECT seq, hash FROM events WHERE stream = ? ORDER BY seq DESC LIMIT 1", (participant_id,)
    ).fetchone()
    # Without a row there, a stream cannot be deleted; it stays, so that nobody is given that code again.
    connection.execute("INSERT OR IGNORE INTO removals VALUES (?, ?)", (participant_id, iso(at)))
    trials = [
        row["trial_id"]
        for row in connection.execute(
            "SELECT trial_id FROM trials WHERE participant_id = ?", (participant_id,)
        )
    ]
    rows: dict[str, int] = {}
    for table in _BY_TRIAL:
        done = connection.executemany(
            f"DELETE FROM {table} WHERE trial_id = ?", [(trial,) for trial in trials]
        )
        rows[table] = max(0, done.rowcount)
    for table, column in _tables_of_people(connection):
        done = connection.execute(f'DELETE FROM "{table}" WHERE "{column}" = ?', (participant_id,))
        rows[table] = rows.get(table, 0) + done.rowcount
    if not any(rows.values()):
        connection.execute("DELETE FROM removals WHERE stream = ? AND at = ?", (participant_id, iso(at)))
        return None
    event = ParticipantDeleted(
        participant_id,
        str(sitting["kind"]) if sitting else "human",
        bool(sitting and sitting["cell"]),
        head["seq"] if head else 0,
        head["hash"] if head else "",
        {table: n for table, n in sorted(rows.items()) if n},
    )
    chain.append(connection, STUDY_STREAM, [event], at)
    return event


def people_of(connection: sqlite3.Connection, given: str) -> set[str]:
    """The participants whose code this is, or in whose platform's link it stands as a whole value."""
    rows = connection.execute(
        "SELECT participant_id FROM sittings WHERE participant_id = :given "
        "UNION SELECT stream FROM events WHERE stream = :given AND seq = 1 "
        "UNION SELECT participant_id FROM invitations WHERE participant_id = :given OR token = :given "
        "UNION SELECT participant_id FROM platform_ids WHERE participant_id = :given OR platform_key = :given "
        "OR EXISTS (SELECT 1 FROM json_each(parameters) WHERE value = :given) "
        "OR EXISTS (SELECT 1 FROM json_each(coalesce(latest_parameters, '{}')) WHERE value = :given)",
        {"given": given},
    )
    return {row["participant_id"] for row in rows}


def give_back_pages(connection: sqlite3.Connection) -> None:
    """Write the file anew without its free pages, and empty its log; raises StoreError where others hold it."""
    connection.execute("VACUUM")
    (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise StoreError("the record's log is being read, so it could not be emptied")


def _tables_of_people(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every table that names participants, with the column in which it does; later schemas' tables included."""
    tables = [
        str(row["name"]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    found = []
    for table in tables:
        columns = {
            row["name"] for row in connection.execute(f"SELECT name FROM pragma_table_info('{table}')")
        }
        if "participant_id" in columns:
            found.append((table, "participant_id"))
        elif table in _ALSO_THEIRS:
            found.append((table, _ALSO_THEIRS[table]))
    return found
