"""How long an export takes: the promise is 1,000 people and 40 questions in under 10 seconds on 2 cores.

A few people walk the study by rehearsal; the rest are copies of their streams under other ids, projections made again
with them. So every row is one that the tool wrote.
"""

import sqlite3
import tempfile
import time
from pathlib import Path

from oversight_app.clock import SystemClock
from oversight_app.export import export_study
from oversight_app.export_files.codebooks import Beside
from oversight_app.export_files.public import Public
from oversight_app.rehearsal import rehearse
from oversight_app.store import Store
from tests.bench import Figure
from tests.bench.rehearsal import TASKS, with_long_passage
from tests.builders import make_design, make_plan, make_questions, make_store

PARTICIPANTS = 1_000
WALKED = 20
PROMISED_S = 10.0
_COPIED = ("events", "sittings", "trials", "messages", "calls", "beliefs", "survey", "observations")


def thousandfold(record: Path, n: int) -> None:
    """Copy everybody's rows under other ids until there are `n` people; the copied chains would not verify."""
    with sqlite3.connect(record) as db:
        people = [row[0] for row in db.execute("SELECT participant_id FROM sittings ORDER BY participant_id")]
        for table in _COPIED:
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            keys = [
                name for name in names if (name.endswith("_id") and name not in _KEPT) or name == "stream"
            ]
            # An observation's own number goes on by itself.
            names = [name for name in names if (table, name) != ("observations", "observation_id")]
            cells = ", ".join(f"{name} || ?1" if name in keys else name for name in names)
            owner = "stream" if table == "events" else "participant_id"
            for copy in range(1, n // len(people)):
                db.execute(
                    f"INSERT INTO {table} ({', '.join(names)}) SELECT {cells} FROM {table} "
                    f"WHERE {owner} IN ({', '.join('?' * len(people))})",
                    (f"x{copy}", *people),
                )


_KEPT = ("study_id", "question_id", "passage_id", "request_id", "batch_id")


def run() -> list[Figure]:
    """An export as it is always made, one with everything beside it, and a public one."""
    questions = [with_long_passage(question) for question in make_questions(n_mmlu=60, n_passages=30)]
    plan = make_plan(make_design(tasks=TASKS), questions)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_store(folder, plan, questions).close()
        record = rehearse(folder, WALKED, 1).folder / "study.db"
        thousandfold(record, PARTICIPANTS)
        figures = []
        for what, beside, public in (
            ("exporting a study", None, None),
            ("with wide table and Parquet", Beside(wide=True, parquet=True), None),
            ("for the public, with scrubbed text", None, Public(with_text=True)),
        ):
            with Store.open(record) as store:
                started = time.perf_counter()
                made = export_study(
                    store,
                    folder / what.replace(" ", "-"),
                    at=SystemClock().now(),
                    beside=beside,
                    public=public,
                )
                seconds = time.perf_counter() - started
            promised = f", promised under {PROMISED_S:.0f} s" if not (beside or public) else ""
            note = f"{PARTICIPANTS:,} people, {made.n_answers:,} answers{promised}"
            figures.append(Figure(what, seconds, "s", note))
    return figures
