"""Which schema a record has, found out without changing it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from oversight_app.store import migrations
from oversight_app.store.database import translated


def missing_steps(path: Path) -> list[str]:
    """The migrations that a record lacks, in order; none for one of the present schema, or for one not yet made.

    Raises StoreError for another program's file and for a later release's.
    """
    if not path.exists():
        return []
    wal = path.with_name(f"{path.name}-wal")
    # Where nobody has the record open, a plain connection would leave files beside it.
    how = "mode=ro" if wal.exists() else "mode=ro&immutable=1"
    with (
        translated(path),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as connection,
    ):
        applied = migrations.applied_steps(connection, path)
    return [name for name in migrations.step_names() if name not in applied]
