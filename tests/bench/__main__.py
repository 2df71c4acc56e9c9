"""Run the benchmarks and print their figures.

    python -m tests.bench                       all of them, about half an hour
    python -m tests.bench load outages          these two
    python -m tests.bench soak --minutes 1      a shorter soak, for trying out

Figures depend on what else the machine does: run them on a quiet one. Speeds are reported; what fails a benchmark is an
error, or something lost that had been acknowledged.
"""

import argparse
import importlib
import os
import platform
import sys
import time
from collections.abc import Sequence

from tests.bench import Figure

BENCHMARKS = (
    "import_mmlu",
    "rehearsal",
    "record",
    "export",
    "alone",
    "page",
    "first_visit",
    "kills",
    "outages",
    "load",
    "console",
    "streaming",
    "checks",
    "coverage",
    "report",
    "soak",
)
"""Every benchmark there is, the short ones first; the other modules here serve them."""


def machine() -> str:
    """The machine's size, without which a figure says nothing."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {memory_gb:.0f} GB, {system}, Python {platform.python_version()}"


def spelled(value: float) -> str:
    """Three significant digits, and whole numbers in full: 0.0123, 3.21, 15,858."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    """The figures in aligned columns."""
    rows = [(figure.name, spelled(figure.value), figure.unit, figure.note) for figure in figures]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  {note}".rstrip()
        for name, value, unit, note in rows
    )


def main(arguments: Sequence[str]) -> int:
    """Run the wanted benchmarks, or all; 1 when one of them failed or does not exist."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; none: all")
    parser.add_argument("--minutes", type=float, help="how long the soak lasts")
    parser.add_argument("--runs", type=int, help="how many studies coverage simulates in each cell")
    wanted = parser.parse_args(arguments)
    if unknown := sorted(set(wanted.names) - set(BENCHMARKS)):
        print(f"No benchmark named {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.")
        return 1
    print(machine(), flush=True)
    failed: list[str] = []
    for name in wanted.names or BENCHMARKS:
        started = time.perf_counter()
        settings: dict[str, float] = {}
        if name == "soak" and wanted.minutes:
            settings["minutes"] = wanted.minutes
        if name == "coverage" and wanted.runs:
            settings["runs"] = wanted.runs
        try:
            figures: list[Figure] = importlib.import_module(f"tests.bench.{name}").run(**settings)
        except Exception as error:  # one broken benchmark must not hide the figures of the others
            failed.append(name)
            print(f"\n{name}: failed with {type(error).__name__}: {error}", flush=True)
            continue
        print(f"\n{name} ({time.perf_counter() - started:.0f} s)\n{table(figures)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
