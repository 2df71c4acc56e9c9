"""What the assistant's replies have used, counted from the record: no process holds a sum of its own.

A reply whose tokens its service has counted stands with them. One that is being written, was stopped or broke off
stands with what was reserved for it, the most that it can cost; one that the service never began costs nothing. What
judges are asked has its cost on record with each call. Models that answer alone are not counted here: nobody waits for
them, and their runs are the researcher's own.
"""

import sqlite3
from dataclasses import dataclass

from oversight_app.study.trouble import UNBILLED


@dataclass(frozen=True, slots=True)
class Spent:
    """The tokens that services have counted, and the reservations of the replies of which they did not say."""

    tokens_in: int
    tokens_cached: int
    tokens_cache_written: int
    tokens_out: int
    reserved_usd: float
    n_counted: int
    n_uncounted: int
    """Replies that may have cost something, and that no service has counted."""
    judges_usd: float = 0.0
    """What the judges' own calls have cost, as far as their price is known; of the whole study only."""
    n_judge_calls: int = 0


_NEVER_BEGUN = ", ".join(f"'{trouble.value}'" for trouble in UNBILLED)
_REPLIES = (
    "SELECT m.tokens_in, m.tokens_cached, m.tokens_cache_written, m.tokens_out, m.reserved_usd, "
    "m.tokens_in IS NOT NULL AND m.tokens_out IS NOT NULL AS counted "
    "FROM messages m JOIN sittings s USING (participant_id) "
    "WHERE m.prompt_hash IS NOT NULL AND s.kind <> 'model' "
    f"AND NOT (m.text = '' AND coalesce(m.trouble, '') IN ({_NEVER_BEGUN}))"
)
_OF_ONE = " AND m.participant_id = ?"
_SUMS = (
    "SELECT "
    + ", ".join(
        f"coalesce(sum(CASE WHEN counted THEN {name} END), 0) AS {name}"
        for name in ("tokens_in", "tokens_cached", "tokens_cache_written", "tokens_out")
    )
    + ", coalesce(sum(CASE WHEN NOT counted THEN reserved_usd END), 0.0) AS reserved_usd, "
    "coalesce(sum(counted), 0) AS n_counted, coalesce(sum(NOT counted), 0) AS n_uncounted FROM "
)


_JUDGES = (
    "SELECT coalesce(sum(cost_usd), 0.0) AS judges_usd, count(*) AS n_judge_calls FROM calls "
    "WHERE purpose LIKE 'judge%'"
)


def spent(connection: sqlite3.Connection, participant_id: str | None = None) -> Spent:
    """What replies have used so far, and judges: all of them, or the replies to one participant."""
    if participant_id is not None:
        row = connection.execute(f"{_SUMS} ({_REPLIES}{_OF_ONE})", (participant_id,)).fetchone()
        return Spent(**dict(row))
    row = connection.execute(f"{_SUMS} ({_REPLIES})").fetchone()
    return Spent(**dict(row), **dict(connection.execute(_JUDGES).fetchone()))
