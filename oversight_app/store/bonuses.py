"""Bonus files: who was listed in which one. The database sees to it that nothing is listed twice."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BonusLine:
    """One person's line of a file, and the parts of what they are `owed` that it pays."""

    participant_id: str
    text: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything that a record has listed: rows of `bonuses`, and of `bonus_parts`."""

    lines: tuple[tuple[object, ...], ...] = ()
    parts: tuple[tuple[str, str, str], ...] = ()


def listed_in(connection: sqlite3.Connection) -> Listed:
    """What a record has listed, also one of an earlier release, which knew of one bonus a person, or of none."""
    tables = {
        row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    if "bonuses" not in tables:
        return Listed()
    lines = connection.execute("SELECT participant_id, file, header, rank, line FROM bonuses").fetchall()
    if "bonus_parts" not in tables:
        return Listed(
            tuple(map(tuple, lines)), tuple((row["participant_id"], "", row["file"]) for row in lines)
        )
    parts = connection.execute("SELECT participant_id, part, file FROM bonus_parts").fetchall()
    return Listed(
        tuple(map(tuple, lines)), tuple((row["participant_id"], row["part"], row["file"]) for row in parts)
    )


class BonusRows:
    """The lines of all bonus files, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Made by `Record` only."""
        self._connection = connection

    def listed(self) -> dict[tuple[str, str], str]:
        """The file in which each part was listed, by participant and part."""
        rows = self._connection.execute("SELECT participant_id, part, file FROM bonus_parts")
        return {(row["participant_id"], row["part"]): row["file"] for row in rows}

    def files(self) -> set[str]:
        """The names of all files."""
        return {row["file"] for row in self._connection.execute("SELECT DISTINCT file FROM bonuses")}

    def keep(self, file: str, header: str, lines: Sequence[BonusLine]) -> None:
        """Keep a file's lines; one with a part that was listed before undoes the transaction."""
        self._connection.executemany(
            "INSERT INTO bonuses (participant_id, file, header, rank, line) VALUES (?, ?, ?, ?, ?)",
            [(line.participant_id, file, header, rank, line.text) for rank, line in enumerate(lines)],
        )
        self._connection.executemany(
            "INSERT INTO bonus_parts (participant_id, part, file) VALUES (?, ?, ?)",
            [(line.participant_id, part, file) for line in lines for part in line.parts],
        )

    def take_over(self, listed: Listed) -> None:
        """Keep what another copy of this record has listed; what is here stays."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO bonuses (participant_id, file, header, rank, line) VALUES (?, ?, ?, ?, ?)",
            listed.lines,
        )
        self._connection.executemany("INSERT OR IGNORE INTO bonus_parts VALUES (?, ?, ?)", listed.parts)

    def text(self, file: str) -> str:
        """A file's text as it was written; empty where there was none of that name."""
        rows = self._connection.execute(
            "SELECT header, line FROM bonuses WHERE file = ? ORDER BY rank", (file,)
        ).fetchall()
        return rows[0]["header"] + "".join(row["line"] for row in rows) if rows else ""
