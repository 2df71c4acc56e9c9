"""Pages are read from events: when each was entered and left, and whether the clock closed it."""

from datetime import timedelta
from typing import Any

from oversight_app.study.events import (
    ComprehensionAnswered,
    ConsentGiven,
    Event,
    FeedbackRead,
    InstructionsRead,
    NextAsked,
    ParticipantAssigned,
    ParticipantEnrolled,
    PassageRead,
    PassageShown,
    SittingEnded,
    SurveyAnswered,
    TrialClosed,
    TrialShown,
    iso,
    kind_of,
    to_body,
)
from oversight_app.study.page_times import page_times
from tests.builders import START


def at(seconds: float) -> Any:
    return START + timedelta(seconds=seconds)


def rows(*events: tuple[float, Event], stream: str = "p1") -> list[dict[str, Any]]:
    return [
        {"stream": stream, "seq": n, "kind": kind_of(event), "at": iso(at(second)), "body": to_body(event)}
        for n, (second, event) in enumerate(events, start=1)
    ]


BEGUN: tuple[tuple[float, Event], ...] = (
    (0, ParticipantEnrolled("human")),
    (0, ConsentGiven("a" * 64)),
    (10, InstructionsRead()),
    (15, ComprehensionAnswered((0,), passed=False)),
    (25, ComprehensionAnswered((1,), passed=True)),
    (30, ParticipantAssigned("cell", 0, False, ())),
    (34, NextAsked()),
)


def test_every_page_of_a_sitting_is_a_row_in_order() -> None:
    told = page_times(
        rows(
            *BEGUN,
            (34, PassageShown(1, at(60))),
            (50, PassageRead(1)),
            (50, TrialShown(1, at(110))),
            (80, TrialClosed(1, "answered", "A", 0.5, at(80))),
            (85, FeedbackRead(1)),
            (86, TrialShown(2, at(146))),
            (150, TrialClosed(2, "timed_out", "A", None, at(146))),
            (170, SurveyAnswered({}, None)),
            (190, SittingEnded("completed")),
        )
    )

    assert [(page["page_name"], page["n"], page["duration_s"], page["timed_out"]) for page in told] == [
        ("consent", None, None, None),
        ("instructions", None, 10, None),
        ("comprehension", None, 5, None),
        ("comprehension", None, 10, None),
        ("ready", None, 5, None),
        ("rest", None, 4, None),
        ("reading", 1, 16, None),
        ("trial", 1, 30, 0),
        ("feedback", 1, 5, None),
        ("trial", 2, 60, 1),
        ("survey", None, 24, None),
        ("debrief", None, 20, None),
    ]


def test_a_page_that_was_never_left_has_no_end() -> None:
    *_, last = page_times(rows(*BEGUN, (40, TrialShown(1, None))))

    assert (last["page_name"], last["page_index"]) == ("trial", 7)
    assert (last["left_at"], last["duration_s"], last["timed_out"]) == (None, None, None)


def test_a_page_that_the_end_came_before_was_not_seen() -> None:
    told = list(
        page_times(rows(*BEGUN[:3], (15, ComprehensionAnswered((0,), passed=False)), (15, SittingEnded("x"))))
    )

    assert [page["page_name"] for page in told] == ["consent", "instructions", "comprehension"]


def test_models_and_the_study_see_no_pages() -> None:
    model = rows((0, ParticipantEnrolled("model")), (1, TrialShown(1, None)), stream="m1")

    assert list(page_times([*model, *rows((0, NextAsked()), stream="study")])) == []
