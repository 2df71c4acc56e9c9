"""Backups on a schedule, while a study is served.

Proving a copy takes seconds of a processor, which the participants' server does not have to spare: the command
`oversight backup STUDY --every M --keep K` does it as a process of its own, with low priority. It also decides whether
a backup is due at all, so that of several servers on one study one makes it. Whatever goes wrong with it is written to
the log, and nothing else happens.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

_LOG = logging.getLogger("oversight")
_FIRST_AFTER_S = 120.0
"""A server that has just started has other things to do, and so has one that is started again and again."""
_LONGEST_S = 3600.0

_stopping = threading.Event()
_thread: threading.Thread | None = None


def start(study: Path, environment: Mapping[str, str], *, first_after_s: float = _FIRST_AFTER_S) -> None:
    """Keep making backups until `stop`; not where OVERSIGHT_BACKUP_EVERY is 0 or missing."""
    global _thread
    every_min, keep = (
        _whole(environment, name) for name in ("OVERSIGHT_BACKUP_EVERY", "OVERSIGHT_BACKUPS_KEPT")
    )
    if not every_min:
        return
    _stopping.clear()
    command = backup_command(study, every_min=every_min, keep=max(1, keep))
    _thread = threading.Thread(
        target=_keep_going, args=(command, every_min * 60.0, first_after_s), name="backups", daemon=True
    )
    _thread.start()


def stop() -> None:
    """Make no more backups; one that is being made is left to its end."""
    global _thread
    _stopping.set()
    _thread = None


def backup_command(study: Path, *, every_min: int, keep: int) -> list[str]:
    """The command line that makes a backup if one is due."""
    options = ["--every", str(every_min), "--keep", str(keep)]
    return [sys.executable, "-m", "oversight_app.cli", "backup", str(study), *options]


def _keep_going(command: Sequence[str], every_s: float, first_after_s: float) -> None:
    wait_s = min(first_after_s, every_s)
    while not _stopping.wait(wait_s):
        run_once(command)
        wait_s = every_s


def run_once(command: Sequence[str]) -> bool:
    """Run the command, and write to the log what it complains of; whether it was done."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        _LOG.warning("no backup could be made: %s", error)
        return False
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        _LOG.warning("no backup could be made: %s", said)
    return done.returncode == 0


def _whole(environment: Mapping[str, str], name: str) -> int:
    value = environment.get(name, "")
    return int(value) if value.isdecimal() else 0
