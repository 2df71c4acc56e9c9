"""What `verify` finds: each thing that is not as it was recorded, with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was recorded.

    `place` is where, as precisely as can be told: "stream k3m9x2pa, seq 12, column body", "answers.csv, line 17,
    column choice", "study.toml, tasks.mmlu.time_limit_s". `what` is a sentence without its subject.
    """

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of the study's own stream, which names where all others stood."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was held against what, and what came of it. Without a finding the record is as it was written."""

    study_id: str
    head: Head | None
    n_streams: int
    n_events: int
    n_since_note: int
    """Events after the last note of heads: no other stream vouches for those yet."""
    n_deleted: int
    checked: Sequence[str]
    findings: Sequence[Finding]
    notes: Sequence[str] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def to_json(self) -> dict[str, object]:
        """As `oversight verify --json` prints it."""
        return {
            "study_id": self.study_id,
            "sound": self.is_sound,
            "head": None if self.head is None else asdict(self.head),
            "streams": self.n_streams,
            "events": self.n_events,
            "events_since_last_note": self.n_since_note,
            "deleted_participants": self.n_deleted,
            "checked": list(self.checked),
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
        }

    def describe(self) -> str:
        """A few lines of text, findings left out."""
        lines = [f"Study {self.study_id}: {self.n_events:,} events in {self.n_streams:,} streams."]
        lines += [f"checked: {what}" for what in self.checked]
        if self.n_deleted:
            lines.append(f"deleted on request: {self.n_deleted:,}")
        lines += [f"Note: {note}" for note in self.notes]
        if self.head is not None:
            lines.append(
                f"Head of the record: {self.head.hash} (event {self.head.seq:,} of the study's stream)."
            )
            since = (
                "It vouches for every event of everybody."
                if not self.n_since_note
                else f"It vouches for all but the {self.n_since_note:,} events since the last export or backup."
            )
            lines.append(f"{since} Keep it where nobody who can write the record can change it.")
        return "\n".join(lines)
