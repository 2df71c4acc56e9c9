"""Backups appear whole and proven or not at all, beside everything that goes on."""

import json
import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest

from oversight_app.backups import backup_at, backups_of, make_backup, make_backup_if_due
from oversight_app.backups import making as making_module
from oversight_app.clock import SimulatedClock
from oversight_app.errors import BadInput, StoreError, StoreFull
from oversight_app.proctor import Proctor
from oversight_app.store.audit import sha256_of
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import read_witness, verify_record, verify_study
from tests.builders import START
from tests.verification.spoiling import by_hand, somebody

HALF_AN_HOUR = timedelta(minutes=30)


def let_somebody_in(study: Path, participant_id: str) -> None:
    with StudyFolder.open(study).open_store() as store:
        Proctor(store, SimulatedClock(START), kind="simulated").give_consent(participant_id, agreed=True)


def test_a_backup_holds_the_whole_record_and_says_what_it_is_of(study: Path) -> None:
    let_somebody_in(study, "newcomer")

    made = make_backup(study, at=START)

    assert made.path == study / "backups" / "20260105T090000Z.db"
    assert backup_at(made.path) == made
    assert made.sha256 == sha256_of(made.path)
    proven = verify_record(made.path)
    assert proven.is_sound
    assert (proven.n_streams, proven.n_since_note) == (5, 0), "it says itself where each stream stood"
    assert sorted(path.name for path in made.path.parent.iterdir()) == [
        "20260105T090000Z.db",
        "20260105T090000Z.json",
    ]


def test_a_backup_is_a_witness_against_a_record_that_was_shortened_later(study: Path) -> None:
    made = make_backup(study, study.parent / "elsewhere.db", at=START)
    who = somebody(study)
    with by_hand(study) as connection:
        connection.execute("DELETE FROM events WHERE stream = ? AND seq > 5", (who,))
        connection.execute("DELETE FROM events WHERE stream = 'study' AND seq > 3")

    findings = verify_study(study, witnesses=[read_witness(str(made.path))]).findings

    assert any(f"which {made.beside} has on record" in finding.what for finding in findings)


def test_a_second_backup_of_the_same_second_gets_a_name_of_its_own(study: Path) -> None:
    names = [make_backup(study, at=START).path.name for _ in range(2)]

    assert names == ["20260105T090000Z.db", "20260105T090000Z-2.db"]


def test_a_name_that_is_taken_is_refused_and_what_is_there_stays(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("mine")

    with pytest.raises(BadInput, match="is there already"):
        make_backup(study, tmp_path / "mine.db", at=START)

    assert (tmp_path / "mine.db").read_text() == "mine"


def test_a_record_that_cannot_be_proven_is_copied_but_not_called_a_backup(study: Path) -> None:
    with by_hand(study) as connection:
        connection.execute("DELETE FROM events WHERE seq = 4 AND stream <> 'study'")

    with pytest.raises(StoreError, match=r"seq 4: missing\. It was kept as"):
        make_backup(study, at=START)

    assert [path.name for path in (study / "backups").iterdir()] == ["20260105T090000Z.unproven"]


def test_a_disk_without_room_is_left_to_the_participants(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 10**8, 10**8))

    with pytest.raises(StoreFull, match="100 MB left"):
        make_backup(study, at=START)

    assert list((study / "backups").iterdir()) == []


def test_a_copy_that_breaks_off_leaves_nothing_behind(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half a record")
        raise StoreFull("the disk is full")

    monkeypatch.setattr(making_module, "back_up", full)

    with pytest.raises(StoreFull):
        make_backup(study, at=START)

    assert list((study / "backups").iterdir()) == []


def test_an_automatic_backup_is_made_when_it_is_due_and_something_has_happened(study: Path) -> None:
    first = make_backup_if_due(study, at=START, every=HALF_AN_HOUR, keep=5)
    let_somebody_in(study, "newcomer")
    too_early = make_backup_if_due(study, at=START + timedelta(minutes=29), every=HALF_AN_HOUR, keep=5)
    second = make_backup_if_due(study, at=START + HALF_AN_HOUR, every=HALF_AN_HOUR, keep=5)
    nothing_new = make_backup_if_due(study, at=START + 2 * HALF_AN_HOUR, every=HALF_AN_HOUR, keep=5)

    assert (too_early, nothing_new) == (None, None)
    assert backups_of(study) == [second, first]


def test_the_oldest_automatic_backups_go_and_those_made_by_hand_stay(study: Path) -> None:
    by_the_researcher = make_backup(study, at=START - timedelta(days=9))
    for n in range(4):
        let_somebody_in(study, f"newcomer{n}")
        make_backup_if_due(study, at=START + n * HALF_AN_HOUR, every=HALF_AN_HOUR, keep=2)

    kept = backups_of(study)

    assert [backup.path.name for backup in kept[:2]] == [
        "auto-20260105T103000Z.db",
        "auto-20260105T100000Z.db",
    ]
    assert kept[2:] == [by_the_researcher]
    assert len(list((study / "backups").glob("auto-*.json"))) == 2


def test_of_two_processes_one_makes_the_backup(study: Path) -> None:
    (study / "backups").mkdir()
    with making_module._alone(study / "backups" / ".lock") as is_alone:
        meanwhile = make_backup_if_due(study, at=START, every=HALF_AN_HOUR, keep=5)

    assert is_alone
    assert meanwhile is None
    assert make_backup_if_due(study, at=START, every=HALF_AN_HOUR, keep=5) is not None


def test_a_backup_without_the_file_beside_it_is_asked_for_it(study: Path) -> None:
    made = make_backup(study, at=START)
    made.beside.write_text(json.dumps({"study_id": "half"}))

    with pytest.raises(BadInput, match="is not the file that came with the backup"):
        backup_at(made.path)
