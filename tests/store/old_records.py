"""Records as earlier releases left them: made by their own migrations, with rows in the columns that they had."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from oversight_app.store import migrations

N_STEPS = len(migrations.step_names())
SCHEMAS = range(4, N_STEPS)
"""Numbers of migrations that a release had: before the fourth none had people."""


@contextmanager
def only(n_steps: int) -> Iterator[None]:
    """This release with the migrations of an earlier one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(migrations, "_STEPS", dict(list(migrations._STEPS.items())[:n_steps]))
        yield


def make_old_record(path: Path, source: Path, n_steps: int) -> None:
    """A record of an earlier schema with everything of `source` that had a place in it."""
    with only(n_steps):
        migrations.migrate(path)
    with closing(sqlite3.connect(path)) as old:
        old.execute("ATTACH ? AS source", (str(source),))
        tables = [name for (name,) in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table.startswith(("_", "sqlite_")):
                continue
            columns = ", ".join(
                f'"{name}"' for (name,) in old.execute(f"SELECT name FROM pragma_table_info('{table}')")
            )
            old.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM source.{table}")
        old.commit()
        old.execute("DETACH source")
