import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from analysis.columns import COLUMNS, Table
from oversight_app.errors import StoreError
from oversight_app.store import Store
from oversight_app.store.migrations import migrate
from tests.builders import make_proctor, seat

MIGRATE = "import sys, pathlib; from oversight_app.store.migrations import migrate; migrate(pathlib.Path(sys.argv[1]))"

ROOT = Path(__file__).parents[2]


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_an_empty_file_gets_the_schema_and_write_ahead_logging(tmp_path: Path) -> None:
    path = tmp_path / "study.db"

    migrate(path)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert {"events", "sittings", "trials", "messages", "answers", "transcripts"} <= {
        n for n, _ in schema(path)
    }


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    migrate(path)
    before = schema(path)

    migrate(path)

    assert schema(path) == before


def test_another_programs_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE seminar (name)")
        other.commit()
    before = path.read_bytes()

    with pytest.raises(StoreError, match=r"study\.db is another program's database.*nothing was changed"):
        Store.open(path)

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["study.db"]


def test_a_later_releases_file_is_refused_and_named_so(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    migrate(path)
    with closing(sqlite3.connect(path)) as later:
        later.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('study', '999_later', '')"
        )
        later.commit()

    with pytest.raises(StoreError, match=r"written by a later release.*999_later"):
        Store.open(path)


def test_a_present_file_can_be_read_while_another_program_writes(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    migrate(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with Store.open(path) as store:
            assert store.questions() == []


def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    path = tmp_path / "study.db"

    processes = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, str(path)], stderr=subprocess.PIPE, cwd=ROOT)
        for _ in range(3)
    ]
    ends = [(process.communicate(timeout=60)[1].decode(), process.returncode) for process in processes]

    assert ends == [("", 0)] * 3
    alone = tmp_path / "alone.db"
    migrate(alone)
    assert schema(path) == schema(alone)


def test_what_is_on_record_outlives_a_migration(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    with proctor.store as store:
        seat(proctor)
        before = list(store.rows("events"))

        migrate(store.path)

        assert list(store.rows("events")) == before


def test_the_file_explains_itself_in_any_browser(tmp_path: Path) -> None:
    with make_proctor(tmp_path).store as store:
        db = sqlite_utils.Database(store.path, execute_plugins=False)
        columns = [column.name for column in db["answers"].columns]
        db.close()

    assert columns == [column.name for column in COLUMNS[Table.ANSWERS]]
