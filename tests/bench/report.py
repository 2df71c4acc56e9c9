"""How long the whole report takes: `python -m analysis EXPORT --out DIR`, as a researcher runs it.

Processor time stands beside the time on the clock, because other work on the machine lengthens only the second.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import Figure
from tests.bench.tables import write_tables

STUDIES = (
    ("a small study, 20 people x 20 questions x 2 tasks", 20, 20, ("mmlu", "quality"), None),
    ("500 people x 40 questions x 2 tasks", 500, 40, ("mmlu", "quality"), 20.0),
    ("5,000 people x 40 questions", 5000, 40, ("mmlu",), 180.0),
)
PROMISED_MIB = 1024
LONGEST_S = 400


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took: on the clock, of the processor (its own and the system's), and memory at its peak."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def run() -> list[Figure]:
    """A small study, and the two sizes that are promised."""
    figures = []
    with tempfile.TemporaryDirectory() as name:
        for number, (study, people, questions, tasks, promised_s) in enumerate(STUDIES):
            export, out = Path(name) / f"export{number}", Path(name) / f"report{number}"
            n = write_tables(export, people, questions, tasks)
            spent = report(export, out)
            promised = f", promised under {promised_s:.0f} s" if promised_s else ""
            figures += [
                Figure(f"report on {study}", spent.wall_s, "s", f"{n:,} answers{promised}"),
                Figure("  processor time", spent.cpu_s, "s"),
                Figure("  peak memory", spent.peak_mib, "MiB", f"promised under {PROMISED_MIB}"),
            ]
    return figures


def report(export: Path, out: Path) -> Spent:
    """What the command takes; CalledProcessError where it fails, TimeoutExpired where it takes far too long."""
    command = [sys.executable, "-m", "analysis", str(export), "--out", str(out)]
    started = time.perf_counter()
    process = subprocess.Popen(["timeout", str(LONGEST_S), *command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)  # of the command and what it waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    # Linux counts the memory in KiB.
    return Spent(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
