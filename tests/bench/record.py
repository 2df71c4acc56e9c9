"""How long it takes to prove, export and back up a large study: 1,000 people with 40 questions each in one database.

A hundred people are rehearsed, and nine hundred more have done the same under codes of their own: to chains, tables and
files that is all one. The promise is 10 s for each, on two cores that have nothing else to do.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

from oversight_app import planning
from oversight_app.backups import make_backup
from oversight_app.clock import SimulatedClock, SystemClock
from oversight_app.deleting import delete_participant
from oversight_app.export import export_study
from oversight_app.projections import rebuild
from oversight_app.rehearsal import rehearse
from oversight_app.store import chain
from oversight_app.study.events import STUDY_STREAM
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import verify_study
from tests.bench import Figure
from tests.bench.rehearsal import TASKS, with_long_passage
from tests.builders import START, make_design, make_materials, make_questions

REHEARSED = 100
PARTICIPANTS = 1_000
PROMISED_S = 10.0


def large_study(parent: Path) -> Path:
    """The study's folder."""
    questions = [with_long_passage(question) for question in make_questions(n_mmlu=60, n_passages=30)]
    plain = StudyFolder(parent / "plain")
    plain.path.mkdir()
    with plain.open_store() as store:
        store.create_study("bench", START)
        store.save_questions(questions, [], source="bench", at=START)
        planning.freeze(store, make_design(tasks=TASKS), make_materials(), clock=SimulatedClock(START))
    study = rehearse(plain.path, REHEARSED, 1, parent / "study").folder
    multiply(study / "study.db", PARTICIPANTS // REHEARSED - 1)
    with StudyFolder(study).open_store() as store:
        rebuild(store)
    return study


def multiply(path: Path, times: int) -> None:
    """Let everybody's doings be done again by so many others."""
    dice = Random(1)
    with closing(sqlite3.connect(path)) as connection:
        people = [
            name
            for (name,) in connection.execute(
                "SELECT DISTINCT stream FROM events WHERE stream <> ?", (STUDY_STREAM,)
            )
        ]
        for person in people:
            rows = connection.execute(
                "SELECT seq, kind, version, at, body FROM events WHERE stream = ? ORDER BY seq", (person,)
            ).fetchall()
            for _ in range(times):
                code = "".join(dice.choices("abcdefghijkmnpqrstuvwxyz23456789", k=8))
                last, copies = chain.GENESIS, []
                for seq, kind, version, at, body in rows:
                    theirs = body.replace(person, code)
                    link = chain.row_hash(last, code, seq, kind, version, at, theirs)
                    copies.append((code, seq, kind, version, at, theirs, last, link))
                    last = link
                connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", copies)
        connection.commit()


def timed(act: Callable[[], object]) -> float:
    """The seconds that it takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def run() -> list[Figure]:
    """Export, verify the record, verify it with its export, back it up, delete one person."""
    with tempfile.TemporaryDirectory() as name:
        study = large_study(Path(name))
        at = SystemClock().now()
        with StudyFolder(study).open_store() as store:
            export_s = timed(lambda: export_study(store, study / "exports" / "first", at=at))
            size = (study / "study.db").stat().st_size / 1e6
            verify_s = timed(lambda: proven(study))
            both_s = timed(lambda: proven(study, study / "exports" / "first"))
            backup_s = timed(lambda: make_backup(study, at=at))
            (one,) = list(store.rows("sittings"))[:1]
            delete_s = timed(
                lambda: delete_participant(
                    StudyFolder(study), store, str(one["participant_id"]), clock=SystemClock()
                )
            )
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    note = f"{PARTICIPANTS:,} people, 40 questions and 4 of practice, {size:.0f} MB; {load}"
    promise = f"promised under {PROMISED_S:.0f} s"
    return [
        Figure("exporting", export_s, "s", f"{promise}; {note}"),
        Figure("verifying the record", verify_s, "s", promise),
        Figure("verifying the record and its export", both_s, "s", promise),
        Figure("backing it up, proven", backup_s, "s", "chains and file; its tables are not made again"),
        Figure("deleting one person", delete_s, "s", "the file written anew; copies looked through"),
    ]


def proven(study: Path, export: Path | None = None) -> None:
    """Verify, and fail where anything is found."""
    found = verify_study(study, export=export).findings
    if found:
        raise AssertionError(f"{len(found)} findings, the first is {found[0]}")


if __name__ == "__main__":
    for figure in run():
        print(f"{figure.name:40} {figure.value:8.2f} {figure.unit}  {figure.note}")
