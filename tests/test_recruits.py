"""People from platforms: who they are to the study, and when the record learns of them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from oversight_app import recruits
from oversight_app.proctor import Proctor
from oversight_app.study.page import ConsentPage, EndPage, InstructionsPage
from tests.builders import make_clock, make_design, make_plan, make_proctor

ANN = {"PROLIFIC_PID": "ann", "STUDY_ID": "s", "SESSION_ID": "first"}


def code_of(proctor: Proctor, parameters: dict[str, str]) -> str:
    code = proctor.participant_from_platform(parameters)
    assert code is not None
    return code


def platform_rows(proctor: Proctor) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(proctor.store.path)) as record:
        record.row_factory = sqlite3.Row
        return [dict(row) for row in record.execute("SELECT * FROM platform_ids ORDER BY platform_key")]


def restarted(proctor: Proctor) -> Proctor:
    """Another process over the same record."""
    return Proctor(proctor.store, make_clock())


def test_looking_at_the_first_page_leaves_nothing(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)

    for _ in range(3):
        assert isinstance(proctor.page(code_of(proctor, ANN)), ConsentPage)

    assert platform_rows(proctor) == []
    assert proctor.store.heads() == {}


def test_the_code_that_waits_for_somebody_stays_the_same_until_they_act(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)

    codes = {code_of(proctor, ANN), code_of(proctor, ANN | {"SESSION_ID": "second"})}

    assert len(codes) == 1
    assert code_of(proctor, {"PROLIFIC_PID": "bob"}) not in codes


def test_the_first_click_puts_a_person_on_record_with_all_that_their_link_said(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    code = code_of(proctor, ANN)

    proctor.give_consent(code, agreed=True)

    (row,) = platform_rows(proctor)
    assert (row["platform_key"], row["participant_id"]) == ("PROLIFIC_PID=ann", code)
    assert json.loads(row["parameters"]) == ANN
    assert row["latest_parameters"] is None
    assert code_of(proctor, ANN) == code


def test_who_declines_is_known_again_as_well(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path)
    proctor.give_consent(code_of(proctor, ANN), agreed=False)

    again = restarted(proctor)
    page = again.page(code_of(again, ANN))

    assert isinstance(page, EndPage)
    assert page.outcome == "no_consent"


def test_the_same_person_with_another_session_finds_their_place_and_both_sessions_are_kept(
    tmp_path: Path,
) -> None:
    proctor = make_proctor(tmp_path)
    code = code_of(proctor, ANN)
    proctor.give_consent(code, agreed=True)
    again = restarted(proctor)

    found = [code_of(again, ANN | {"SESSION_ID": session}) for session in ("second", "third", "second")]

    assert set(found) == {code}
    assert isinstance(again.page(code), InstructionsPage)
    (row,) = platform_rows(proctor)
    assert json.loads(row["parameters"])["SESSION_ID"] == "first"
    # The tab with the second session was there before the third was opened, and says nothing new.
    assert json.loads(row["latest_parameters"])["SESSION_ID"] == "third"
    assert row["latest_at"] is not None


def test_a_person_is_enrolled_once_whichever_process_they_act_in(tmp_path: Path) -> None:
    one = make_proctor(tmp_path)
    other = restarted(one)
    code, twin = code_of(one, ANN), code_of(other, ANN)
    assert code != twin

    one.give_consent(code, agreed=True)
    other.give_consent(twin, agreed=True)

    assert [row["participant_id"] for row in platform_rows(one)] == [code]
    assert set(one.store.heads()) == {code}
    assert code_of(other, ANN) == code


def test_a_designs_own_parameter_names_people(tmp_path: Path) -> None:
    plan = make_plan(make_design(sitting={"person_parameter": "rid"}))
    proctor = make_proctor(tmp_path, plan)

    proctor.give_consent(code_of(proctor, {"rid": "77", "other": "x"}), agreed=True)

    assert [row["platform_key"] for row in platform_rows(proctor)] == ["rid=77"]


def test_links_that_are_only_opened_do_not_fill_the_memory(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(recruits, "_MOST_REMEMBERED", 100)
    proctor = make_proctor(tmp_path)
    for i in range(300):
        code_of(proctor, {"PROLIFIC_PID": f"scanner {i}"})

    code = code_of(proctor, ANN)
    proctor.give_consent(code, agreed=True)

    assert code_of(proctor, ANN) == code
    assert len(proctor._recruits._awaited) <= 100
