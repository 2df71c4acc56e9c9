"""Registering: noted once in the record, written as files, carried by the export."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from oversight_app.errors import BadInput, NoPlan
from oversight_app.export import export_study
from oversight_app.registration import register, registration_of
from oversight_app.store import Store
from tests.builders import START, make_proctor, make_store, seat

LATER = START + timedelta(hours=1)


def test_the_record_notes_the_hash_of_the_file_the_time_and_that_there_were_no_data(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        made = register(store, lambda *_: [], at=START)
        noted = registration_of(store)

    assert noted is not None
    event, at = noted
    assert event.sha256 == hashlib.sha256(made.markdown.read_bytes()).hexdigest() == made.sha256
    assert (at, event.n_people, event.n_answers) == (made.at, 0, 0)
    assert json.loads(made.value.read_text())["sha256"] == made.sha256


def test_the_first_registration_stands_and_its_files_can_be_written_again(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        first = register(store, lambda *_: [], at=START)
        text = first.markdown.read_text()
        first.markdown.unlink()

        again = register(store, lambda *_: pytest.fail("power was asked for again"), at=LATER)

    assert not again.is_new
    assert (again.at, again.sha256) == (first.at, first.sha256)
    assert again.markdown.read_text() == text


@pytest.mark.parametrize("name", ["registration.md", "registration.json"])
def test_a_file_that_holds_something_else_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with make_store(tmp_path) as store:
        with pytest.raises(BadInput, match="exists already"):
            register(store, lambda *_: [], at=START)

        assert registration_of(store) is None
    assert (tmp_path / name).read_text() == "mine"


def test_a_study_without_a_plan_is_told_to_make_one(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store:
        store.create_study("st_1", START)
        with pytest.raises(NoPlan, match="oversight plan"):
            register(store, lambda *_: [], at=START)


def test_people_who_had_begun_are_counted(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    seat(proctor)

    made = register(proctor.store, lambda *_: [], at=LATER)
    proctor.store.close()

    assert made.n_people == 1
    assert "1 people had begun" in made.markdown.read_text()


def test_the_export_carries_what_was_registered_and_when_answers_left_before(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        none = export_study(store, tmp_path / "none", at=START)
        made = register(store, lambda *_: [], at=LATER)
        some = export_study(store, tmp_path / "some", at=LATER)

    before, after = (json.loads(paths.manifest.read_text()) for paths in (none, some))
    assert before["registration"] is None
    assert before["earlier_exports"] == []
    assert after["registration"]["sha256"] == made.sha256
    assert after["registration"]["analysis"] == after["analysis"]
    assert after["registration"]["primary_model_alone"] == after["primary_model_alone"]
    assert [look["n_answers"] for look in after["earlier_exports"]] == [0]
