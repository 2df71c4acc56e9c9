"""Observations: what pages say of behaviour, a row each, beside the record and never folded into it.

They come in batches. A page that heard nothing of its batch's arrival sends it again, so each row carries the name of
its batch, and a batch that is there already is not stored twice.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from oversight_app.study.events import iso


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation as it is kept; `body` is canonical JSON."""

    trial_id: str
    kind: str
    body: str


class ObservationRows:
    """The observations, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Over one connection."""
        self._connection = connection

    def add(self, participant_id: str, batch: str, observations: Sequence[Observation], at: datetime) -> None:
        """Keep a batch."""
        self._connection.executemany(
            "INSERT INTO observations (participant_id, batch, trial_id, at, kind, body) VALUES (?, ?, ?, ?, ?, ?)",
            [(participant_id, batch, seen.trial_id, iso(at), seen.kind, seen.body) for seen in observations],
        )

    def has(self, participant_id: str, batch: str) -> bool:
        """Whether a batch was kept before."""
        row = self._connection.execute(
            "SELECT 1 FROM observations WHERE participant_id = ? AND batch = ? LIMIT 1",
            (participant_id, batch),
        ).fetchone()
        return row is not None

    def n_of(self, participant_id: str) -> int:
        """How many observations of a participant are kept."""
        row = self._connection.execute(
            "SELECT count(*) FROM observations WHERE participant_id = ?", (participant_id,)
        ).fetchone()
        return int(row[0])
