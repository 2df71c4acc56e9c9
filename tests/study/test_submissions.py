"""Prolific's export is read for sure or refused by file, row and column."""

import pytest

from oversight_app.errors import BadInput
from oversight_app.study.submissions import (
    Person,
    Submission,
    SubmissionStatus,
    people_of,
    read_submissions,
    submission_of,
)

HEADING = "Submission id,Participant id,Status,Started at,Completed at,Completion code\n"
ROW = "s1,p1,APPROVED,2026-11-28T10:00:00Z,2026-11-28T10:30:00Z,C1\n"


def test_a_file_of_today_is_read() -> None:
    text = "\ufeff" + HEADING + ROW + "s2,p2,TIMED-OUT,,,NOCODE\r\n"

    assert read_submissions(text, "export.csv") == (
        Submission("p1", "s1", SubmissionStatus.APPROVED, "C1"),
        Submission("p2", "s2", SubmissionStatus.TIMED_OUT, ""),
    )


def test_older_headings_in_another_order_are_read_as_well() -> None:
    text = "session_id,participant_id,status,entered_code,Age\ns1,p1,Awaiting Review,C1,\n"

    assert read_submissions(text, "old.csv") == (
        Submission("p1", "s1", SubmissionStatus.AWAITING_REVIEW, "C1"),
    )


def test_a_row_that_stands_twice_counts_once() -> None:
    assert len(read_submissions(HEADING + ROW + ROW, "export.csv")) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"export.csv, row 1: found no column Participant id; there are none"),
        (
            "Submission id,Status\n",
            r"row 1: found no column Participant id; there are 'Submission id', 'Status'",
        ),
        (
            "WorkerId,AssignmentStatus\n",
            r"found the column 'WorkerId'. This looks like a file of MTurk or Connect",
        ),
        ("status,Status,participant_id,session_id\n", r"found 'status' and 'Status', which mean the same"),
        (
            HEADING + ROW + "s2,p2,GONE,,,\n",
            r"row 3, column Status: found 'GONE'. Known are RESERVED, ACTIVE",
        ),
        (HEADING + "s1,=1+1,ACTIVE,,,\n", r"row 2, column Participant id: found '=1\+1', which is no id"),
        (HEADING + ",p1,ACTIVE,,,\n", r"row 2, column Submission id: found '', which is no id"),
        (HEADING + "s1,p1,ACTIVE\n", r"row 2: found 3 columns where row 1 has 6"),
        (
            HEADING + ROW + "s1,p1,RETURNED,,,\n",
            r"row 3, column Submission id: found 's1', which row 2 has with",
        ),
        (HEADING + 's1,"p1,ACTIVE,,,\n', r"line 2: this is no CSV"),
    ],
)
def test_whatever_cannot_be_read_for_sure_is_refused_by_its_place(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        read_submissions(text, "export.csv")

    assert str(refused.value).endswith("Nothing was changed.")


def test_only_the_submission_that_somebody_came_with_last_is_theirs() -> None:
    rows = [("a1", [{"PROLIFIC_PID": "p1", "SESSION_ID": "s2"}, {"PROLIFIC_PID": "p1", "SESSION_ID": "s1"}])]
    (person,) = people_of([*rows, ("b2", [{"workerId": "w"}])])
    old, new = (Submission("p1", s, SubmissionStatus.RETURNED, "") for s in ("s1", "s2"))

    assert person == Person("a1", "p1", "s2")
    assert submission_of(person, [old, new]) == new
    assert submission_of(person, [old]) is None


def test_without_a_submission_in_the_link_a_persons_only_one_is_theirs() -> None:
    person = Person("a1", "p1", "")
    one, two = (Submission("p1", s, SubmissionStatus.RETURNED, "") for s in ("s1", "s2"))

    assert submission_of(person, [one]) == one
    assert submission_of(person, [one, two]) is None
