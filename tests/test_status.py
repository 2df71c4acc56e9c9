from pathlib import Path

from oversight_app.model_alone import answer_alone
from oversight_app.prompts import load_prompts
from oversight_app.status import status_of
from oversight_app.store import Store
from tests.builders import (
    START,
    STUDY_ID,
    make_clock,
    make_design,
    make_plan,
    make_proctor,
    make_store,
    seat,
)


def test_a_study_before_its_plan_has_nobody(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store:
        store.create_study(STUDY_ID, START)

        found = status_of(store)

    assert found.to_json() == {
        "study_id": STUDY_ID,
        "planned": False,
        "plan_hash": None,
        "pilot_only": None,
        "questions": 0,
        "invited": 0,
        "places": {"taken": 0, "of": None},
        "withheld": 0,
        "deleted": 0,
        "platform": {},
        "by_stage": {},
        "by_outcome": {},
        "by_cell": {},
        "answers": {},
        "spending": {
            "usd": None,
            "per_study": None,
            "per_participant": None,
            "tokens_in": 0,
            "tokens_out": 0,
            "n_replies": 0,
            "n_uncounted": 0,
            "listed": "",
            "judges_usd": 0.0,
            "n_judge_calls": 0,
        },
        "troubles": {},
    }


def test_people_are_counted_by_stage_outcome_and_cell(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    seat(proctor, "seated")
    seat(proctor, "left")
    proctor.withdraw("left")
    proctor.give_consent("reading", agreed=True)
    proctor.give_consent("unwilling", agreed=False)

    found = status_of(proctor.store)
    proctor.store.close()

    assert found.by_stage == {"human": {"ended": 2, "instructions": 1, "rest": 1}}
    assert found.by_outcome == {"human": {"no_consent": 1, "withdrew": 1}}
    assert sum(found.by_cell["human"].values()) == 2
    assert "human: 4\n  at: ended 2, instructions 1, rest 1" in found.describe()
    assert "pilot only" in found.describe()


def test_places_are_counted_where_there_is_a_number_of_them(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, make_plan(make_design(sitting={"max_participants": 3})))
    for participant_id in ("one", "two", "three", "late"):
        seat(proctor, participant_id)
    proctor.withdraw("two", keeps_data=False)
    proctor.withdraw("three", keeps_data=True)

    found = status_of(proctor.store)
    proctor.store.close()

    assert (found.n_places, found.max_places, found.n_withheld) == (1, 3, 1)
    assert found.by_outcome == {"human": {"study_full": 1, "withdrew": 2}}
    assert "places: 1 of 3 taken\nwithdrew and keep their data back: 1\n" in found.describe()


def test_a_model_has_no_cells_to_speak_of(tmp_path: Path) -> None:
    with make_store(tmp_path, make_plan(prompts=load_prompts())) as store:
        answer_alone(store, "scripted:demo", clock=make_clock())

        said = status_of(store).describe()

    assert "model: 1\n  at: ended 1\n  ended: completed 1\nanswers, model_alone: " in said
