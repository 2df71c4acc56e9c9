"""What Prolific says has become of people there, brought into the record.

One transaction notes every change of a file, or none. The event stands in the person's own stream and goes with them
when they are deleted; their answers stay as they are. Whether somebody holds a place follows from the status that was
noted last, so that one who is returned and then approved holds theirs again.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from oversight_app.clock import Clock
from oversight_app.errors import NoPlan
from oversight_app.store import Store
from oversight_app.study.design import ENDINGS, Outcome
from oversight_app.study.events import PlatformStatusNoted
from oversight_app.study.plan import Plan
from oversight_app.study.submissions import GIVING_BACK, Person, Submission, people_of, submission_of

PLATFORM = "prolific"


@dataclass(frozen=True, slots=True)
class Change:
    """A person's status as it was (empty before the first file) and as it is; `held_place`, `holds_place` likewise."""

    person: Person
    before: str
    after: str
    held_place: bool
    holds_place: bool


@dataclass(frozen=True, slots=True)
class WrongCode:
    """Somebody entered another code than the one that their ending here gives.

    `meant` is the outcome whose code it is, empty for one that is not of this study; `outcome` is empty while they are
    under way here.
    """

    person: Person
    code: str
    meant: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What a file changed, and what a researcher should look at.

    `completed` have completed here and hold no place by Prolific's word; `others` have another submission there than
    the one they came with last; `unknown` never began here; `n_absent` of ours are not in the file.
    """

    n_submissions: int
    n_same: int
    changes: tuple[Change, ...]
    completed: tuple[tuple[Person, str], ...]
    wrong_codes: tuple[WrongCode, ...]
    others: tuple[Person, ...]
    unknown: tuple[Submission, ...]
    n_absent: int


def note_statuses(
    store: Store, submissions: Sequence[Submission], *, clock: Clock, is_dry_run: bool = False
) -> Noted:
    """Note each status that is another than the last one; on record when it returns, unless a dry run.

    The same file again changes nothing. Raises NoPlan before the plan.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    theirs: dict[str, list[Submission]] = {}
    for item in submissions:
        theirs.setdefault(item.person, []).append(item)
    with store.write() as record:
        # Read inside the transaction: another command may have noted the same file a moment ago.
        sittings = {row["participant_id"]: row for row in record.rows("sittings")}
        people = [
            person
            for person in people_of([_links(row) for row in record.rows("platform_ids")])
            if person.participant_id in sittings
        ]
        found = [(person, submission_of(person, theirs.get(person.prolific_id, ()))) for person in people]
        known = {person.prolific_id for person in people}
        changes, completed, wrong_codes = [], [], []
        for person, submission in found:
            if submission is None:
                continue
            row = sittings[person.participant_id]
            before = row["platform_status"] or ""
            if before != submission.status:
                would_hold = bool(row["cell"]) and row["outcome"] in ("", Outcome.COMPLETED)
                changes.append(
                    Change(
                        person,
                        before,
                        submission.status.value,
                        held_place=would_hold and before not in GIVING_BACK,
                        holds_place=would_hold and submission.status not in GIVING_BACK,
                    )
                )
            if row["outcome"] == Outcome.COMPLETED and submission.status in GIVING_BACK:
                completed.append((person, submission.status.value))
            if (wrong := _wrong_code(person, submission, row["outcome"], plan)) is not None:
                wrong_codes.append(wrong)
        if not is_dry_run:
            at = clock.now()
            for change in changes:
                who = change.person.participant_id
                record.append(who, [PlatformStatusNoted(PLATFORM, change.after)], at)
                record.save_platform_status(who, change.after)
    n_matched = sum(submission is not None for _, submission in found)
    return Noted(
        len(submissions),
        n_matched - len(changes),
        tuple(changes),
        tuple(completed),
        tuple(wrong_codes),
        tuple(person for person, one in found if one is None and person.prolific_id in theirs),
        tuple(item for item in submissions if item.person not in known),
        sum(person.prolific_id not in theirs for person in people),
    )


def counted(changes: Sequence[Change]) -> Counter[str]:
    """How many people have come to each status."""
    return Counter(change.after for change in changes)


def _links(row: dict[str, str]) -> tuple[str, list[dict[str, str]]]:
    said = (row["latest_parameters"], row["parameters"])
    return row["participant_id"], [json.loads(text) for text in said if text]


def _wrong_code(person: Person, submission: Submission, outcome: str, plan: Plan) -> WrongCode | None:
    # Who has left may be back any moment; until then they have no ending, and no code.
    ending = outcome if outcome in ENDINGS else ""
    if not submission.code or (ending and submission.code == plan.code(ending)):
        return None
    meant = next((known.value for known in ENDINGS if plan.code(known) == submission.code), "")
    return WrongCode(person, submission.code, meant, outcome)
