"""The record as tables, for whoever reads it whole: the export, status, transcripts.

Each table is one query in a stable order, with the columns of the export contract where the contract has the table. A
`Snapshot` answers all of them from one moment, also while participants go on.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from oversight_app.store import chain
from oversight_app.study.enrolment import Enrolment, enrolment_of
from oversight_app.study.page_times import KINDS, TOLD
from oversight_app.study.trouble import SPENDING_CAP


class Snapshot:
    """The record as it stood at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Made by `Store.snapshot` only."""
        self.connection = connection

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table; its names are the keys of `TABLES`."""
        # A row's own names are searched one after the other for every cell, which is most of a wide table's time.
        found = self.connection.cursor()
        found.row_factory = None
        found.execute(TABLES[table])
        names = [column[0] for column in found.description]
        for row in found:
            yield dict(zip(names, row, strict=True))

    def heads(self) -> dict[str, str]:
        """The hash of each stream's last event."""
        return chain.heads(self.connection)

    def enrolment(self, planned: int | None) -> Enrolment:
        """Where enrolment stands in a study planned with so many places."""
        return enrolment_of(chain.by_researchers(self.connection), planned)

    def n_invited(self) -> int:
        """How many links were made."""
        return int(self.connection.execute("SELECT count(*) FROM invitations").fetchone()[0])

    def n_deleted(self) -> int:
        """How many people were deleted from the record."""
        return len(chain.removed(self.connection))

    def platform_ids(self) -> set[str]:
        """What platforms call people and their sessions, and the tokens of links: to be looked for in texts."""
        found = {row[0] for row in self.connection.execute("SELECT token FROM invitations")}
        for key, *said in self.connection.execute(
            "SELECT platform_key, parameters, latest_parameters FROM platform_ids"
        ):
            found.add(key.partition("=")[2])
            for parameters in said:
                found.update(str(value) for value in json.loads(parameters or "{}").values())
        return found


# In the projections an empty text means "not yet" or "none"; in a table that leaves the study it is a missing value.
# A model has no consent, no comprehension check and nothing to withdraw from: for it these are missing, not 0.
_PARTICIPANTS = (
    "SELECT s.participant_id, s.kind AS participant_kind, nullif(s.cell, '') AS cell, s.assigned_at, s.started_at, "
    "s.ended_at, nullif(s.outcome, '') AS outcome, s.n_closed, "
    "CASE WHEN s.kind = 'model' THEN NULL ELSE s.n_comprehension END AS comprehension_attempts, "
    "(SELECT sum(coalesce(correct, 0) = 0 AND status NOT IN ('abandoned', 'void')) FROM trials t "
    "WHERE t.participant_id = s.participant_id AND is_attention_check = 1 AND status <> '') AS n_attention_failed, "
    "nullif(s.consent_hash, '') AS consent_hash, CASE WHEN s.kind = 'model' THEN NULL ELSE s.withdrew END AS withdrew, "
    "s.external_help AS external_help_reported, s.keeps_data, s.simulated_by, s.platform_status FROM sittings s "
    "ORDER BY coalesce(assigned_at, started_at), participant_id"
)

# A reply of the assistant is one call; `attempt` is the one that ended it. Its text stands in `messages`; calls of
# models that answer alone, read or judge bring theirs along. The first records have answers alone among the messages.
_MODEL_CALLS = (
    "SELECT m.message_id AS call_id, m.trial_id, m.participant_id, "
    "CASE WHEN t.participant_kind = 'model' THEN 'answer' ELSE 'reply' END AS purpose, m.provider, "
    "coalesce(m.model_asked, m.model) AS model, t.method, "
    "m.attempts AS attempt, m.at AS started_at, m.first_text_s, m.total_s, m.tokens_in, m.tokens_cached, m.tokens_out, "
    "m.tokens_cache_written, m.tokens_reasoning, m.finish_reason, m.request_id, m.status, m.error, m.prompt_hash, "
    "m.prompt, m.model_answered, NULL AS text, m.trouble, m.queued_s, NULL AS batch_id "
    "FROM messages m JOIN trials t USING (trial_id) WHERE m.prompt_hash IS NOT NULL "
    # Where the money was spent, nobody was called.
    f"AND coalesce(m.finish_reason, '') <> '{SPENDING_CAP}' "
    "UNION ALL "
    "SELECT c.call_id, c.trial_id, c.participant_id, c.purpose, c.provider, c.model, t.method, "
    "c.attempts, c.asked_at, NULL, c.total_s, c.tokens_in, c.tokens_cached, c.tokens_out, "
    "c.tokens_cache_written, c.tokens_reasoning, c.finish_reason, c.request_id, c.status, c.error, c.prompt_hash, "
    "c.prompt, c.model_answered, c.text, NULL, NULL, c.batch_id FROM calls c JOIN trials t USING (trial_id) "
    "ORDER BY started_at, call_id"
)

_TROUBLES = (
    "SELECT coalesce(trouble, 'other') AS trouble, count(*) AS n FROM messages "
    "WHERE status IN ('failed', 'interrupted') GROUP BY 1 ORDER BY 1"
)


def _listed(kinds: Iterable[str]) -> str:
    return ", ".join(repr(kind) for kind in sorted(kinds))


TABLES = {
    "answers": "SELECT * FROM answers",
    "sittings": "SELECT * FROM sittings ORDER BY coalesce(assigned_at, started_at), participant_id",
    "participants": _PARTICIPANTS,
    "trials": "SELECT * FROM trials ORDER BY participant_id, n",
    "messages": "SELECT * FROM messages ORDER BY trial_id, seq",
    "beliefs": "SELECT * FROM beliefs ORDER BY trial_id, seq",
    "survey": "SELECT * FROM survey ORDER BY participant_id, rank",
    "observations": "SELECT * FROM observations ORDER BY participant_id, observation_id",
    "model_calls": _MODEL_CALLS,
    "troubles": _TROUBLES,
    "questions": "SELECT questions.*, passages.passage_id, passages.title AS passage_title, "
    "passages.text AS passage_text, passages.license AS passage_license, "
    "passages.author AS passage_author, passages.source AS passage_source, passages.url AS passage_url "
    "FROM questions LEFT JOIN passages USING (passage_hash) ORDER BY rank",
    "platform_ids": "SELECT * FROM platform_ids ORDER BY platform_key",
    "events": "SELECT * FROM events ORDER BY stream, seq",
    # Most of what happens turns no page, and most of the rest need not be opened.
    "page_events": "SELECT stream, kind, at, "
    f"CASE WHEN kind IN ({_listed(TOLD)}) THEN body END AS body FROM events "
    f"WHERE kind IN ({_listed(KINDS)}) ORDER BY stream, seq",
}
