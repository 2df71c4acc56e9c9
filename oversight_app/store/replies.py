"""Replies being written: who writes them, until when that is believed, and what they say so far.

A row lives while its reply runs; the finished text is an event. A row whose lease has lapsed belongs to a process that
died, and whoever finds it closes the reply as interrupted.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from oversight_app.study.events import iso


@dataclass(frozen=True, slots=True)
class RunningReply:
    """A reply being written."""

    reply_id: str
    participant_id: str
    n: int
    text: str


@dataclass(frozen=True, slots=True)
class SoFar:
    """What a reply says by now, and whether that is all."""

    text: str
    is_over: bool


class ReplyRows:
    """The running replies, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Over one connection."""
        self._connection = connection

    def begin(self, reply_id: str, participant_id: str, n: int, owner: str, lease_until: datetime) -> None:
        """A reply starts."""
        self._connection.execute(
            "INSERT INTO replies (reply_id, participant_id, n, owner, lease_until, stop_asked, text) "
            "VALUES (?, ?, ?, ?, ?, 0, '')",
            (reply_id, participant_id, n, owner, iso(lease_until)),
        )

    def flush(self, texts: Mapping[str, str], owner: str, lease_until: datetime) -> set[str]:
        """Keep what these replies say so far and renew their leases; returns those of the owner's that should stop.

        Those are also the ones that somebody has closed meanwhile. A reply that its process no longer writes is not
        renewed, however busy the process is with others.
        """
        if texts:
            # One statement: between two of them Python lets other threads go first, while everybody waits for the lock.
            self._connection.execute(
                "UPDATE replies SET text = said.column2, lease_until = ? "
                f"FROM (VALUES {', '.join(['(?, ?)'] * len(texts))}) AS said WHERE reply_id = said.column1",
                [iso(lease_until), *chain.from_iterable(texts.items())],
            )
        rows = self._connection.execute("SELECT reply_id, stop_asked FROM replies WHERE owner = ?", (owner,))
        asked = {row["reply_id"]: bool(row["stop_asked"]) for row in rows}
        return {reply_id for reply_id in {*asked, *texts} if asked.get(reply_id, True)}

    def ask_stop(self, reply_id: str) -> None:
        """Let the owner know that the reply is not wanted any longer."""
        self._connection.execute("UPDATE replies SET stop_asked = 1 WHERE reply_id = ?", (reply_id,))

    def end(self, reply_id: str) -> None:
        """The reply is closed; its text is in the events."""
        self._connection.execute("DELETE FROM replies WHERE reply_id = ?", (reply_id,))

    def text(self, reply_id: str) -> str:
        """What a reply says so far."""
        row = self._connection.execute("SELECT text FROM replies WHERE reply_id = ?", (reply_id,)).fetchone()
        return str(row["text"]) if row else ""

    def so_far(self, participant_id: str, reply_id: str) -> SoFar | None:
        """What a reply to this participant says; None where there is none of that name."""
        whose = (reply_id, participant_id)
        row = self._connection.execute(
            "SELECT text FROM replies WHERE reply_id = ? AND participant_id = ?", whose
        ).fetchone()
        if row:
            return SoFar(row["text"], is_over=False)
        row = self._connection.execute(
            "SELECT text FROM messages WHERE message_id = ? AND participant_id = ? AND speaker <> 'participant'",
            whose,
        ).fetchone()
        return SoFar(row["text"], is_over=True) if row else None

    def lapsed(self, now: datetime) -> list[RunningReply]:
        """Replies whose process has not renewed its lease."""
        rows = self._connection.execute(
            "SELECT reply_id, participant_id, n, text FROM replies WHERE lease_until < ?", (iso(now),)
        )
        return [RunningReply(row["reply_id"], row["participant_id"], row["n"], row["text"]) for row in rows]
