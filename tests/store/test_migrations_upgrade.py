"""A study that was begun with the release before the protocols goes on with this one.

Its file is made here as that release made it: the first four migrations only, and rows and events without what came
later.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.export import export_study
from oversight_app.proctor import Proctor
from oversight_app.projections import rebuild
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.replies import Replies
from oversight_app.status import status_of
from oversight_app.store import Store, chain, migrations
from oversight_app.study.events import STUDY_STREAM, canonical, iso
from oversight_app.study.page import EndPage, QuestionPage, SurveyPage
from oversight_app.study.sitting import Stage
from tests.builders import (
    START,
    STUDY_ID,
    finish,
    make_clock,
    make_design,
    make_plan,
    make_proctor,
    seat,
)
from tests.study.test_plan import as_frozen_before

ROWS = ("sittings", "trials", "messages", "answers")
LATER_FIELDS: dict[str, tuple[str, ...]] = {
    "ConsentGiven": ("asks_screening",),
    "DraftSaved": ("probabilities", "reason"),
    "TrialClosed": ("reason",),
    "ParticipantWithdrew": ("keeps_data",),
}
LATER_TRIAL_FIELDS = ("reading_s", "min_time_s", "is_answer_first", "expected")
OLD_PLAN_HASH = "f" * 64

Happened = tuple[str, str, str, str]
"""Stream, kind, time and body, as that release wrote them."""


def answer(proctor: Proctor, participant_id: str, *, until: int) -> None:
    """Answer questions up to this one, and leave that with a draft."""
    while True:
        page = proctor.page(participant_id)
        proctor.clock.sleep(5)
        sitting = proctor.sitting(participant_id)
        match sitting.stage:
            case Stage.REST:
                proctor.go_on(participant_id)
            case Stage.FEEDBACK:
                proctor.read_feedback(participant_id, sitting.trial.plan.n)
            case Stage.TRIAL if isinstance(page, QuestionPage) and page.n < until:
                proctor.save_draft(participant_id, page.n, 1, None)
                proctor.submit(participant_id, page.n, 0, 0.6)
            case Stage.TRIAL if isinstance(page, QuestionPage):
                proctor.save_draft(participant_id, page.n, 2, 0.6)
                return
            case _:
                return


def lived_through(folder: Path) -> Proctor:
    """A study as it may stand on the day of the upgrade: done, under way, failed the check, withdrew."""
    proctor = make_proctor(folder)
    for participant_id, until in (("done", 99), ("under_way", 3), ("gone", 4)):
        seat(proctor, participant_id)
        answer(proctor, participant_id, until=until)
    finish(proctor, "done", had_help=True)
    proctor.withdraw("gone")
    proctor.give_consent("failed", agreed=True)
    proctor.finish_instructions("failed")
    for _ in range(3):
        proctor.clock.sleep(5)
        proctor.answer_comprehension("failed", (0,))
    return proctor


def as_written_before(events: Iterator[dict[str, Any]]) -> Iterator[Happened]:
    for row in events:
        body = json.loads(row["body"])
        for name in LATER_FIELDS.get(row["kind"], ()):
            del body[name]
        match row["kind"]:
            case "SurveyAnswered":
                continue  # the debrief's page asked for help
            case "DebriefRead":
                body["external_help"] = True
            case "SittingEnded" if body["outcome"] == "failed_checks":
                body["outcome"] = "failed_comprehension"
            case "ParticipantAssigned":
                for trial in body["trials"]:
                    for name in LATER_TRIAL_FIELDS:
                        del trial[name]
        yield row["stream"], row["kind"], row["at"], canonical(body)


@pytest.fixture
def old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The record as the release before wrote it."""
    (tmp_path / "new").mkdir()
    path = tmp_path / "study.db"
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_STEPS", dict(list(migrations._STEPS.items())[:4]))
        migrations.migrate(path)
    with lived_through(tmp_path / "new").store as new, closing(sqlite3.connect(path)) as old:
        old.row_factory = sqlite3.Row
        old.execute("INSERT INTO study VALUES (?, ?)", (STUDY_ID, iso(START)))
        plan = make_plan()
        old.execute(
            "INSERT INTO plans VALUES (?, ?, ?)", (OLD_PLAN_HASH, plan.frozen_at, as_frozen_before(plan))
        )
        frozen = canonical({"plan_hash": OLD_PLAN_HASH, "design_hash": "e" * 64})
        events = [
            (STUDY_STREAM, "PlanFrozen", iso(START), frozen),
            *as_written_before(new.rows("events")),
        ]
        _append(old, events)
        old.execute("ATTACH ? AS new", (str(new.path),))
        for table in ("passages", "questions", "sittings", "trials", "messages"):
            names = ", ".join(
                row["name"] for row in old.execute(f"SELECT name FROM pragma_table_info('{table}')")
            )
            old.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new.{table}")
        old.execute("UPDATE sittings SET outcome = 'failed_comprehension' WHERE outcome = 'failed_checks'")
        old.commit()
    return path


def _append(connection: sqlite3.Connection, events: list[Happened]) -> None:
    heads: dict[str, tuple[int, str]] = {}
    for stream, kind, at, body in events:
        seq, last = heads.get(stream, (0, chain.GENESIS))
        link = chain.row_hash(last, stream, seq + 1, kind, 1, at, body)
        connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (stream, seq + 1, kind, 1, at, body, last, link),
        )
        heads[stream] = (seq + 1, link)


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def just_after(store: Store, participant_id: str) -> SimulatedClock:
    """A clock that stands five seconds after the last thing that somebody did."""
    return SimulatedClock(store.events_of(participant_id)[-1].at + timedelta(seconds=5))


def test_the_file_comes_to_the_present_schema_and_no_event_is_touched(old_file: Path, tmp_path: Path) -> None:
    events, answers = rows(old_file, "events"), len(rows(old_file, "answers"))

    Store.open(old_file).close()

    migrations.migrate(tmp_path / "fresh.db")
    assert schema(old_file) == schema(tmp_path / "fresh.db")
    assert rows(old_file, "events") == events
    assert len(rows(old_file, "answers")) == answers > 0


def test_everybody_stands_where_they_stood(old_file: Path) -> None:
    with Store.open(old_file) as store:
        proctor = Proctor(store, make_clock())

        found = {p: proctor.sitting(p) for p in ("done", "under_way", "gone", "failed")}

    assert {p: sitting.outcome for p, sitting in found.items()} == {
        "done": "completed",
        "under_way": "",
        "gone": "withdrew",
        "failed": "failed_checks",
    }
    assert (found["done"].external_help, found["gone"].keeps_data) == (True, None)
    assert (found["under_way"].stage, found["under_way"].trial.draft.confidence) == (Stage.TRIAL, 0.6)


def test_the_rows_beside_the_events_are_those_that_the_events_make(old_file: Path) -> None:
    with Store.open(old_file) as store:
        before = {table: sorted(store.rows(table), key=repr) for table in ROWS}

        rebuild(store)

        assert {table: sorted(store.rows(table), key=repr) for table in ROWS} == before
        assert status_of(store).by_outcome == {"human": {"completed": 1, "failed_checks": 1, "withdrew": 1}}


def test_whoever_was_under_way_goes_on_to_the_end(old_file: Path) -> None:
    with Store.open(old_file) as store:
        proctor = Proctor(store, just_after(store, "under_way"))
        page = proctor.page("under_way")
        assert isinstance(page, QuestionPage)
        assert not any(page.logs), "they agreed to nothing of the kind"

        answer(proctor, "under_way", until=99)
        assert isinstance(proctor.page("under_way"), SurveyPage)
        finish(proctor, "under_way")

        assert proctor.page("under_way") == EndPage("completed", "CODE123", "")


def test_its_export_names_the_plan_as_it_was_frozen_then(old_file: Path, tmp_path: Path) -> None:
    with Store.open(old_file) as store:
        paths = export_study(store, tmp_path / "out", at=START)

    manifest = json.loads(paths.manifest.read_text())
    assert (manifest["plan_hash"], manifest["logged"]) == (OLD_PLAN_HASH, [])
    assert manifest["counts"]["completed"] == 1


def test_what_was_on_record_of_replies_stands_in_their_rows_after_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    design = make_design(conditions={"order": "human_with_model_first"})
    proctor = make_proctor(tmp_path / "new", make_plan(design))
    seat(proctor)
    proctor.go_on("p1")
    proctor.page("p1")
    Replies(proctor, ScriptedProvider(proctor.clock), inline=True, paced=False).ask("p1", 1, "Which one?")
    path = tmp_path / "study.db"
    with monkeypatch.context() as patched:
        before = {name: step for name, step in migrations._STEPS.items() if name < "009"}
        patched.setattr(migrations, "_STEPS", before)
        migrations.migrate(path)
    with proctor.store as new, closing(sqlite3.connect(path)) as old:
        old.execute("ATTACH ? AS new", (str(new.path),))
        for table in ("events", "messages"):
            names = ", ".join(row[0] for row in old.execute(f"SELECT name FROM pragma_table_info('{table}')"))
            old.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new.{table}")
        old.commit()

    migrations.migrate(path)

    columns = "message_id, model_asked, model_answered, visible"
    with closing(sqlite3.connect(path)) as upgraded, closing(sqlite3.connect(new.path)) as fresh:
        said = [each.execute(f"SELECT {columns} FROM messages").fetchall() for each in (upgraded, fresh)]
    assert said[0] == said[1]
    assert said[0][1][1:] == ("demo", "demo", said[0][0][0])
