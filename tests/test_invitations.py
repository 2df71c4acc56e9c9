import re
from pathlib import Path

import pytest

from oversight_app import invitations
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.store import Store
from oversight_app.study.events import ParticipantsInvited
from tests.builders import START, make_clock, make_store


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
