"""What SQLite refuses: an error that says so and names the way out, and everything that was good is still there."""

import sqlite3
from pathlib import Path

import pytest

from oversight_app.errors import StoreError, StoreFull
from oversight_app.store import Store
from oversight_app.store.database import translated
from oversight_app.study.events import DraftSaved
from tests.builders import START, make_question


def fill_up(store: Store) -> int:
    """Write until nothing goes in any more; the number of events that were acknowledged."""
    acknowledged = 0
    while acknowledged < 100_000:
        try:
            with store.write() as record:
                record.append("p1", [DraftSaved(acknowledged, "A" * 2000, None)], START)
        except StoreFull:
            return acknowledged
        acknowledged += 1
    raise AssertionError("the disk never filled up")


def test_what_was_acknowledged_stays_and_writing_goes_on_when_there_is_space(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with Store.open(path, synchronous="NORMAL", max_pages=120) as store:
        acknowledged = fill_up(store)

        with (
            pytest.raises(StoreFull, match=r"study\.db cannot grow.*Free disk space"),
            store.write() as record,
        ):
            record.append("p1", [DraftSaved(0, "B" * 2000, None)], START)
        seen = [item.event for item in store.events_of("p1")]

    with Store.open(path) as store, store.write() as record:
        last = record.append("p1", [DraftSaved(acknowledged, "B", None)], START)

    assert acknowledged > 10
    assert [event.n for event in seen if isinstance(event, DraftSaved)] == list(range(acknowledged))
    assert last == acknowledged + 1


def test_a_bank_that_does_not_fit_leaves_the_old_one_as_it_was(tmp_path: Path) -> None:
    old = [make_question("old")]
    with Store.open(tmp_path / "study.db", synchronous="NORMAL", max_pages=120) as store:
        store.save_questions(old, [], source="old", at=START)
        large = [make_question(f"new{i}", text="word " * 500) for i in range(1000)]

        with pytest.raises(StoreFull):
            store.save_questions(large, [], source="new", at=START)

        assert store.questions() == old


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("SQLITE_NOTADB", "Choose the folder that `oversight init` made"),
        ("SQLITE_CORRUPT_INDEX", "go on with a copy from before"),
        ("SQLITE_READONLY_DIRECTORY", "Make the file and its folder writable"),
        ("SQLITE_CANTOPEN", "Make the file readable"),
        ("SQLITE_BUSY", "Save and close it there"),
    ],
)
def test_an_error_of_the_file_names_the_way_out(name: str, way_out: str) -> None:
    error = sqlite3.OperationalError("in SQLite's words")
    error.sqlite_errorname = name

    with pytest.raises(StoreError, match=way_out), translated(Path("mystudy/study.db")):
        raise error
