"""Statuses from Prolific: places are given back, answers stay, and the same file twice changes nothing."""

from pathlib import Path

import pytest

from oversight_app.errors import Refusal
from oversight_app.proctor import Proctor
from oversight_app.projections import rebuild
from oversight_app.status import status_of
from oversight_app.study.events import PlatformStatusNoted, SittingEnded, to_body
from oversight_app.study.submissions import Submission, SubmissionStatus
from oversight_app.submissions import Noted, note_statuses
from tests.builders import make_clock, make_design, make_plan, make_proctor, seat


@pytest.fixture
def proctor(tmp_path: Path) -> Proctor:
    plan = make_plan(make_design(sitting={"max_participants": 2}))
    return make_proctor(tmp_path, plan)


def come(proctor: Proctor, person: str, session: str = "") -> str:
    """Somebody comes from Prolific and begins."""
    link = {"PROLIFIC_PID": person, "STUDY_ID": "study1", "SESSION_ID": session or f"{person}-s"}
    code = proctor.participant_from_platform(link)
    assert code is not None
    seat(proctor, code)
    return code


def say(proctor: Proctor, is_dry_run: bool = False, entered: str = "", **said: str) -> Noted:
    submissions = [
        Submission(who, f"{who}-s", SubmissionStatus(status), entered) for who, status in said.items()
    ]
    return note_statuses(proctor.store, submissions, clock=make_clock(), is_dry_run=is_dry_run)


def noted_of(proctor: Proctor, code: str) -> list[str]:
    events = (item.event for item in proctor.store.events_of(code))
    return [event.status for event in events if isinstance(event, PlatformStatusNoted)]


@pytest.mark.parametrize("status", ["RETURNED", "TIMED-OUT", "REJECTED"])
def test_who_is_gone_at_prolific_gives_the_place_to_somebody_else(proctor: Proctor, status: str) -> None:
    ann = come(proctor, "ann")
    come(proctor, "bob")
    answers = list(proctor.store.rows("trials"))

    noted = say(proctor, ann=status, bob="ACTIVE")
    cy = come(proctor, "cy")

    assert [(c.held_place, c.holds_place) for c in noted.changes] == [(True, False), (True, True)]
    assert proctor.sitting(cy).cell, "there was a place"
    assert (
        proctor.sitting(cy).turn == proctor.sitting(ann).turn
        or proctor.sitting(cy).cell != proctor.sitting(ann).cell
    )
    assert proctor.store.n_places_taken() == 2
    assert [row for row in proctor.store.rows("trials") if row["participant_id"] != cy] == answers
    assert status_of(proctor.store).platform == {"ACTIVE": 1, status: 1}


def test_the_same_file_twice_changes_nothing_and_rows_can_be_made_again(proctor: Proctor) -> None:
    ann = come(proctor, "ann")
    say(proctor, ann="RETURNED")
    heads, rows = proctor.store.heads(), list(proctor.store.rows("sittings"))

    again = say(proctor, ann="RETURNED")
    rebuild(proctor.store)

    assert (again.changes, again.n_same) == ((), 1)
    assert proctor.store.heads() == heads
    assert list(proctor.store.rows("sittings")) == rows
    assert noted_of(proctor, ann) == ["RETURNED"]


def test_who_is_approved_after_all_holds_the_place_again(proctor: Proctor) -> None:
    ann = come(proctor, "ann")
    say(proctor, ann="TIMED-OUT")

    (change,) = say(proctor, ann="APPROVED").changes

    assert (change.before, change.held_place, change.holds_place) == ("TIMED-OUT", False, True)
    assert proctor.store.n_places_taken() == 1
    assert noted_of(proctor, ann) == ["TIMED-OUT", "APPROVED"]


def test_a_dry_run_says_the_same_and_notes_nothing(proctor: Proctor) -> None:
    ann = come(proctor, "ann")

    would = say(proctor, is_dry_run=True, ann="RETURNED")

    assert noted_of(proctor, ann) == []
    assert would == say(proctor, ann="RETURNED")


def test_no_id_of_the_platform_reaches_the_record_of_events(proctor: Proctor) -> None:
    ann = come(proctor, "ann-of-prolific")

    note_statuses(
        proctor.store,
        [Submission("ann-of-prolific", "ann-of-prolific-s", SubmissionStatus.REJECTED, "CODE")],
        clock=make_clock(),
    )

    assert noted_of(proctor, ann) == ["REJECTED"]
    assert "prolific-s" not in "".join(to_body(item.event) for item in proctor.store.events_of(ann))


def test_a_status_is_no_sign_of_the_person(proctor: Proctor) -> None:
    ann = come(proctor, "ann")
    seen_at = proctor.sitting(ann).last_sign_at
    later = make_clock()
    later.sleep(60)

    note_statuses(proctor.store, [Submission("ann", "ann-s", SubmissionStatus.ACTIVE, "")], clock=later)

    assert proctor.sitting(ann).last_sign_at == seen_at


def test_who_has_completed_here_and_returned_there_is_named(proctor: Proctor) -> None:
    ann = come(proctor, "ann")
    proctor.act(ann, lambda sitting, now, record: [SittingEnded("completed")])

    noted = say(proctor, ann="RETURNED", entered="CODE123")

    assert [(person.participant_id, status) for person, status in noted.completed] == [(ann, "RETURNED")]
    assert noted.wrong_codes == ()


def test_wrong_and_foreign_codes_are_named_with_what_they_mean(proctor: Proctor) -> None:
    ann, bob = come(proctor, "ann"), come(proctor, "bob")
    proctor.act(bob, lambda sitting, now, record: [SittingEnded("completed")])

    early = say(proctor, ann="AWAITING REVIEW", entered="CODE123")
    foreign = say(proctor, bob="AWAITING REVIEW", entered="ELSEWHERE")

    assert [(w.person.participant_id, w.meant, w.outcome) for w in early.wrong_codes] == [
        (ann, "completed", "")
    ]
    assert [(w.meant, w.outcome) for w in foreign.wrong_codes] == [("", "completed")]


def test_people_unknown_here_are_named_and_those_not_in_the_file_are_counted(proctor: Proctor) -> None:
    come(proctor, "ann")
    come(proctor, "bob", session="another")

    noted = say(proctor, bob="RETURNED", stranger="APPROVED")

    assert [item.person for item in noted.unknown] == ["stranger"]
    assert [person.prolific_id for person in noted.others] == ["bob"]
    assert (noted.changes, noted.n_absent) == ((), 1)


def test_one_who_was_deleted_meanwhile_is_nobody(proctor: Proctor) -> None:
    ann = come(proctor, "ann")
    with proctor.store.write() as record:
        record.delete_participant(ann, make_clock().now())

    noted = say(proctor, ann="RETURNED")

    assert [item.person for item in noted.unknown] == ["ann"]
    with pytest.raises(Refusal), proctor.store.write() as record:
        record.append(ann, [PlatformStatusNoted("prolific", "RETURNED")], make_clock().now())
