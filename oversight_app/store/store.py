"""The store: what the rest of the application says to the record, in the study's words.

Reading verbs stand on `Store`. Everything that changes the record goes through `with store.write() as record:`, one
transaction whose events and projections are on disk when the block ends. Rows never leave: values do.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from oversight_app.store import bank, chain, migrations, platform_people, removal, sittings, uptime
from oversight_app.store.bonuses import BonusRows
from oversight_app.store.database import Database
from oversight_app.store.observations import ObservationRows
from oversight_app.store.overview import OverviewRows
from oversight_app.store.replies import ReplyRows, SoFar
from oversight_app.store.spending import Spent, spent
from oversight_app.store.tables import Snapshot
from oversight_app.study.answers import Cell
from oversight_app.study.enrolment import Enrolment, enrolment_of
from oversight_app.study.events import STUDY_STREAM, Event, Happened, ParticipantDeleted, PlanFrozen, iso
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question, Refused
from oversight_app.study.sitting import Sitting
from oversight_app.study.survey import Answer
from oversight_app.study.trial import Message, Trial


class Record:
    """The record inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Made by `Store.write` only."""
        self._connection = connection
        self.replies = ReplyRows(connection)
        self.observations = ObservationRows(connection)
        self.bonuses = BonusRows(connection)

    def append(self, stream: str, events: Sequence[Event], at: datetime | Sequence[datetime]) -> int:
        """Append events to a stream, all of one moment or each of its own; returns its last seq."""
        return chain.append(self._connection, stream, events, at)

    def events_of(self, stream: str, after: int = 0) -> list[Happened]:
        """The events of a stream after a seq."""
        return list(chain.happened(self._connection, stream, after))

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table as they stand in this transaction; `store.tables` names them."""
        return Snapshot(self._connection).rows(table)

    def note_heads(self, at: datetime) -> None:
        """Write into the study's stream where the others stand, so that an end cut off later shows."""
        chain.note_heads(self._connection, at)

    def is_deleted(self, participant_id: str) -> bool:
        """Whether somebody of that code was deleted."""
        return chain.is_removed(self._connection, participant_id)

    def delete_participant(self, participant_id: str, at: datetime) -> ParticipantDeleted | None:
        """Take everything of one participant out of the record, and note it; None where there is nobody."""
        return removal.delete(self._connection, participant_id, at)

    def save_sitting(self, sitting: Sitting, due_at: datetime | None, strand: str | None = None) -> None:
        """Update a sitting's projection."""
        sittings.save_sitting(self._connection, sitting, due_at, strand)

    def save_platform_status(self, participant_id: str, status: str) -> None:
        """Update what a sitting's projection says of the person at their platform."""
        sittings.save_platform_status(self._connection, participant_id, status)

    def save_trials(self, rows: Iterable[tuple[int, Mapping[str, Cell]]]) -> None:
        """Update trials' projections: (n, answer row) each."""
        sittings.save_trials(self._connection, rows)

    def save_message(self, participant_id: str, trial: Trial, message: Message) -> None:
        """Update a message's projection."""
        sittings.save_message(self._connection, participant_id, trial, message)

    def save_call(self, participant_id: str, trial: Trial) -> None:
        """Keep the call of a model, beside the assistant's, that was made last about a trial."""
        sittings.save_call(self._connection, participant_id, trial)

    def save_belief(self, participant_id: str, trial: Trial, at: datetime) -> None:
        """Keep the belief stated last in a trial."""
        sittings.save_belief(self._connection, participant_id, trial, at)

    def save_survey(self, participant_id: str, answers: Mapping[str, Answer]) -> None:
        """Keep a questionnaire's answers."""
        sittings.save_survey(self._connection, participant_id, answers)

    def spent(self, participant_id: str | None = None) -> Spent:
        """What replies to people have used so far, or to this one."""
        return spent(self._connection, participant_id)

    def forget_projections(self) -> None:
        """Empty the tables that can be made again from events."""
        sittings.forget(self._connection)

    def streams(self) -> list[str]:
        """Every stream, in the order of their first events."""
        return chain.streams(self._connection)

    def people_by_cell(self, kind: str) -> Counter[str]:
        """Completed and active people per cell."""
        return sittings.people_by_cell(self._connection, kind)

    def n_places_taken(self, kind: str) -> int:
        """Places held by people who have completed or are on their way."""
        return sittings.n_places_taken(self._connection, kind)

    def turns_taken(self, kind: str, strand: str) -> set[int]:
        """Turns of a strand in use."""
        return sittings.turns_taken(self._connection, kind, strand)

    def n_arrivals(self, kind: str) -> int:
        """People ever assigned."""
        return sittings.n_arrivals(self._connection, kind)

    def save_plan(self, plan: Plan) -> None:
        """Keep the frozen plan."""
        self._connection.execute(
            "INSERT INTO plans (plan_hash, frozen_at, body) VALUES (?, ?, ?)",
            (plan.plan_hash, plan.frozen_at, plan.model_dump_json()),
        )

    def invite(self, invitations: Mapping[str, str], at: datetime) -> None:
        """Keep tokens, each with the participant it stands for."""
        self._connection.executemany(
            "INSERT INTO invitations (token, participant_id, created_at) VALUES (?, ?, ?)",
            [(token, participant_id, iso(at)) for token, participant_id in invitations.items()],
        )

    def person_of_platform(
        self, key: str, participant_id: str, parameters: Mapping[str, str], at: datetime
    ) -> str:
        """The participant that a platform's person is known as; the given id when the person is new."""
        return platform_people.known_as(self._connection, key, participant_id, parameters, at)

    def came_again(self, key: str, parameters: Mapping[str, str], at: datetime) -> None:
        """Keep what a known person's link says, beside what the first one said, where it says something else."""
        platform_people.came_again(self._connection, key, parameters, at)

    def beat(self, process: str, now: datetime, *, tolerance_s: float) -> None:
        """Note that a process is up; a gap longer than the tolerance starts a new interval."""
        uptime.beat(self._connection, process, now, tolerance_s)

    def was_up(self, moment: datetime, *, tolerance_s: float) -> bool:
        """Whether some process was up at a moment."""
        return uptime.was_up(self._connection, moment, tolerance_s)

    def see(self, participant_ids: Iterable[str], now: datetime) -> None:
        """Note who has the page open."""
        uptime.see(self._connection, participant_ids, now)

    def enrolment(self, planned: int | None) -> Enrolment:
        """Where enrolment stands in a study planned with so many places."""
        return enrolment_of(chain.by_researchers(self._connection), planned)


class Store:
    """One study's record."""

    def __init__(self, database: Database) -> None:
        """Use `Store.open`."""
        self._database, self.path = database, database.path

    @classmethod
    def open(cls, path: Path, *, synchronous: str = "FULL", max_pages: int | None = None) -> Self:
        """Open a study's file, made and migrated where needed. Usable as a context manager."""
        migrations.migrate(path)
        return cls(Database(path, synchronous=synchronous, max_pages=max_pages))

    def for_reading(self) -> Self:
        """The same record by connections of its own that can change nothing; to be closed, too."""
        return type(self)(Database(self.path, is_read_only=True))

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def give_back_pages(self) -> None:
        """Leave nothing of what was deleted in the file's free pages or its log; raises StoreError."""
        with self._database.reading() as connection:
            removal.give_back_pages(connection)

    @contextmanager
    def write(self) -> Iterator[Record]:
        """One transaction; on disk when the block ends, undone when it raises."""
        with self._database.writing() as connection:
            yield Record(connection)

    # -- study, bank and plan ----------------------------------------------------

    def create_study(self, study_id: str, at: datetime) -> None:
        """Name the study; once."""
        with self._database.writing() as connection:
            connection.execute("INSERT INTO study (study_id, created_at) VALUES (?, ?)", (study_id, iso(at)))

    def study_id(self) -> str:
        """The study's name; empty before `create_study`."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT study_id FROM study").fetchone()
            return str(row["study_id"]) if row else ""

    def save_questions(
        self, questions: Iterable[Question], refused: Sequence[Refused], *, source: str, at: datetime
    ) -> None:
        """Keep what an import read, good and refused, in one transaction."""
        with self._database.writing() as connection:
            bank.save(connection, questions, source=source, at=iso(at))
            bank.save_refused(connection, refused, source=source, at=iso(at))

    def questions(self) -> list[Question]:
        """All questions in the order of their import."""
        with self._database.reading() as connection:
            return bank.questions(connection)

    def refused(self) -> list[Refused]:
        """What the imports refused."""
        with self._database.reading() as connection:
            return bank.refused(connection)

    def plan(self) -> Plan | None:
        """The frozen plan, or None before `plan`."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT body FROM plans").fetchone()
            return Plan.model_validate_json(row["body"]) if row else None

    def frozen(self) -> PlanFrozen | None:
        """The freezing of the plan, with its hashes; None before, and in a record made by hand.

        A later release may know more fields of a plan, and would compute another hash of the same one.
        """
        events = (item.event for item in self.events_of(STUDY_STREAM))
        return next((event for event in events if isinstance(event, PlanFrozen)), None)

    def is_planned(self) -> bool:
        """Whether the plan is frozen."""
        with self._database.reading() as connection:
            return connection.execute("SELECT 1 FROM plans").fetchone() is not None

    # -- people and streams -------------------------------------------------------

    def participant_of(self, token: str) -> str | None:
        """Whom an invitation's token stands for."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT participant_id FROM invitations WHERE token = ?", (token,)
            ).fetchone()
            return str(row["participant_id"]) if row else None

    def person_of_platform(self, key: str) -> str | None:
        """The participant that a platform's person is known as; None for somebody new."""
        with self._database.reading() as connection:
            return platform_people.person(connection, key)

    def people_of(self, given: str) -> set[str]:
        """The participants on record whose code this is, or in whose platform's link it stands."""
        with self._database.reading() as connection:
            return removal.people_of(connection, given)

    def invitations(self) -> dict[str, str]:
        """Every token with its participant."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT token, participant_id FROM invitations ORDER BY rowid")
            return {row["token"]: row["participant_id"] for row in rows}

    def events_of(self, stream: str = STUDY_STREAM, after: int = 0) -> list[Happened]:
        """The events of a stream after a seq."""
        with self._database.reading() as connection:
            return list(chain.happened(connection, stream, after))

    def heads(self) -> dict[str, str]:
        """The hash of each stream's last event."""
        with self._database.reading() as connection:
            return chain.heads(connection)

    def by_researchers(self, kind: str = "") -> list[Happened]:
        """What researchers did while the study ran, in every stream, or of one kind."""
        with self._database.reading() as connection:
            return list(chain.by_researchers(connection, kind))

    def due(self, now: datetime) -> list[str]:
        """Participants for whom time has brought something about."""
        with self._database.reading() as connection:
            return sittings.due(connection, now)

    def n_places_taken(self, kind: str = "human") -> int:
        """Places held by people of a kind who have completed or are on their way."""
        with self._database.reading() as connection:
            return sittings.n_places_taken(connection, kind)

    def spent(self, participant_id: str | None = None) -> Spent:
        """What replies to people have used so far, or to this one."""
        with self._database.reading() as connection:
            return spent(connection, participant_id)

    def reply_text(self, reply_id: str) -> str:
        """What a running reply says so far."""
        with self._database.reading() as connection:
            return ReplyRows(connection).text(reply_id)

    def reply_so_far(self, participant_id: str, reply_id: str) -> SoFar | None:
        """What a reply to this participant says; None where there is none of that name."""
        with self._database.reading() as connection:
            return ReplyRows(connection).so_far(participant_id, reply_id)

    # -- tables ---------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The record as it stands now, for as long as the block lasts, whatever participants do meanwhile."""
        with self._database.reading() as connection:
            connection.execute("BEGIN")
            try:
                yield Snapshot(connection)
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def overview(self) -> Iterator[OverviewRows]:
        """The counts that the console shows, as they stand now, for as long as the block lasts."""
        with self.snapshot() as moment:
            yield OverviewRows(moment.connection)

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a projection or view in stable order; `store.tables` names them."""
        with self._database.reading() as connection:
            yield from Snapshot(connection).rows(table)
