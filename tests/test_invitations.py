import re
from pathlib import Path

import pytest

from oversight_app import invitations
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.store import Store
from oversight_app.study.design import ENDINGS
from oversight_app.study.events import ParticipantsInvited
from tests.builders import START, make_clock, make_design, make_plan, make_store


def test_each_token_stands_for_a_code_that_says_nothing(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        tokens = invitations.invite(store, 20, clock=make_clock())

        codes = [store.participant_of(token) for token in tokens]
    assert len(set(tokens)) == len(set(codes)) == 20
    assert all(code and re.fullmatch(r"[a-z0-9]{8}", code) for code in codes)
    assert all(len(token) >= 22 and "." not in token for token in tokens)


def test_a_second_invitation_adds_to_the_first(tmp_path: Path) -> None:
    with make_store(tmp_path) as store:
        first = invitations.invite(store, 2, clock=make_clock())
        second = invitations.invite(store, 3, clock=make_clock())

        assert set(store.invitations()) == {*first, *second}
        assert [item.event for item in store.events_of()] == [ParticipantsInvited(2), ParticipantsInvited(3)]


def test_nobody_is_invited_before_the_plan(tmp_path: Path) -> None:
    with Store.open(tmp_path / "study.db") as store:
        store.create_study("unplanned", START)

        with pytest.raises(StudyStateError, match="Run `oversight plan "):
            invitations.invite(store, 1, clock=make_clock())

        assert store.invitations() == {}


def test_an_address_is_cleaned_and_a_wrong_one_is_refused() -> None:
    assert invitations.link(invitations.checked_url("https://a.org/"), "t") == "https://a.org/go/t"
    for wrong in ("a.org", "ftp://a.org", "https://", "https://a.org/x", "https://a.org?x=1"):
        with pytest.raises(BadInput):
            invitations.checked_url(wrong)


# -- people from platforms -----------------------------------------------------------------------------

PROLIFIC = "https://app.prolific.com/submissions/complete?cc={code}"


def test_what_to_enter_at_a_platform_names_each_link_and_the_code_of_each_outcome() -> None:
    codes = {outcome: f"CODE{i}" for i, outcome in enumerate(ENDINGS)}
    plan = make_plan(make_design(sitting={"completion_url": PROLIFIC}), codes=codes, completion_code="CODE0")

    said = invitations.recruiting(plan, "https://study.example.org").splitlines()

    for link in (
        "https://study.example.org/join?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}"
        "&SESSION_ID={{%SESSION_ID%}}",
        "https://study.example.org/join",
        "https://study.example.org/join?participant_label=LABEL",
    ):
        assert f"    {link}" in said
    assert any("<ExternalURL>https://study.example.org/join</ExternalURL>" in line for line in said)
    assert any("ASSIGNMENT_ID_NOT_AVAILABLE" in line for line in said)
    assert any("MTurk adds workerId, assignmentId, hitId and turkSubmitTo by itself" in line for line in said)
    rows = [line.split()[:2] for line in said if "  CODE" in line or " CODE" in line]
    assert rows == [[outcome.value, codes[outcome]] for outcome in ENDINGS]
    actions = [line.partition("(Prolific: ")[2] for line in said if "(Prolific: " in line]
    assert actions[0] == "Automatically approve, or Manually review)"
    assert len(actions) == len(ENDINGS)
    assert any(line.startswith("  screened_out") and "Fixed screen-out payment" in line for line in said)
    assert not any("Reject" in line for line in said), "nobody is rejected by a code"
    assert f"Everybody is sent to {PROLIFIC}." in said
    assert not any("rid" in line or "over https" in line for line in said)


def test_an_outcome_may_have_an_address_of_its_own_and_a_platform_a_parameter_of_its_own() -> None:
    design = make_design(
        sitting={"person_parameter": "rid"}, outcomes={"screened_out": {"url": "https://panel.example/out"}}
    )

    said = invitations.recruiting(make_plan(design), "http://127.0.0.1:8501")

    assert "    http://127.0.0.1:8501/join?rid=ID" in said
    assert "After screened_out everybody is sent to https://panel.example/out." in said
    assert "study_full and withdrew everybody is sent nowhere and takes the code along by hand." in said
    assert "MTurk shows no address that begins with http://" in said
