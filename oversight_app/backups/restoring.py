"""Putting a backup back: proven before and after, and the record that it replaces is kept aside.

Who was deleted since the backup was made is deleted from it again, or a restore would bring them back; and what was
listed in bonus files since then stays listed, or somebody could be paid twice. Everybody else goes on where they stood
when the backup was made; a question whose time ran out since then is void.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from oversight_app.backups.kept import Backup, backup_at
from oversight_app.clock import stamp
from oversight_app.errors import BadInput, OversightError, StoreError, StudyStateError
from oversight_app.ledger import GAP_S
from oversight_app.projections import rebuild
from oversight_app.store import Store
from oversight_app.store.audit import Audit, audit, sha256_of
from oversight_app.store.bonuses import Listed
from oversight_app.store.copying import take_log_in
from oversight_app.store.upgrading import missing_steps
from oversight_app.study.events import (
    STUDY_STREAM,
    AccuracyShown,
    BonusesListed,
    EnrolmentSet,
    ParticipantDeleted,
    ParticipantsInvited,
    RecordRestored,
    RehearsalBegun,
    TargetRaised,
    from_body,
)
from oversight_app.study.plan import hash_of
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import Verification, verify_record


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: where the replaced record is kept (None where there was none), and what was proven after."""

    backup: Backup
    replaced: Path | None
    n_deleted_again: int
    verification: Verification


@dataclass(frozen=True, slots=True)
class Restoring:
    """A restore that may go ahead, and what it would cost: events and people that only the present record has."""

    study: Path
    backup: Backup
    n_events_lost: int
    n_people_lost: int
    deleted: tuple[str, ...]
    replaced_heads_hash: str
    listed: Listed | None = None
    """What the present record has listed in bonus files; None where it cannot be read."""
    bonus_files: tuple[BonusesListed, ...] = ()
    """Bonus files that were written since."""
    n_acts_lost: int = 0
    """What researchers did since, like opening enrolment, making links or looking at accuracy."""
    is_earlier: bool = True
    """Whether the backup is an earlier state of the present record, and not one of another site or branch."""

    def describe(self) -> str:
        """What would happen, in a sentence or two."""
        made = self.backup.made_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        lost = (
            f"{self.n_events_lost:,} events of {self.n_people_lost:,} people came after it and will not be in the "
            "restored record"
            if self.n_events_lost
            else "nothing that anybody answered came after it"
        )
        also = (
            f" {self.n_acts_lost:,} acts of researchers (enrolment, links, looks at accuracy) came after it and stand "
            "in the present record alone."
            if self.n_acts_lost
            else ""
        )
        if self.bonus_files:
            files = ", ".join(event.file for event in self.bonus_files)
            also += f" Who was listed in {files} since then stays listed, so that nobody is paid twice."
        parted = (
            ""
            if self.is_earlier
            else " Mind: it is no earlier state of the present record; the two went separate ways, as those of two "
            "sites do, or after an earlier restore."
        )
        return (
            f"{self.backup.path} was made at {made} and holds {self.backup.n_events:,} events; {lost}. "
            f"The present record is kept beside it.{also}{parted}"
        )

    def go(self, at: datetime) -> Restored:
        """Put the backup in the record's place."""
        record = self.study / "study.db"
        part = record.with_name(f".study.db.{secrets.token_hex(4)}")
        try:
            with _explained(record):
                shutil.copyfile(self.backup.path, part)
            n_again = self._bring_up_to_date(part, at)
            found = verify_record(part)
            if not found.is_sound:
                raise StoreError(
                    f"The copy of {self.backup.path} is not sound: {found.findings[0]}. Nothing was changed."
                )
            with _explained(record):
                replaced = _set_aside(record, at)
                part.replace(record)
        except BaseException:
            for path in record.parent.glob(f"{part.name}*"):
                with suppress(OSError):
                    path.unlink()
            raise
        return Restored(self.backup, replaced, n_again, verify_record(record, folder=StudyFolder(self.study)))

    def _bring_up_to_date(self, part: Path, at: datetime) -> int:
        """Delete again who was deleted since, and note the restore; returns how many were deleted again."""
        n, is_of_earlier_release = 0, bool(missing_steps(part))
        with Store.open(part) as store:
            if is_of_earlier_release and store.is_planned():
                rebuild(store)
            with store.write() as writing:
                for participant_id in self.deleted:
                    n += writing.delete_participant(participant_id, at) is not None
                writing.bonuses.take_over(self._still_there())
                if self.bonus_files:
                    writing.append(STUDY_STREAM, self.bonus_files, at)
                restored = RecordRestored(
                    self.backup.sha256, self.backup.made_at.isoformat(), self.replaced_heads_hash
                )
                writing.append(STUDY_STREAM, [restored], at)
            if n:
                store.give_back_pages()
        return n

    def _still_there(self) -> Listed:
        """What was listed of people who were not deleted."""
        gone, kept = set(self.deleted), self.listed or Listed()
        return Listed(
            tuple(line for line in kept.lines if line[0] not in gone),
            tuple(part for part in kept.parts if part[0] not in gone),
        )


def prepare_restore(study: Path, path: Path, *, now: datetime) -> Restoring:
    """See whether a backup may take the place of a study's record; nothing is changed.

    Raises BadInput for a file that is no backup, is not the one that was made, or is of another study; StoreError for
    one of a later release; StudyStateError while a server serves the study.
    """
    if not study.is_dir():
        raise BadInput(
            f"There is no study folder {study}. Make it, or copy study.toml and texts there first."
        )
    backup = backup_at(path)
    if sha256_of(path) != backup.sha256:
        raise BadInput(
            f"{path} is not the file that was made as this backup: its sha256 is another one than "
            f"{backup.beside.name} says. Nothing was changed. Take another backup."
        )
    if not missing_steps(path):
        found = verify_record(path)
        if not found.is_sound:
            raise BadInput(
                f"{path} is not sound: {found.findings[0]}. Nothing was changed. Take another backup."
            )
    record = study / "study.db"
    if not record.exists():
        return Restoring(study, backup, 0, 0, (), "")
    try:
        with audit(record) as present:
            if present.study_id() != backup.study_id:
                raise BadInput(
                    f"{path} is a backup of study {backup.study_id}, and {study} is {present.study_id()}. Nothing was "
                    "changed."
                )
            _must_be_at_rest(present, study, now)
            return _measured(study, backup, present)
    except StoreError:
        # What is damaged is what a backup is for.
        return Restoring(study, backup, 0, 0, (), "")


def _measured(study: Path, backup: Backup, present: Audit) -> Restoring:
    with audit(backup.path) as copy:
        then, n_then = copy.heads(), dict(copy.names())
        if _is_rehearsal(copy) != _is_rehearsal(present):
            which, other = (
                ("a rehearsal", "not") if _is_rehearsal(copy) else ("the study itself", "a rehearsal")
            )
            raise BadInput(
                f"{backup.path} is a backup of {which}, and {study} is {other}. Nothing was changed."
            )
    lost = {
        stream: n - n_then.get(stream, 0)
        for stream, n in present.names()
        if stream != STUDY_STREAM and n > n_then.get(stream, 0)
    }
    ours = [link for _, links in present.streams((STUDY_STREAM, STUDY_STREAM)) for link in links]
    deleted = [
        json.loads(link.body)["participant_id"] for link in ours if link.kind == ParticipantDeleted.__name__
    ]
    since = [link for link in ours if link.seq > n_then.get(STUDY_STREAM, 0)]
    files = [
        from_body(link.kind, link.version, link.body) for link in since if link.kind == BonusesListed.__name__
    ]
    return Restoring(
        study,
        backup,
        sum(lost.values()),
        len(lost),
        tuple(who for who in deleted if who in then),
        hash_of(present.heads()),
        present.listed(),
        tuple(event for event in files if isinstance(event, BonusesListed)),
        sum(link.kind in _ACTS for link in since),
        STUDY_STREAM not in then or present.has(STUDY_STREAM, then[STUDY_STREAM]),
    )


_ACTS = {kind.__name__ for kind in (EnrolmentSet, TargetRaised, AccuracyShown, ParticipantsInvited)}


def _is_rehearsal(record: Audit) -> bool:
    study = record.streams((STUDY_STREAM, STUDY_STREAM))
    return any(link.kind == RehearsalBegun.__name__ for _, links in study for link in links)


def _must_be_at_rest(present: Audit, study: Path, now: datetime) -> None:
    last = present.last_beat_at()
    if last is not None and now - last < timedelta(seconds=GAP_S):
        raise StudyStateError(
            f"A server is serving {study}, so its record cannot be replaced; nothing was changed. Stop the server, and "
            "try again a few seconds later."
        )


def _set_aside(record: Path, at: datetime) -> Path | None:
    """Give the present record another name too; it has both until the restored one takes over."""
    if not record.exists():
        return None
    with suppress(OversightError):
        take_log_in(record)  # what is damaged keeps its log beside it
    aside, n = record.with_name(f"study.db.replaced-{stamp(at)}"), 1
    while aside.exists():
        n += 1
        aside = record.with_name(f"study.db.replaced-{stamp(at)}-{n}")
    try:
        os.link(record, aside)
    except OSError:  # not every file system has links
        shutil.copyfile(record, aside)
    for ending in ("-wal", "-shm"):
        log = record.with_name(f"{record.name}{ending}")
        if log.exists():
            log.rename(aside.with_name(f"{aside.name}{ending}"))
    return aside


@contextmanager
def _explained(record: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"{record} cannot be replaced: {error.strerror or error}. The record is as it was."
        ) from None
