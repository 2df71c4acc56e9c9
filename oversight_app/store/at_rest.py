"""Reading a record that nobody has open, without leaving a file beside it, and without trusting luck.

Where nobody has a record open there is no -wal file, and a plain read-only connection would leave an empty one behind;
`immutable` does not, but reads nonsense of a file that somebody begins to write meanwhile.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from oversight_app.errors import StoreError

T = TypeVar("T")


def read_at_rest(path: Path, read: Callable[[str], T]) -> T:
    """What `read` makes of a record, given the address to open it by for reading only.

    `read` is called once more where somebody opened the record in the meantime.
    """
    before = _state(path)
    if before.is_at_rest:
        try:
            found = read(address(path))
        except sqlite3.DatabaseError:
            if _state(path) == before:
                raise
        else:
            if _state(path) == before:
                return found
    return read(_in_use(path))


def look_again(path: Path, look: Callable[[], T], *, is_well: Callable[[T], bool]) -> T:
    """What `look` finds in a record that it opens by its `address`, perhaps several times.

    `look` is called once more where all is not well and somebody opened the record in the meantime: then it may be that
    only the looking went wrong.
    """
    before = _state(path)
    try:
        found = look()
    except (sqlite3.DatabaseError, StoreError):
        if not before.is_at_rest or _state(path) == before:
            raise
    else:
        if is_well(found) or not before.is_at_rest or _state(path) == before:
            return found
    return look()


def address(path: Path) -> str:
    """By which SQLite opens a record for reading only, as it stands now: at rest or in use."""
    return f"{_in_use(path)}&immutable=1" if _is_at_rest(path) else _in_use(path)


def _in_use(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro"


@dataclass(frozen=True)
class _State:
    is_at_rest: bool
    size: int
    changed_ns: int


def _state(path: Path) -> _State:
    stat = path.stat()
    return _State(_is_at_rest(path), stat.st_size, stat.st_mtime_ns)


def _is_at_rest(path: Path) -> bool:
    return not path.with_name(f"{path.name}-wal").exists()
