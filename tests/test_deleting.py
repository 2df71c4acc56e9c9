"""Somebody is deleted: no byte of them is left, the record says that they went, and everybody else goes on."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from oversight_app.backups import make_backup
from oversight_app.deleting import delete_participant, find_participant, withdrawn
from oversight_app.errors import BadInput
from oversight_app.export import export_study
from oversight_app.proctor import Proctor
from oversight_app.providers.scripted import ScriptedProvider
from oversight_app.replies import Replies
from oversight_app.study.bank_hash import bank_hash
from oversight_app.study.events import STUDY_STREAM, ParticipantDeleted, PlanFrozen
from oversight_app.study.sitting import Stage
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import verify_study
from tests.builders import START, make_design, make_plan, make_proctor, make_questions, seat

MARK = "a sentence that only this person ever wrote"
PLATFORM = "5f0a1b2c3d4e5f60718293a4"


@pytest.fixture
def proctor(tmp_path: Path) -> Proctor:
    """A study that p1 and p2 are in; p1 came from a platform and has written to the assistant."""
    questions = make_questions()
    design = make_design(conditions={"order": "human_with_model_first"})
    plan = make_plan(design, questions, bank_hash=bank_hash(questions))
    proctor = make_proctor(tmp_path, plan, questions)
    with proctor.store.write() as record:
        record.invite({"a-token": "p1"}, START)
        record.append(STUDY_STREAM, [PlanFrozen(plan.plan_hash, plan.design_hash)], START)
        record.person_of_platform(f"PROLIFIC_PID={PLATFORM}", "p1", {"PROLIFIC_PID": PLATFORM}, START)
    for who in ("p1", "p2"):
        seat(proctor, who)
    proctor.go_on("p1")
    proctor.page("p1")
    Replies(proctor, ScriptedProvider(proctor.clock), inline=True, paced=False).ask("p1", 1, MARK)
    return proctor


def delete(proctor: Proctor, who: str = "p1") -> Path:
    folder = StudyFolder(proctor.store.path.parent)
    return delete_participant(folder, proctor.store, who, clock=proctor.clock).receipt


def test_no_byte_of_them_is_left_in_the_record_s_files_while_it_is_open(
    proctor: Proctor, tmp_path: Path
) -> None:
    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("study.db*"))

    assert MARK.encode() in files()
    assert PLATFORM.encode() in files()

    delete(proctor)

    for trace in (MARK, PLATFORM, "a-token", "p1-001"):
        assert trace.encode() not in files(), trace


def test_the_record_says_what_went_and_stays_proven(proctor: Proctor, tmp_path: Path) -> None:
    head = proctor.store.heads()["p1"]

    delete(proctor)

    event = proctor.store.events_of()[-1].event
    assert isinstance(event, ParticipantDeleted)
    assert (event.participant_id, event.participant_kind, event.was_assigned) == ("p1", "human", True)
    assert event.head == head
    assert event.rows["messages"] == 2
    assert event.rows["platform_ids"] == event.rows["invitations"] == 1
    assert verify_study(tmp_path).findings == []
    assert verify_study(tmp_path).n_deleted == 1


def test_the_receipt_names_nobody_and_is_bound_to_the_record(proctor: Proctor) -> None:
    receipt = delete(proctor).read_text()

    assert json.loads(receipt)["noted_in_the_record_as"] == proctor.store.heads()[STUDY_STREAM]
    assert json.loads(receipt)["bytes_overwritten"] is True
    assert all(trace not in receipt for trace in ("p1", PLATFORM, "a-token"))


def test_their_place_is_free_again_and_draws_go_on_where_they_were(proctor: Proctor) -> None:
    with proctor.store.write() as record:
        before = (record.n_places_taken("human"), record.n_arrivals("human"))

    delete(proctor)

    with proctor.store.write() as record:
        assert before == (2, 2)
        assert (record.n_places_taken("human"), record.n_arrivals("human")) == (1, 2)


def test_a_tab_that_is_still_open_writes_nothing_more(proctor: Proctor) -> None:
    delete(proctor)

    proctor.clock.sleep(5)
    proctor.submit("p1", 1, 0, 0.6)
    proctor.sweep()

    assert "p1" not in proctor.store.heads()
    assert proctor.sitting("p1").stage is Stage.CONSENT
    assert proctor.participant_of("a-token") is None


def test_the_export_counts_them_and_holds_nothing_of_them(proctor: Proctor, tmp_path: Path) -> None:
    delete(proctor)

    paths = export_study(proctor.store, tmp_path / "out", at=proctor.clock.now())

    assert json.loads(paths.manifest.read_text())["counts"]["deleted"] == 1
    told = [path.name for path in paths.folder.glob("*.csv") if MARK in path.read_text()]
    assert told == []
    assert "p1," not in paths.tables["participants"].read_text()


def test_copies_that_still_hold_them_are_named(proctor: Proctor, tmp_path: Path) -> None:
    backup = make_backup(tmp_path, at=START)
    export = export_study(proctor.store, at=START)
    folder = StudyFolder(tmp_path)

    deleted = delete_participant(folder, proctor.store, "p1", clock=proctor.clock)
    after = make_backup(tmp_path, at=START + timedelta(days=1))

    assert deleted.still_in == (backup.path, export.folder)
    assert after.path not in deleted.still_in


@pytest.mark.parametrize("given", ["p1", "a-token", PLATFORM])
def test_somebody_is_found_by_any_name_they_are_known_by(proctor: Proctor, given: str) -> None:
    assert find_participant(proctor.store, given) == "p1"


@pytest.mark.parametrize("given", ["nobody", "study", "", "%"])
def test_nobody_is_deleted_by_a_wrong_name(proctor: Proctor, given: str) -> None:
    before = proctor.store.heads()

    with pytest.raises(BadInput, match="nothing was deleted"):
        find_participant(proctor.store, given)

    assert proctor.store.heads() == before


def test_deleting_twice_says_that_there_is_nobody(proctor: Proctor) -> None:
    delete(proctor)

    with pytest.raises(BadInput, match="There is nobody p1"):
        delete(proctor)


def test_those_who_withdrew_and_keep_their_data_back_can_be_deleted_together(proctor: Proctor) -> None:
    proctor.withdraw("p2", keeps_data=False)

    assert withdrawn(proctor.store) == ["p2"]


def test_events_of_others_can_be_deleted_by_nobody(proctor: Proctor) -> None:
    delete(proctor)

    with pytest.raises(Exception, match="never deleted"), proctor.store.write() as record:
        record._connection.execute("DELETE FROM events WHERE stream = 'p2'")
