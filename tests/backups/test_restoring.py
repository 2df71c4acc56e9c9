"""A backup goes back: proven, with the replaced record kept, and everybody goes on."""

import json
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from oversight_app.backups import make_backup, prepare_restore
from oversight_app.clock import SimulatedClock
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.store.audit import sha256_of
from oversight_app.study.bank_hash import bank_hash
from oversight_app.study.events import STUDY_STREAM, PlanFrozen
from oversight_app.study.page import QuestionPage
from oversight_app.study.sitting import Sitting, Stage
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import verify_study
from tests.builders import START, make_plan, make_proctor, make_questions, seat
from tests.verification.conftest import make_rehearsed
from tests.verification.spoiling import somebody

LATER = START + timedelta(days=1)


def test_the_record_is_as_it_was_and_the_one_it_replaced_is_kept(study: Path) -> None:
    made = make_backup(study, at=START)
    with StudyFolder.open(study).open_store() as store:
        Proctor(store, SimulatedClock(START), kind="simulated").give_consent("newcomer", agreed=True)

    restoring = prepare_restore(study, made.path, now=LATER)
    done = restoring.go(LATER)

    assert (restoring.n_events_lost, restoring.n_people_lost) == (2, 1)
    assert "2 events of 1 people came after it" in restoring.describe()
    assert done.verification.findings == []
    assert done.replaced is not None
    with Store.open(study / "study.db") as now, Store.open(done.replaced) as before:
        assert "newcomer" not in now.heads()
        assert "newcomer" in before.heads()
        restored = now.events_of()[-1].event
    assert getattr(restored, "backup_sha256", "") == made.sha256


def test_a_record_that_is_lost_or_damaged_is_replaced_all_the_same(study: Path) -> None:
    made = make_backup(study, at=START)
    (study / "study.db").write_bytes(b"the disk forgot what was here, all of it" * 500)

    damaged = prepare_restore(study, made.path, now=LATER).go(LATER)
    (study / "study.db").unlink()
    lost = prepare_restore(study, made.path, now=LATER).go(LATER)

    assert damaged.replaced is not None
    assert damaged.replaced.read_bytes().startswith(b"the disk forgot")
    assert lost.replaced is None
    assert verify_study(study).findings == []


def test_a_backup_that_was_altered_is_refused(study: Path) -> None:
    made = make_backup(study, at=START)
    raw = bytearray(made.path.read_bytes())
    raw[-100] ^= 1
    made.path.write_bytes(raw)
    before = sha256_of(study / "study.db")

    with pytest.raises(BadInput, match="its sha256 is another one"):
        prepare_restore(study, made.path, now=LATER)

    assert sha256_of(study / "study.db") == before


def test_a_backup_of_another_study_is_refused(study: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_rehearsed(tmp_path / "other", 1)

    with pytest.raises(BadInput, match="is a backup of study"):
        prepare_restore(study, make_backup(other, at=START).path, now=LATER)


def test_a_rehearsal_does_not_take_the_place_of_the_study_it_is_of(tmp_path: Path) -> None:
    rehearsal = make_rehearsed(tmp_path, 1)

    with pytest.raises(BadInput, match="is a backup of a rehearsal"):
        prepare_restore(tmp_path / "plain", make_backup(rehearsal, at=START).path, now=LATER)


def test_a_backup_of_another_branch_of_the_same_study_is_said_to_be_one(study: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(study, tmp_path / "site_b"))
    for folder, who in ((study, "here"), (other, "there")):
        with StudyFolder.open(folder).open_store() as store:
            Proctor(store, SimulatedClock(START), kind="simulated").give_consent(who, agreed=True)
    make_backup(study, at=START)

    restoring = prepare_restore(study, make_backup(other, at=START).path, now=LATER)

    assert "went separate ways" in restoring.describe()


def test_a_study_that_is_being_served_is_left_alone(study: Path) -> None:
    made = make_backup(study, at=START)
    with StudyFolder.open(study).open_store() as store, store.write() as record:
        record.beat("a-server", LATER, tolerance_s=6.0)

    with pytest.raises(StudyStateError, match="A server is serving"):
        prepare_restore(study, made.path, now=LATER + timedelta(seconds=3))
    prepare_restore(study, made.path, now=LATER + timedelta(seconds=30))


def test_who_was_deleted_since_the_backup_is_not_brought_back(study: Path) -> None:
    who = somebody(study)
    made = make_backup(study, at=START)
    with StudyFolder.open(study).open_store() as store, store.write() as record:
        assert record.delete_participant(who, START) is not None

    done = prepare_restore(study, made.path, now=LATER).go(LATER)

    assert done.n_deleted_again == 1
    with Store.open(study / "study.db") as store:
        assert who not in store.heads()
        assert [row for row in store.rows("trials") if row["participant_id"] == who] == []
    assert done.verification.findings == []


def test_a_backup_taken_while_everybody_is_writing_restores_to_a_study_in_which_everybody_goes_on(
    tmp_path: Path,
) -> None:
    """Eight people answer at the same time, each in a thread of their own, while the backup is made."""
    questions = make_questions()
    plan = make_plan(questions=questions, bank_hash=bank_hash(questions))
    proctor = make_proctor(tmp_path, plan, questions)
    with proctor.store.write() as record:
        record.append(STUDY_STREAM, [PlanFrozen(plan.plan_hash, plan.design_hash)], START)
    people = [f"person{n}" for n in range(8)]
    for who in people:
        seat(proctor, who)
    acknowledged: dict[str, int] = dict.fromkeys(people, 0)
    has_begun, is_backed_up = threading.Event(), threading.Event()
    troubles: list[BaseException] = []

    def answer(who: str) -> None:
        try:
            n = 0
            while not is_backed_up.is_set() or n < 3:
                n += 1
                one_step(proctor, who)
                acknowledged[who] = len(proctor.store.events_of(who))
                if all(acknowledged.values()):
                    has_begun.set()
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=answer, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    assert has_begun.wait(60)
    at_least = dict(acknowledged)
    made = make_backup(tmp_path, at=START)
    is_backed_up.set()
    for thread in threads:
        thread.join(60)
    proctor.store.close()
    assert troubles == []

    done = prepare_restore(tmp_path, made.path, now=LATER).go(LATER)

    assert done.verification.findings == []
    with Store.open(tmp_path / "study.db") as store:
        restored = Proctor(store, SimulatedClock(proctor.clock.now()))
        for who in people:
            assert len(store.events_of(who)) >= at_least[who], (
                "what was acknowledged before the backup is in it"
            )
            for _ in range(40):
                one_step(restored, who)
            assert restored.sitting(who).stage is Stage.SURVEY, who


def one_step(proctor: Proctor, who: str) -> Sitting:
    """Do the next thing that the page asks for."""
    page = proctor.page(who)
    proctor.clock.sleep(5)
    sitting = proctor.sitting(who)
    if sitting.stage is Stage.REST:
        proctor.go_on(who)
    elif sitting.stage is Stage.FEEDBACK:
        proctor.read_feedback(who, sitting.trial.plan.n)
    elif sitting.stage is Stage.TRIAL and isinstance(page, QuestionPage):
        proctor.save_draft(who, page.n, 1, None)
        proctor.submit(who, page.n, 1, 0.6)
    return proctor.sitting(who)


def test_what_stands_beside_the_backup_names_every_stream(study: Path) -> None:
    made = make_backup(study, at=START)

    assert len(json.loads(made.beside.read_text())["stream_heads"]) == 4
