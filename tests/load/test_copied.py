"""The copy that is measured with has the study's pages and nobody's answers, and asks no model."""

from pathlib import Path

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput, NoPlan
from oversight_app.load.copied import SCRIPTED, copied, seat
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.sitting import Stage
from oversight_app.study_folder import StudyFolder
from tests.builders import make_design, make_plan, make_proctor, make_store
from tests.builders import seat as seat_one


def folder_with(folder: Path, **sections: object) -> StudyFolder:
    make_store(folder, make_plan(make_design(**sections))).close()
    (folder / "study.toml").write_text("title = 'A study for tests'\n")
    return StudyFolder.open(folder)


def test_no_model_is_asked_no_place_is_limited_and_no_money_counted_in_the_copy(tmp_path: Path) -> None:
    study = folder_with(
        tmp_path,
        assistant={
            "model": "openai:dear",
            "mode": "as_is",
            "protocol": "critique",
            "second_model": "openai:dearer",
        },
        sitting={"max_participants": 2, "limit_s": 60},
    )

    with copied(study) as copy, Store.open(copy / "study.db") as store:
        plan = store.plan()

    assert plan is not None
    assert plan.design.assistant.models == (SCRIPTED,)
    assert (plan.design.sitting.max_participants, plan.design.sitting.limit_s) == (None, None)


def test_the_record_stays_as_it_is_and_the_copy_goes(tmp_path: Path) -> None:
    study = folder_with(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    with copied(study) as copy:
        assert copy.parent == tmp_path  # on the disk that the study will be served from
        seat(copy, 2)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_nobody_of_the_study_is_in_the_copy(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    seat_one(proctor, "realone1")
    proctor.store.close()
    (tmp_path / "study.toml").write_text("title = 'A study for tests'\n")

    with copied(StudyFolder.open(tmp_path)) as copy:
        assert not (copy / "study.db.copy").exists()
        with Store.open(copy / "study.db") as store:
            assert "realone1" not in store.heads()


def test_people_are_seated_before_their_first_question_which_they_have_not_seen(tmp_path: Path) -> None:
    with copied(folder_with(tmp_path)) as copy:
        people = seat(copy, 3)

        assert len(people) == 3
        with Store.open(copy / "study.db") as store:
            proctor = Proctor(store, SystemClock())
            for participant_id in people.values():
                sitting = proctor.sitting(participant_id)
                assert sitting.stage in (Stage.REST, Stage.TRIAL)
                assert all(trial.shown_at is None for trial in sitting.trials)


def test_a_study_without_a_plan_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    study = StudyFolder.create(tmp_path / "study", "demo", at=SystemClock().now())
    before = sorted(path.name for path in study.path.iterdir())

    with pytest.raises(NoPlan), copied(study):
        pass

    assert sorted(path.name for path in study.path.iterdir()) == before


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = folder_with(tmp_path)

    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("oversight_app.load.copied.TemporaryDirectory", refused)

    with pytest.raises(BadInput, match=r"cannot be written to \(Permission denied\)"), copied(study):
        pass
