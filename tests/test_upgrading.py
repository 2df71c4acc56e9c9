"""From every earlier schema a study comes to this one: copied first, no event touched, everybody where they stood."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from oversight_app.backups import prepare_restore
from oversight_app.errors import StoreError
from oversight_app.store import Store, migrations
from oversight_app.store.audit import audit, schema_of_now
from oversight_app.store.upgrading import missing_steps
from oversight_app.study_folder import StudyFolder
from oversight_app.upgrading import upgrade_study
from oversight_app.verification import verify_record, verify_study
from tests.builders import START
from tests.store.old_records import N_STEPS, SCHEMAS, make_old_record
from tests.verification.conftest import make_rehearsed


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_rehearsed(tmp_path_factory.mktemp("upgraded"), 2)


def make_old_study(present: Path, folder: Path, n_steps: int) -> StudyFolder:
    shutil.copytree(present, folder, ignore=shutil.ignore_patterns("study.db*"))
    make_old_record(folder / "study.db", present / "study.db", n_steps)
    return StudyFolder.open(folder)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


EVENTS = "SELECT * FROM events ORDER BY stream, seq"
STANDING = "SELECT participant_id, stage, outcome, n_closed FROM sittings ORDER BY 1"


@pytest.mark.parametrize("n_steps", SCHEMAS)
def test_a_study_of_an_earlier_schema_comes_to_this_one(present: Path, tmp_path: Path, n_steps: int) -> None:
    folder = make_old_study(present, tmp_path / "study", n_steps)
    before = {query: rows(folder.record, query) for query in (EVENTS, STANDING)}

    done = upgrade_study(folder, at=START)

    assert done.steps == migrations.step_names()[n_steps:]
    with audit(folder.record) as record:
        assert record.schema() == schema_of_now()
    assert {query: rows(folder.record, query) for query in before} == before
    assert verify_study(folder.path).findings == []


@pytest.mark.parametrize("n_steps", SCHEMAS)
def test_the_record_as_it_was_is_kept_and_can_be_restored(
    present: Path, tmp_path: Path, n_steps: int
) -> None:
    folder = make_old_study(present, tmp_path / "study", n_steps)
    before = rows(folder.record, EVENTS)

    kept = upgrade_study(folder, at=START).kept

    assert kept is not None
    assert kept.name == f"study.db.before-{migrations.step_names()[n_steps]}"
    assert missing_steps(kept) == list(migrations.step_names()[n_steps:])
    assert rows(kept, EVENTS) == before
    done = prepare_restore(folder.path, kept, now=START).go(START)
    assert done.verification.findings == []


def test_whatever_opens_an_older_study_copies_it_first(present: Path, tmp_path: Path) -> None:
    folder = make_old_study(present, tmp_path / "study", N_STEPS - 1)

    folder.open_store().close()

    assert missing_steps(folder.record) == []
    assert [path.name for path in folder.path.glob("study.db.before-*") if path.suffix != ".json"] == [
        f"study.db.before-{migrations.step_names()[-1]}"
    ]


def test_several_processes_that_open_it_at_once_keep_one_copy(present: Path, tmp_path: Path) -> None:
    folder = make_old_study(present, tmp_path / "study", 8)
    troubles: list[BaseException] = []

    def open_it() -> None:
        try:
            folder.open_store().close()
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert troubles == []
    (kept,) = (path for path in folder.path.glob("study.db.before-*") if path.suffix != ".json")
    assert missing_steps(kept) == list(migrations.step_names()[8:])
    assert list(folder.path.glob(".study.db*")) == []


def test_a_study_of_this_release_is_left_as_it_is(present: Path, tmp_path: Path) -> None:
    folder = StudyFolder.open(Path(shutil.copytree(present, tmp_path / "study")))

    done = upgrade_study(folder, at=START)

    assert (done.steps, done.kept) == ((), None)
    assert done.describe() == "The record is of this release; there is nothing to do."
    assert list(folder.path.glob("study.db.before-*")) == []


def test_a_damaged_record_is_not_upgraded(present: Path, tmp_path: Path) -> None:
    folder = make_old_study(present, tmp_path / "study", 8)
    raw = bytearray(folder.record.read_bytes())
    for place in range(4096 * 30, 4096 * 40):
        raw[place] ^= 0xFF
    folder.record.write_bytes(raw)

    with pytest.raises(StoreError, match="damaged"):
        upgrade_study(folder, at=START)

    assert folder.record.read_bytes() == bytes(raw)


def test_a_new_study_needs_no_copy(tmp_path: Path) -> None:
    Store.open(tmp_path / "study.db").close()

    assert missing_steps(tmp_path / "study.db") == []
    assert verify_record(tmp_path / "study.db").is_sound
