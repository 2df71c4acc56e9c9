"""A copy to rehearse in has the bank and the plan, and nobody in it."""

import hashlib
from pathlib import Path

import pytest

from oversight_app.errors import StoreError
from oversight_app.store import Store
from oversight_app.store.copying import copy_without_people
from tests.builders import START, make_proctor, seat


def state_of(folder: Path) -> dict[str, str]:
    """Every file of the record except -shm, which is the readers' own notebook and never part of the record."""
    files = [path for path in folder.glob("study.db*") if not path.name.endswith("-shm")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def fill(folder: Path) -> Store:
    proctor = make_proctor(folder)
    seat(proctor, "p1")
    with proctor.store.write() as record:
        record.invite({"a-token": "p1"}, START)
        record.person_of_platform("PROLIFIC_PID=5f0secret", "p1", {"PROLIFIC_PID": "5f0secret"}, START)
    return proctor.store


def test_a_copy_has_bank_and_plan_and_no_trace_of_anybody(tmp_path: Path) -> None:
    source = fill(tmp_path)
    target = tmp_path / "copy.db"

    n_left_out = copy_without_people(source.path, target)

    assert n_left_out == 1
    with Store.open(target) as copy:
        assert copy.plan() == source.plan()
        assert copy.questions() == source.questions()
        assert (copy.invitations(), list(copy.rows("sittings")), list(copy.rows("trials"))) == ({}, [], [])
        assert list(copy.rows("events")) == []
    assert b"5f0secret" not in target.read_bytes()
    source.close()


def test_a_record_nobody_has_open_stays_as_it_was_without_a_new_file_beside_it(tmp_path: Path) -> None:
    fill(tmp_path).close()
    before = state_of(tmp_path)

    copy_without_people(tmp_path / "study.db", tmp_path / "copy.db")

    assert before.keys() == {"study.db"}
    assert state_of(tmp_path) == before


def test_a_record_being_served_is_copied_with_what_was_committed_last(tmp_path: Path) -> None:
    source = fill(tmp_path)
    before = state_of(tmp_path)

    n_left_out = copy_without_people(source.path, tmp_path / "copy.db")

    assert "study.db-wal" in before  # what is copied here stands in no other file yet
    assert n_left_out == 1
    assert state_of(tmp_path) == before
    source.close()


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_text("not a database, but long enough to look like one" * 100)

    with pytest.raises(StoreError, match=r"study\.db"):
        copy_without_people(tmp_path / "study.db", tmp_path / "copy.db")
