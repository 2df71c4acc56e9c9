"""What can happen to the study as a whole: its own stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STUDY_STREAM = "study"


@dataclass(frozen=True, slots=True)
class PlanFrozen:
    """The plan was frozen; its hash covers design, banks, texts, prompts and seed.

    `by` is the name given at the console, empty for the command line.
    """

    plan_hash: str
    design_hash: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class StudyPrepared:
    """At the console, before the plan: `what` is study (made), design (chosen again), questions (in) or text (changed).

    `which` names the file or the bank, of a design the copy of the one before; `by` is the name given there.
    """

    what: str
    which: str
    by: str


@dataclass(frozen=True, slots=True)
class AnalysisRegistered:
    """The analysis was registered: the hash of its text, what it says, and how much data there was at that time."""

    sha256: str
    n_people: int
    n_answers: int
    registered: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ParticipantsInvited:
    """Links were made for so many participants; `by` is the name given at the console, empty for the command line."""

    count: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class ExportWritten:
    """An export was made, with these stream heads; `manifest_sha256` is that of the file which names all others."""

    heads_hash: str
    n_answers: int
    manifest_sha256: str = ""


@dataclass(frozen=True, slots=True)
class HeadsNoted:
    """Where streams stood at an export or a backup: for each that has grown since the last note its last seq and hash.

    A stream's own chain cannot show that its end was cut off; this note in another stream can.
    """

    heads: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class ParticipantDeleted:
    """Everything of one participant was taken out of the record, here named by the code that stood for them.

    `n_events` and `head` are those of the stream that is gone, `rows` counts what went with it. Whether they had been
    assigned is kept because later draws count arrivals.
    """

    participant_id: str
    participant_kind: str
    was_assigned: bool
    n_events: int
    head: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class RecordRestored:
    """The record was put back from a backup; the one it replaced stood at these heads."""

    backup_sha256: str
    made_at: str
    replaced_heads_hash: str


@dataclass(frozen=True, slots=True)
class BonusesListed:
    """A bonus file was written: who is to be paid how much by it, as decimal numbers in text, by participant_id.

    Platform ids stand in the file alone; `sha256` is the file's. `draws` are the numbers 0-99 of a binarised rule, by
    trial_id: below the percentage that the answer's score came to, the prize was won. `promises` are the keys of the
    promises that the amounts hold, by participant_id, with a space between two.
    """

    file: str
    upload: str
    currency: str
    sha256: str
    amounts: Mapping[str, str]
    draws: Mapping[str, int] = field(default_factory=dict)
    promises: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RehearsalBegun:
    """This record is a copy whose people are simulated. `truth` is what their answers should come out as."""

    n_participants: int
    seed: int
    n_streams_left_out: int
    truth: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EnrolmentSet:
    """The researcher opened, paused or closed enrolment: `state` is open, paused or closed."""

    state: str
    by: str


@dataclass(frozen=True, slots=True)
class TargetRaised:
    """There are more places than before. `accuracy_seen`: whether somebody could have looked at accuracy by then."""

    before: int
    after: int
    by: str
    accuracy_seen: bool


@dataclass(frozen=True, slots=True)
class AccuracyShown:
    """The researcher asked to see accuracy while `enrolment` was in this state.

    `how` is console (the figures on its page), transcript (one person's answers with their keys) or export (the
    answers of everybody, with their keys).
    """

    how: str
    enrolment: str
    by: str
