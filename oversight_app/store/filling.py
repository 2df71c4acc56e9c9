"""Columns that came later, filled from the events, which said it all along."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite_utils


def fill_messages(db: sqlite_utils.Database) -> None:
    """Fill what was asked and answered, and what was visible, in `messages`."""
    events = db.query("SELECT kind, body FROM events WHERE kind IN ('ReplyBegun', 'ReplyClosed')")
    for row in list(events):
        body = json.loads(row["body"])
        # A reply's id is its trial's, a dot, and its number in it.
        place = (body["reply_id"].rpartition(".")[0], body["reply_id"])
        if row["kind"] == "ReplyBegun":
            db.execute(
                "UPDATE messages SET model_asked = ?, visible = ? WHERE trial_id = ? AND message_id = ?",
                (body["model"], " ".join(body["visible"]) or None, *place),
            )
        else:
            db.execute(
                "UPDATE messages SET model_answered = ? WHERE trial_id = ? AND message_id = ?",
                (body.get("model_answered") or None, *place),
            )
