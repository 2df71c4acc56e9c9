"""The log of events: only appended to, chained, complete also when many write at once."""

import hashlib
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from oversight_app.errors import StoreError
from oversight_app.store import Store
from oversight_app.store.chain import BY_RESEARCHERS, GENESIS, row_hash
from oversight_app.study.events import DraftSaved, ParticipantEnrolled, ParticipantsInvited, canonical
from tests.builders import START

APPEND = """
import pathlib, sys
from oversight_app.store import Store
from oversight_app.study.events import DraftSaved
from tests.builders import START
with Store.open(pathlib.Path(sys.argv[1]), synchronous="NORMAL") as store:
    for i in range(40):
        with store.write() as record:
            record.append("p1", [DraftSaved(i, sys.argv[2], None)], START)
"""


def open_store(folder: Path, **how: Any) -> Store:
    return Store.open(folder / "study.db", synchronous="NORMAL", **how)


def broken(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """The places where a chain does not hold, by the rule that the record's readers are told."""
    last: dict[str, tuple[int, str]] = {}
    found = []
    for row in rows:
        seq, prev_hash = last.get(row["stream"], (0, GENESIS))
        names = ("prev_hash", "stream", "seq", "kind", "version", "at", "body")
        is_whole = row["seq"] == seq + 1 and row["prev_hash"] == prev_hash
        if not is_whole or row["hash"] != row_hash(*(row[name] for name in names)):
            found.append((row["stream"], row["seq"]))
        last[row["stream"]] = row["seq"], row["hash"]
    return found


def filled(store: Store) -> list[dict[str, Any]]:
    with store.write() as record:
        record.append("p1", [ParticipantEnrolled("human"), DraftSaved(1, "A", 0.6)], START)
        record.append("study", [ParticipantsInvited(3)], START)
        record.append("p1", [DraftSaved(1, "B", None)], START)
    return list(store.rows("events"))


def test_each_stream_is_numbered_from_one_and_chained(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        rows = filled(store)

        assert [(row["stream"], row["seq"]) for row in rows] == [
            ("p1", 1),
            ("p1", 2),
            ("p1", 3),
            ("study", 1),
        ]
        assert broken(rows) == []
        assert store.heads() == {"p1": rows[2]["hash"], "study": rows[3]["hash"]}


def test_events_come_back_as_they_happened(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        filled(store)

        found = store.events_of("p1", after=1)

    assert [(item.seq, item.at, item.event) for item in found] == [
        (2, START, DraftSaved(1, "A", 0.6)),
        (3, START, DraftSaved(1, "B", None)),
    ]


@pytest.mark.parametrize(
    ("change", "shows_at"),
    [
        ("UPDATE events SET body = replace(body, 'A', 'C') WHERE stream = 'p1' AND seq = 2", ("p1", 2)),
        ("UPDATE events SET at = '2020' WHERE stream = 'p1' AND seq = 1", ("p1", 1)),
        ("DELETE FROM events WHERE stream = 'p1' AND seq = 2", ("p1", 3)),
        ("UPDATE events SET stream = 'p2' WHERE seq = 3", ("p2", 3)),
    ],
)
def test_a_row_changed_behind_the_triggers_shows(
    tmp_path: Path, change: str, shows_at: tuple[str, int]
) -> None:
    with open_store(tmp_path) as store:
        filled(store)
        with closing(sqlite3.connect(store.path, isolation_level=None)) as intruder:
            intruder.execute("DROP TRIGGER events_stay")
            intruder.execute("DROP TRIGGER events_remain")
            intruder.execute(change)

        assert broken(list(store.rows("events"))) == [shows_at]


@pytest.mark.parametrize("statement", ["UPDATE events SET at = at", "DELETE FROM events"])
def test_events_are_never_changed_or_deleted(tmp_path: Path, statement: str) -> None:
    with open_store(tmp_path) as store:
        before = filled(store)

        with (
            closing(sqlite3.connect(store.path, isolation_level=None)) as connection,
            pytest.raises(sqlite3.IntegrityError, match="never"),
        ):
            connection.execute(statement)

        assert list(store.rows("events")) == before


def test_a_stream_whose_removal_is_written_down_can_be_removed_and_no_other(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        filled(store)
        with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
            connection.execute("INSERT INTO removals VALUES ('p1', '2026-01-05')")

            connection.execute("DELETE FROM events WHERE stream = 'p1'")
            with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
                connection.execute("DELETE FROM events WHERE stream = 'study'")

        assert set(store.heads()) == {"study"}


def test_no_place_in_a_stream_is_taken_twice(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        filled(store)

        with (
            closing(sqlite3.connect(store.path, isolation_level=None)) as connection,
            pytest.raises(sqlite3.IntegrityError, match="UNIQUE"),
        ):
            connection.execute("INSERT INTO events SELECT * FROM events LIMIT 1")


def test_a_block_that_raises_leaves_nothing_behind(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        before = filled(store)

        def write_half() -> None:
            with store.write() as record:
                record.append("p1", [DraftSaved(1, "C", None)], START)
                raise InterruptedError

        with pytest.raises(InterruptedError):
            write_half()

        assert list(store.rows("events")) == before


def test_writers_in_many_threads_lose_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:

        def write(i: int) -> None:
            with store.write() as record:
                record.append("p1", [DraftSaved(i, "A", None)], START)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(write, range(160)))

        rows = list(store.rows("events"))
        found = [item.event for item in store.events_of("p1")]

    assert sorted(event.n for event in found if isinstance(event, DraftSaved)) == list(range(160))
    assert broken(rows) == []


def test_writers_with_connections_of_their_own_wait_for_each_other(tmp_path: Path) -> None:
    """A transaction that reads before it writes fails at once beside another one, unless it begins as a write."""
    stores = [open_store(tmp_path) for _ in range(4)]

    def write(i: int) -> None:
        for _ in range(30):
            with stores[i].write() as record:
                record.append("p1", [DraftSaved(i, "A", None)], START)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))

    rows = list(stores[0].rows("events"))
    for store in stores:
        store.close()
    assert len(rows) == 120
    assert broken(rows) == []


def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", APPEND, str(store.path), letter],
                stderr=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
            )
            for letter in "AB"
        ]
        ends = [(process.communicate(timeout=60)[1].decode(), process.returncode) for process in processes]

        found = [item.event for item in store.events_of("p1")]
        rows = list(store.rows("events"))

    assert ends == [("", 0)] * 2
    for letter in "AB":
        wrote = [event.n for event in found if isinstance(event, DraftSaved) and event.choice == letter]
        assert wrote == list(range(40))
    assert broken(rows) == []


def test_a_file_that_is_no_database_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_text("This is a letter to the editor, and not a database. " * 100)

    with pytest.raises(StoreError, match=r"study\.db"):
        open_store(tmp_path)


def test_what_researchers_did_is_found_without_reading_every_event(tmp_path: Path) -> None:
    open_store(tmp_path).close()

    with closing(sqlite3.connect(tmp_path / "study.db")) as connection:
        steps = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM events WHERE {BY_RESEARCHERS}"
        ).fetchall()

    assert "events_by_researchers" in str(steps)


@pytest.mark.parametrize("body", ['{"text":"a \\"b\\" \\n \\u0001"}', "naïve \u2028 語 \x7f\x01\t", ""])
def test_a_rows_hash_is_that_of_its_canonical_json(body: str) -> None:
    row = ("0" * 64, "p1", 3, "DraftSaved", 2, "2026-11-28T10:00:00.000000Z", body)

    assert row_hash(*row) == hashlib.sha256(canonical(list(row)).encode()).hexdigest()
