"""Submissions: what Prolific says has become of each person there, read from the file that it exports.

Only four columns matter: who, which submission, its status, and the code that was entered. Older exports name them
otherwise (`session_id`, `entered_code`); whatever else a file holds is not read. A file is read whole or refused: a
status that this release does not know could be one that gives a place back.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from oversight_app.errors import BadInput


class SubmissionStatus(StrEnum):
    """The status of a submission, in Prolific's words."""

    RESERVED = "RESERVED"
    ACTIVE = "ACTIVE"
    TIMED_OUT = "TIMED-OUT"
    AWAITING_REVIEW = "AWAITING REVIEW"
    APPROVED = "APPROVED"
    RETURNED = "RETURNED"
    REJECTED = "REJECTED"
    SCREENED_OUT = "SCREENED OUT"


GIVING_BACK = (SubmissionStatus.RETURNED, SubmissionStatus.TIMED_OUT, SubmissionStatus.REJECTED)
"""With these Prolific frees the place and lets somebody else come."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One row: `person` and `submission` are Prolific's ids; `code` is empty where none was entered."""

    person: str
    submission: str
    status: SubmissionStatus
    code: str


def read_submissions(text: str, file: str) -> tuple[Submission, ...]:
    """Every submission of an export, in its order; `file` is what an error calls it.

    Raises BadInput, with the row as a spreadsheet counts it, for anything that cannot be read for sure.
    """
    rows = csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True), strict=True)
    found: dict[str, tuple[int, Submission]] = {}
    try:
        columns = _columns(next(rows, []), file)
        for n, cells in enumerate(rows, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            submission = _submission(cells, columns, f"{file}, row {n}")
            first = found.setdefault(submission.submission, (n, submission))
            if first[1] != submission:
                raise BadInput(
                    f"{file}, row {n}, column {columns.names['submission']}: found {submission.submission!r}, which "
                    f"row {first[0]} has with other values. Export the submissions again from Prolific. {_NOTHING}"
                )
    except csv.Error as error:
        raise BadInput(
            f"{file}, line {rows.line_num}: this is no CSV ({error}). Upload the file as Prolific gave it to you. "
            f"{_NOTHING}"
        ) from None
    return tuple(submission for _, submission in found.values())


_NOTHING = "Nothing was changed."
_NO_CODE = ("", "NOCODE")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "person": ("participantid",),
    "submission": ("submissionid", "sessionid"),
    "status": ("status",),
    "code": ("completioncode", "enteredcode"),
}
_OF_OTHERS = ("workerid", "assignmentid", "hitid", "projectid")
"""Columns of the files of other platforms, whose statuses are not read."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """The place of each column that is read, what the file calls it, and how many columns it has."""

    places: Mapping[str, int]
    names: Mapping[str, str]
    n: int


def _columns(heading: Sequence[str], file: str) -> _Columns:
    plain = [re.sub(r"[\s_-]", "", cell).casefold() for cell in heading]
    if others := [name for name, told in zip(heading, plain, strict=True) if told in _OF_OTHERS]:
        raise BadInput(
            f"{file}, row 1: found the column {others[0]!r}. This looks like a file of MTurk or Connect; reading "
            f"statuses from these is not supported, only from Prolific's export of submissions. {_NOTHING}"
        )
    places: dict[str, int] = {}
    for name, headings in _HEADINGS.items():
        at = [place for place, told in enumerate(plain) if told in headings]
        if len(at) > 1:
            raise BadInput(
                f"{file}, row 1: found {' and '.join(repr(heading[place]) for place in at)}, which mean the same. "
                f"Upload the file as Prolific gave it to you. {_NOTHING}"
            )
        if at:
            places[name] = at[0]
        elif name != "code":
            raise BadInput(
                f"{file}, row 1: found no column {_SAID[name]}; there are {_listed(heading)}. Upload the file that "
                f"Prolific's page of submissions exports. {_NOTHING}"
            )
    return _Columns(places, {name: heading[place] for name, place in places.items()}, len(heading))


_SAID = {"person": "Participant id", "submission": "Submission id", "status": "Status"}


def _listed(heading: Sequence[str]) -> str:
    return ", ".join(map(repr, heading[:12])) or "none"


def _submission(cells: Sequence[str], columns: _Columns, where: str) -> Submission:
    if len(cells) != columns.n:
        raise BadInput(
            f"{where}: found {len(cells)} columns where row 1 has {columns.n}. Upload the file as Prolific gave it to "
            f"you. {_NOTHING}"
        )
    said = {name: cells[place].strip() for name, place in columns.places.items()}
    for name in ("person", "submission"):
        if not _ID.fullmatch(said[name]):
            raise BadInput(
                f"{where}, column {columns.names[name]}: found {said[name][:60]!r}, which is no id of Prolific's. "
                f"Upload the file as Prolific gave it to you. {_NOTHING}"
            )
    code = said.get("code", "")
    status = _STATUSES.get(_plain(said["status"]))
    if status is None:
        raise BadInput(
            f"{where}, column {columns.names['status']}: found {said['status'][:60]!r}. Known are "
            f"{', '.join(SubmissionStatus)}. {_NOTHING}"
        )
    return Submission(said["person"], said["submission"], status, "" if code.upper() in _NO_CODE else code)


def _plain(status: str) -> str:
    return re.sub(r"[\s_-]", "", status).upper()


_STATUSES = {_plain(status): status for status in SubmissionStatus}


# -- whose submission is whose ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of this study who came from Prolific; `session` is the latest submission that their links named."""

    participant_id: str
    prolific_id: str
    session: str


def people_of(rows: Sequence[tuple[str, Sequence[Mapping[str, str]]]]) -> Iterator[Person]:
    """People who came from Prolific, of (participant_id, their links, the latest first) of all from platforms."""
    for participant_id, links in rows:
        prolific_id = next((link["PROLIFIC_PID"] for link in links if link.get("PROLIFIC_PID")), "")
        session = next((link["SESSION_ID"] for link in links if link.get("SESSION_ID")), "")
        if prolific_id:
            yield Person(participant_id, prolific_id, session)


def submission_of(person: Person, theirs: Sequence[Submission]) -> Submission | None:
    """The one of somebody's submissions that they came with last; None where the file does not have it.

    Whoever returns a submission may come again with another. An older one must not undo what the latest says.
    Where no link named one, a person's only submission is theirs.
    """
    if person.session:
        return next((item for item in theirs if item.submission == person.session), None)
    return theirs[0] if len(theirs) == 1 else None
