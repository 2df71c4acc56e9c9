"""A report made beside the console: the export here, the analysis in a process of its own.

The analysis counts for a while and needs libraries that a console does without, so it neither stands in the way of
whoever watches nor leaves anything behind; it is polite to the participants' server on the same machine. One is made at
a time.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from oversight_app.clock import stamp
from oversight_app.export import export_study
from oversight_app.researcher import Researcher
from oversight_app.study_folder import StudyFolder


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the latest report is. `name` is that of its folder, `error` what went wrong, empty where nothing did."""

    name: str
    since: datetime
    is_over: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    name: str
    since: datetime
    process: subprocess.Popen[bytes]
    said: IO[bytes]


class Reporting:
    """One console's reports."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._work: _Work | None = None

    def start(self, folder: StudyFolder, researcher: Researcher, by: str) -> None:
        """Begin a report of this moment; nothing while one is being made. Before enrolment is closed it is a look."""
        with self._lock:
            if self._work is not None and self._work.process.poll() is None:
                return
            self._let_go()
            at = researcher.clock.now()
            name = _fresh(folder, stamp(at))
            researcher.look("report", by)
            exported = export_study(researcher.store, folder.exports / name, at=at).folder
            command = [sys.executable, "-m", "analysis", str(exported), "--out", str(folder.reports / name)]
            said = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the process has ended
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=_alone(os.environ)
                )
            except BaseException:
                said.close()
                raise
            self._work = _Work(name, at, process, said)

    def progress(self) -> Progress | None:
        """How far the latest one is; None where none was begun here."""
        with self._lock:
            work = self._work
            if work is None:
                return None
            status = work.process.poll()
            error = _last_line(work.said) or f"Exit code {status}." if status else ""
            return Progress(work.name, work.since, status is not None, error)

    def close(self) -> None:
        """End what is being made."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._work is None:
            return
        if self._work.process.poll() is None:
            self._work.process.terminate()
        self._work.process.wait()
        self._work.said.close()
        self._work = None


def _fresh(folder: StudyFolder, name: str) -> str:
    """A name that neither an export nor a report has."""
    free, n = name, 1
    while (folder.exports / free).exists() or (folder.reports / free).exists():
        n += 1
        free = f"{name}-{n}"
    return free


def _alone(environment: Mapping[str, str]) -> dict[str, str]:
    """One thread each: numerical libraries would take every core from the people who take part."""
    return dict(environment) | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
