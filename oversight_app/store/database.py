"""Connections to the study's file: many readers, one writer at a time, nothing acknowledged that is not on disk.

Every write is one explicit BEGIN IMMEDIATE transaction behind a lock of the process: SQLite's own waiting is unfair and
a deferred transaction that turns into a write fails at once when somebody else wrote in between. Connections are
pooled, because each rerun of a page is a new thread.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oversight_app.errors import StoreError, StoreFull

BUSY_TIMEOUT_S = 30.0


class Database:
    """One SQLite file in WAL mode. `synchronous` is FULL for a real record; a rehearsal's copy may use NORMAL."""

    def __init__(
        self,
        path: Path,
        *,
        synchronous: str = "FULL",
        max_pages: int | None = None,
        is_read_only: bool = False,
    ) -> None:
        """Open lazily; `max_pages` bounds the file's size in pages of 4096 bytes.

        `is_read_only`: no statement on its connections can change anything.
        """
        self._is_read_only = is_read_only
        self.path = path
        self._synchronous = synchronous
        self._max_pages = max_pages
        self._idle: list[sqlite3.Connection] = []
        self._idle_lock = threading.Lock()
        self._write_lock = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for queries."""
        connection = self._take()
        try:
            with translated(self.path):
                yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction, committed to disk when the block ends without an exception."""
        with self._write_lock:
            connection = self._take()
            try:
                with translated(self.path):
                    connection.execute("BEGIN IMMEDIATE")
                    try:
                        yield connection
                        connection.execute("COMMIT")
                    except BaseException:
                        # A full disk may have rolled back already.
                        with suppress(sqlite3.Error):
                            connection.execute("ROLLBACK")
                        raise
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close every idle connection."""
        with self._idle_lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _take(self) -> sqlite3.Connection:
        with self._idle_lock:
            if self._idle:
                return self._idle.pop()
        with translated(self.path):
            connection = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={self._synchronous}")
            connection.execute("PRAGMA foreign_keys=ON")
            if self._is_read_only:
                connection.execute("PRAGMA query_only=ON")
            if self._max_pages is not None:
                connection.execute(f"PRAGMA max_page_count={self._max_pages:d}")
            return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._idle_lock:
            self._idle.append(connection)


_WHAT_TO_DO = {
    "SQLITE_NOTADB": (
        "is no record of a study, or is damaged at its beginning; nothing was changed. "
        "Choose the folder that `oversight init` made, or put back a copy of the file."
    ),
    "SQLITE_CORRUPT": "is damaged. Stop the server, keep the file as it is, and go on with a copy from before.",
    "SQLITE_READONLY": (
        "cannot be written; nothing was changed. "
        "Make the file and its folder writable, or copy the study to a place where you may write."
    ),
    "SQLITE_CANTOPEN": "cannot be opened. Make the file readable and its folder writable, and try again.",
    "SQLITE_BUSY": (
        f"was held by another program for {BUSY_TIMEOUT_S:.0f} seconds; nothing was changed. "
        "Save and close it there (a database browser, another command), and try again."
    ),
}
"""By the beginning of SQLite's own name for an error: what it means for a study, and the way out."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into the tool's own, naming the file and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        message, name = str(error), getattr(error, "sqlite_errorname", "")
        if "full" in message or name == "SQLITE_FULL":
            raise StoreFull(
                f"{path.name} cannot grow: {message}. What was saved before is unharmed. Free disk space and try again."
            ) from error
        for beginning, what in _WHAT_TO_DO.items():
            if name.startswith(beginning):
                raise StoreError(f"{path} {what}") from error
        raise StoreError(f"{path}: {message}.") from error
