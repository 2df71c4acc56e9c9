"""Bonus files: who was listed in which one. The database sees to it that nobody is listed twice."""

import sqlite3
from collections.abc import Sequence


class BonusRows:
    """The lines of all bonus files, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Made by `Record` only."""
        self._connection = connection

    def listed(self) -> dict[str, str]:
        """The file in which each person was listed."""
        rows = self._connection.execute("SELECT participant_id, file FROM bonuses")
        return {row["participant_id"]: row["file"] for row in rows}

    def keep(self, file: str, header: str, lines: Sequence[tuple[str, str]]) -> None:
        """Keep a file's lines, each with its participant; one of somebody listed before undoes the transaction."""
        self._connection.executemany(
            "INSERT INTO bonuses (participant_id, file, header, rank, line) VALUES (?, ?, ?, ?, ?)",
            [(who, file, header, rank, line) for rank, (who, line) in enumerate(lines)],
        )

    def text(self, file: str) -> str:
        """A file's text as it was written; empty where there was none of that name."""
        rows = self._connection.execute(
            "SELECT header, line FROM bonuses WHERE file = ? ORDER BY rank", (file,)
        ).fetchall()
        return rows[0]["header"] + "".join(row["line"] for row in rows) if rows else ""
