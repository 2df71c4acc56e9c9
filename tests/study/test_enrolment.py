"""Enrolment: pause, close, reopen, raise, and who has looked."""

from datetime import timedelta

import pytest

from oversight_app.errors import BadInput
from oversight_app.study.enrolment import (
    Enrolment,
    EnrolmentState,
    enrolment_of,
    look,
    put,
    raise_target,
    signed,
)
from oversight_app.study.events import (
    STUDY_STREAM,
    AccuracyShown,
    EnrolmentSet,
    Event,
    Happened,
    TargetRaised,
)
from tests.builders import START


def after(*events: Event, planned: int | None = 40) -> Enrolment:
    return enrolment_of(
        [Happened(STUDY_STREAM, i, START + timedelta(minutes=i), event) for i, event in enumerate(events, 1)],
        planned,
    )


def test_a_new_study_is_open_and_hides_accuracy() -> None:
    stands = after()

    assert (stands.state, stands.target) == (EnrolmentState.OPEN, 40)
    assert (stands.shows_accuracy, stands.accuracy_seen) == (False, False)


def test_the_same_state_again_is_no_event() -> None:
    assert put(after(), EnrolmentState.OPEN, "Ada") == []
    assert put(after(), EnrolmentState.PAUSED, "Ada") == [EnrolmentSet("paused", "Ada")]
    assert put(after(EnrolmentSet("paused", "Ada")), EnrolmentState.PAUSED, "Bo") == []


def test_a_closed_study_shows_accuracy_and_a_reopened_one_hides_it_again_but_it_was_seen() -> None:
    closed, opened = EnrolmentSet("closed", "Ada"), EnrolmentSet("open", "Ada")

    assert after(closed).shows_accuracy
    assert not after(closed, opened).shows_accuracy
    assert after(closed, opened).accuracy_seen


def test_looking_early_is_on_record_once_and_stays() -> None:
    (event,) = look(after(), "console", " Ada \n Lovelace ")

    assert event == AccuracyShown("console", "open", "Ada Lovelace")
    assert after(event).shows_accuracy
    assert look(after(event), "console", "Ada Lovelace") == []
    assert look(after(event), "console", "Bo") == [AccuracyShown("console", "open", "Bo")]


def test_looking_after_the_close_needs_no_record() -> None:
    assert look(after(EnrolmentSet("closed", "Ada")), "console", "Ada") == []


def test_a_target_raised_after_a_look_says_so() -> None:
    looked = AccuracyShown("console", "open", "Ada")

    assert raise_target(after(), 60, "Ada") == [TargetRaised(40, 60, "Ada", False)]
    assert raise_target(after(looked), 60, "Ada") == [TargetRaised(40, 60, "Ada", True)]
    assert raise_target(after(TargetRaised(40, 60, "Ada", False)), 60, "Ada") == []


@pytest.mark.parametrize("target", [39, 0, -1, 1_000_001])
def test_places_are_never_taken_away(target: int) -> None:
    with pytest.raises(BadInput, match="can only be raised"):
        raise_target(after(), target, "Ada")


def test_a_study_without_a_number_of_places_has_none_to_raise() -> None:
    with pytest.raises(BadInput, match="no number of places"):
        raise_target(after(planned=None), 60, "Ada")


def test_what_a_report_needs_is_told_with_times_and_names() -> None:
    about = after(
        AccuracyShown("export", "paused", "Ada"),
        TargetRaised(40, 60, "Bo", True),
        EnrolmentSet("closed", "Bo"),
    ).about()

    assert about == {
        "state": "closed",
        "target": 60,
        "planned_target": 40,
        "accuracy_seen": True,
        "changes": [
            {
                "at": "2026-01-05T09:02:00.000000Z",
                "what": "target_raised",
                "before": 40,
                "after": 60,
                "by": "Bo",
                "accuracy_seen": True,
            },
            {"at": "2026-01-05T09:03:00.000000Z", "what": "enrolment", "state": "closed", "by": "Bo"},
        ],
        "accuracy_shown": [
            {
                "at": "2026-01-05T09:01:00.000000Z",
                "what": "accuracy_shown",
                "how": "export",
                "enrolment": "paused",
                "by": "Ada",
            }
        ],
    }


def test_a_name_on_record_is_one_line_and_never_empty() -> None:
    assert signed(" \n ") == "researcher"
    assert signed("x" * 500) == "x" * 80
