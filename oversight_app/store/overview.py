"""What the console asks of the record: counts, and one page of people, always from the projections.

Everything is counted in SQL and by indexes where there are many rows, because the page that asks comes back every few
seconds beside a server that people wait for.
"""

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from oversight_app.store.bonuses import BonusRows
from oversight_app.store.tables import TABLES
from oversight_app.study.design import Outcome
from oversight_app.study.events import iso
from oversight_app.study.overview import (
    CONNECTED_WITHIN,
    FAST_S,
    UNDER_WAY,
    Accuracy,
    CellCount,
    Flags,
    Latency,
    Pace,
    Person,
    Step,
    Wanted,
    funnel,
)

_STUDY = "is_practice = 0 AND is_attention_check = 0"
_STATUS = f"CASE WHEN outcome = '' THEN '{UNDER_WAY}' ELSE outcome END"
_LATEST_REPLIES = 200
_TURNS = (
    "'ConsentGiven', 'ScreeningAnswered', 'InstructionsRead', 'ComprehensionAnswered', 'ParticipantAssigned', "
    "'NextAsked', 'PassageShown', 'PassageRead', 'TrialShown', 'TrialClosed', 'FeedbackRead', 'SurveyAnswered', "
    "'DebriefRead', 'SittingEnded'"
)
"""Events that bring another page."""


class OverviewRows:
    """The record's counts at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Made by `Store.overview` only."""
        self._connection = connection
        # As in an export: simulated ones are counted where there is nobody else, as in a rehearsal.
        is_rehearsal = connection.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM sittings WHERE kind = 'human') "
            "AND EXISTS (SELECT 1 FROM sittings WHERE kind = 'simulated')"
        ).fetchone()[0]
        self.kind = "simulated" if is_rehearsal else "human"
        self._people = f"kind = '{self.kind}'"

    def cells(self) -> tuple[CellCount, ...]:
        """People by cell and status."""
        rows = self._connection.execute(
            f"SELECT cell, {_STATUS} AS status, count(*) AS n FROM sittings WHERE {self._people} "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return tuple(CellCount(row["cell"], row["status"], row["n"]) for row in rows)

    def funnel(self) -> tuple[Step, ...]:
        """How far people came."""
        row = self._connection.execute(
            "SELECT count(*) AS came, count(nullif(consent_hash, '')) AS agreed, "
            "sum(stage = 'ready' OR cell <> '') AS passed, "
            "sum(cell <> '') AS began, sum(outcome = ?) AS completed FROM sittings "
            f"WHERE {self._people}",
            (Outcome.COMPLETED.value,),
        ).fetchone()
        (invited,) = self._connection.execute("SELECT count(*) FROM invitations").fetchone()
        (halfway,) = self._connection.execute(
            f"SELECT count(*) FROM sittings s WHERE {self._people} AND cell <> '' AND 2 * n_closed >= "
            "(SELECT max(n) FROM trials t WHERE t.participant_id = s.participant_id)"
        ).fetchone()
        # Whoever came from a platform needed no link.
        return funnel(
            (
                max(invited, row["came"]),
                row["agreed"],
                row["passed"] or 0,
                row["began"] or 0,
                halfway,
                row["completed"] or 0,
            )
        )

    def n_connected(self, now: datetime) -> int:
        """How many people have the page open."""
        row = self._connection.execute(
            "SELECT count(*) AS n FROM connections WHERE seen_at >= ?", (iso(now - CONNECTED_WITHIN),)
        ).fetchone()
        return int(row["n"])

    def pace(self) -> Pace:
        """How long it took those who completed, from consent to the end."""
        rows = self._connection.execute(
            f"SELECT started_at, ended_at FROM sittings WHERE {self._people} AND outcome = ? "
            "AND started_at IS NOT NULL",
            (Outcome.COMPLETED.value,),
        )
        return Pace.of(
            [(_moment(row["ended_at"]) - _moment(row["started_at"])).total_seconds() for row in rows]
        )

    def flags(self) -> Flags:
        """What deserves a look."""
        rows = self._connection.execute(
            "SELECT is_attention_check AS is_check, status, count(*) AS n, sum(response_time_s < ?) AS n_fast, "
            f"sum({_FAILED_CHECK}) AS n_failed FROM trials "
            "WHERE participant_kind = ? AND is_practice = 0 AND status <> '' GROUP BY 1, 2",
            (FAST_S, self.kind),
        ).fetchall()
        answers = [row for row in rows if not row["is_check"]]
        n_checks_failed = sum(row["n_failed"] for row in rows)
        return Flags(
            n_answers=sum(row["n"] for row in answers),
            n_fast=sum(row["n_fast"] or 0 for row in answers if row["status"] == "answered"),
            n_timed_out=sum(row["n"] for row in answers if row["status"].startswith("timed_out")),
            n_void=sum(row["n"] for row in answers if row["status"] == "void"),
            n_abandoned=sum(row["n"] for row in answers if row["status"] == "abandoned"),
            n_checks=sum(row["n"] for row in rows if row["is_check"]),
            n_checks_failed=n_checks_failed,
            n_people_failed=self._n_people_failed() if n_checks_failed else 0,
        )

    def _n_people_failed(self) -> int:
        row = self._connection.execute(
            "SELECT count(DISTINCT participant_id) AS n FROM trials "
            f"WHERE participant_kind = ? AND is_practice = 0 AND {_FAILED_CHECK}",
            (self.kind,),
        ).fetchone()
        return int(row["n"])

    def latency(self) -> Latency:
        """How fast the assistant answered people lately."""
        rows = self._connection.execute(
            "SELECT first_text_s, total_s FROM (SELECT * FROM messages ORDER BY rowid DESC LIMIT ?) "
            "WHERE status = 'complete' AND prompt_hash IS NOT NULL AND total_s IS NOT NULL",
            (_LATEST_REPLIES,),
        ).fetchall()
        first = [row["first_text_s"] for row in rows if row["first_text_s"] is not None]
        return Latency.of(first, [row["total_s"] for row in rows])

    def troubles(self) -> dict[str, int]:
        """Replies that failed or broke off, by what was wrong."""
        return {row["trouble"]: row["n"] for row in self._connection.execute(TABLES["troubles"])}

    def accuracy(self) -> tuple[Accuracy, ...]:
        """How often people were right so far. Only for whoever may see it."""
        rows = self._connection.execute(
            "SELECT condition, task, sum(coalesce(correct, 0)) AS n_correct, count(*) AS n_trials FROM trials "
            f"WHERE participant_kind = ? AND {_STUDY} AND status NOT IN ('', 'abandoned', 'void') "
            "GROUP BY 1, 2 ORDER BY 2, 1",
            (self.kind,),
        )
        return tuple(Accuracy(**dict(row)) for row in rows)

    # -- people -----------------------------------------------------------------------------------------

    def n_people(self, wanted: Wanted, now: datetime) -> int:
        """How many there are of the wanted ones."""
        where, values = _where(wanted, now, self.kind)
        row = self._connection.execute(
            f"SELECT count(*) AS n FROM sittings s LEFT JOIN connections c USING (participant_id) WHERE {where}",
            values,
        ).fetchone()
        return int(row["n"])

    def people(self, wanted: Wanted, now: datetime) -> list[Person]:
        """One page of the wanted people: those under way first, and of these whoever did something last."""
        where, values = _where(wanted, now, self.kind)
        rows = self._connection.execute(
            "SELECT s.participant_id, s.kind, s.cell, s.stage, s.outcome, s.n_closed, s.last_sign_at, s.started_at, "
            "s.ended_at, s.platform_status, c.seen_at, "
            "(SELECT max(n) FROM trials t WHERE t.participant_id = s.participant_id) AS n_trials, "
            "(SELECT at FROM events e WHERE e.stream = s.participant_id "
            f"AND e.kind IN ({_TURNS}) ORDER BY seq DESC LIMIT 1) AS page_since, "
            "(SELECT count(*) FROM messages m WHERE m.participant_id = s.participant_id "
            "AND m.status IN ('failed', 'interrupted')) AS n_troubles "
            "FROM sittings s LEFT JOIN connections c USING (participant_id) "
            f"WHERE {where} ORDER BY s.outcome <> '', coalesce(s.last_sign_at, s.ended_at) DESC, s.participant_id "
            "LIMIT ? OFFSET ?",
            (*values, wanted.per_page, wanted.offset),
        ).fetchall()
        return [self._person(row) for row in rows]

    def _person(self, row: sqlite3.Row) -> Person:
        trials = self._connection.execute(
            "SELECT response_time_s, is_attention_check AS is_check, status, "
            f"{_FAILED_CHECK} AS failed FROM trials WHERE participant_id = ? AND is_practice = 0 AND status <> ''",
            (row["participant_id"],),
        ).fetchall()
        times = sorted(
            trial["response_time_s"]
            for trial in trials
            if trial["status"] == "answered"
            and not trial["is_check"]
            and trial["response_time_s"] is not None
        )
        half = len(times) // 2
        middle = None if not times else times[half] if len(times) % 2 else (times[half - 1] + times[half]) / 2
        return Person(
            participant_id=row["participant_id"],
            kind=row["kind"],
            cell=row["cell"],
            stage=row["stage"],
            outcome=row["outcome"],
            n_closed=row["n_closed"],
            n_trials=row["n_trials"] or 0,
            page_since=_time(row["page_since"]),
            last_sign_at=_time(row["last_sign_at"]),
            seen_at=_time(row["seen_at"]),
            started_at=_time(row["started_at"]),
            ended_at=_time(row["ended_at"]),
            n_fast=sum(time < FAST_S for time in times),
            n_checks_failed=sum(trial["failed"] for trial in trials),
            n_troubles=row["n_troubles"],
            median_response_s=middle,
            platform_status=row["platform_status"] or "",
        )

    def payments(self) -> Iterator[dict[str, object]]:
        """Who came, by the name that their platform knows, how it ended and how long it took."""
        rows = self._connection.execute(
            "SELECT s.participant_id, coalesce(p.latest_parameters, p.parameters) AS parameters, "
            "s.outcome, s.cell, s.started_at, s.ended_at FROM sittings s "
            f"LEFT JOIN platform_ids p USING (participant_id) WHERE {self._people} "
            "ORDER BY coalesce(s.started_at, s.ended_at), s.participant_id"
        )
        for row in rows:
            yield dict(row)

    def bonus_files(self) -> dict[tuple[str, str], str]:
        """The bonus file in which each part of what people are owed was listed, by participant and part."""
        return BonusRows(self._connection).listed()


_FAILED_CHECK = (
    "(is_attention_check = 1 AND coalesce(correct, 0) = 0 AND status NOT IN ('', 'abandoned', 'void'))"
)


def _where(wanted: Wanted, now: datetime, kind: str) -> tuple[str, tuple[object, ...]]:
    parts, values = ["s.kind = ?"], list[object]([kind])
    if wanted.status:
        parts.append("s.outcome = ?")
        values.append("" if wanted.status == UNDER_WAY else wanted.status)
    if wanted.cell:
        parts.append("s.cell = ?")
        values.append(wanted.cell)
    if wanted.search:
        parts.append("instr(s.participant_id, ?) > 0")
        values.append(wanted.search)
    if wanted.connected_only:
        parts.append("c.seen_at >= ?")
        values.append(iso(now - CONNECTED_WITHIN))
    return " AND ".join(parts), tuple(values)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
