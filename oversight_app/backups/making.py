"""Making a backup: beside everything that participants do, proven before it gets its name.

The copy is SQLite's own, of one moment, and writers go on meanwhile. It never takes the last of a disk: participants'
answers need that.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from oversight_app.backups.kept import AUTO, Backup, backup_at, backups_of
from oversight_app.clock import stamp
from oversight_app.errors import BadInput, StoreError, StoreFull
from oversight_app.store.audit import audit, size_of
from oversight_app.store.copying import back_up
from oversight_app.store.upgrading import beside, described, missing_steps
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import verify_record

_LEFT_FREE = 200_000_000
"""Bytes of the disk that no backup takes."""


def make_backup(study: Path, to: Path | None = None, *, at: datetime, is_automatic: bool = False) -> Backup:
    """Copy a study's record, prove the copy, and name it; by default backups/<utc>.db in the study's folder.

    Raises BadInput where `to` is taken or cannot be written, StoreFull where the disk has no room, and StoreError where
    the copy cannot be proven: it is kept then, but not under the name of a backup.
    """
    folder = StudyFolder.open(study)
    place = to or _free(study / "backups", f"{AUTO if is_automatic else ''}{stamp(at)}")
    if place.is_dir():
        place = _free(place, stamp(at))
    if place.suffix != ".db":
        raise BadInput(f"{place}: the name of a backup ends in .db. Nothing was written.")
    if place.exists() or place.with_suffix(".json").exists():
        raise BadInput(f"{place} is there already; nothing was written. Choose another name.")
    with _explained(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        _must_have_room(folder.record, place.parent)
    _note_heads(folder, at)
    part = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        with _explained(place):
            back_up(folder.record, part)
            _to_disk(part)
        found = verify_record(part, with_tables=False)
        if not found.is_sound:
            kept = place.with_suffix(".unproven")
            part.rename(kept)
            raise StoreError(
                f"The copy of {folder.record} cannot be proven: {found.findings[0]}. It was kept as {kept} all the "
                f"same; `oversight verify {study}` says what is wrong with the record itself."
            )
        about = part.with_name(f"{part.name}.json")
        with _explained(place):
            text = json.dumps(described(part, at) | {"file": place.name}, indent=2) + "\n"
            about.write_text(text, encoding="utf-8")
            _to_disk(about)
            about.rename(beside(place))
            part.rename(place)
    except BaseException:
        for left in (part, part.with_name(f"{part.name}.json")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        raise
    return backup_at(place)


def make_backup_if_due(study: Path, *, at: datetime, every: timedelta, keep: int) -> Backup | None:
    """Make an automatic backup where the latest is older than `every` and something happened since; forget old ones.

    Any number of processes may ask at once: one makes it, and for the others there is nothing to do. None where none is
    due.
    """
    folder = study / "backups"
    with _explained(folder):
        folder.mkdir(exist_ok=True)
    with _alone(folder / ".lock") as is_alone:
        if not is_alone:
            return None
        kept = [backup for backup in backups_of(study) if backup.is_automatic]
        if kept and (at - kept[0].made_at < every or _is_unchanged(study, kept[0])):
            return None
        made = make_backup(study, at=at, is_automatic=True)
        for backup in kept[max(0, keep - 1) :]:
            for path in (backup.path, backup.beside):
                path.unlink(missing_ok=True)
        return made


def _is_unchanged(study: Path, backup: Backup) -> bool:
    with audit(study / "study.db") as record:
        return record.heads() == dict(backup.stream_heads)


def _note_heads(folder: StudyFolder, at: datetime) -> None:
    """So that the copy says itself where each stream stood; a record that needs an upgrade is copied as it is."""
    if not missing_steps(folder.record):
        with folder.open_store() as store, store.write() as record:
            record.note_heads(at)


def _free(parent: Path, name: str) -> Path:
    path, n = parent / f"{name}.db", 1
    while path.exists() or path.with_suffix(".json").exists():
        n += 1
        path = parent / f"{name}-{n}.db"
    return path


def _must_have_room(record: Path, folder: Path) -> None:
    free, needed = shutil.disk_usage(folder).free, size_of(record) + _LEFT_FREE
    if free < needed:
        raise StoreFull(
            f"No backup was made: the disk of {folder} has {free / 1e6:,.0f} MB left, and a backup needs "
            f"{size_of(record) / 1e6:,.0f} MB and leaves {_LEFT_FREE / 1e6:,.0f} MB for participants' answers. The "
            "study is unharmed. Free space, or name another disk with --to."
        )


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    """Whether nobody else holds the lock; it falls with the process that holds it."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"{place} cannot be written: {error.strerror or error}. The record is unharmed."
        ) from None
