"""Bringing a record to the present schema, with a copy of it kept beside; and seeing whether there is anything to do.

Whatever opens a study's record comes by here, so that no migration runs on the only copy there is. The copy is named
after the first step that it lacks (study.db.before-014_sites), proven to be whole, and can be restored like a backup.
"""

import json
import secrets
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from oversight_app.errors import StoreError
from oversight_app.store import migrations
from oversight_app.store.at_rest import read_at_rest
from oversight_app.store.audit import audit, sha256_of
from oversight_app.store.copying import back_up
from oversight_app.store.database import translated


def missing_steps(path: Path) -> list[str]:
    """The migrations that a record lacks, in order; none for one of the present schema, or for one not yet made.

    Raises StoreError for another program's file and for a later release's.
    """
    if not path.exists():
        return []

    def read(uri: str) -> list[str]:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            applied = migrations.applied_steps(connection, path)
            is_new = not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        return [] if is_new else [name for name in migrations.step_names() if name not in applied]

    with translated(path):
        return read_at_rest(path, read)


def upgrade(path: Path, at: datetime) -> Path | None:
    """Copy a record that lacks migrations, then let them run; the copy, or None where there was nothing to do.

    Several processes may come at once: one copy is kept, that of the one who came first. Raises StoreError where the
    record is damaged or no copy can be made; then nothing was changed.
    """
    steps = missing_steps(path)
    if not steps:
        return None
    kept = path.with_name(f"{path.name}.before-{steps[0]}")
    part = path.with_name(f".{kept.name}.{secrets.token_hex(4)}")
    note = part.with_name(f"{part.name}.json")  # its own as well: several may be at it at once
    try:
        with translated(path):
            back_up(path, part)
        with audit(part) as copy:
            if damage := copy.damage():
                raise StoreError(
                    f"{path} is damaged ({damage[0]}), so it was not upgraded; nothing was changed."
                )
            about = described(part, at) | {"file": kept.name}
        if not kept.exists() and missing_steps(part) == steps:
            note.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
            note.replace(beside(kept))
            part.rename(kept)
    except OSError as error:
        raise StoreError(
            f"{path} needs an upgrade, and no copy of it can be made first: {error.strerror or error}. "
            "Nothing was changed. Free space, or make the folder writable."
        ) from error
    finally:
        for left in (part, note):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    migrations.migrate(path)
    return kept


def beside(copy: Path) -> Path:
    """The file that says what a copy is of."""
    return copy.with_suffix(".json") if copy.suffix == ".db" else copy.with_name(f"{copy.name}.json")


def described(copy: Path, at: datetime) -> dict[str, object]:
    """What that file holds: study, moment, sum, schema, and where each stream stood."""
    lacking = missing_steps(copy)
    steps = [name for name in migrations.step_names() if name not in lacking]
    with audit(copy) as record:
        return {
            "study_id": record.study_id(),
            "made_at": at.isoformat(),
            "sha256": sha256_of(copy),
            "schema": steps[-1],
            "n_events": sum(n for _, n in record.names()),
            "stream_heads": record.heads(),
            "file": copy.name,
        }
