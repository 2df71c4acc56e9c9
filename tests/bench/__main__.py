"""Run the benchmarks and print their figures.

    python -m tests.bench                  all of them
    python -m tests.bench imports pages    these two

Figures depend on what else the machine does: run them on a quiet one.
"""

import importlib
import os
import pkgutil
import platform
import sys
import time
from collections.abc import Sequence

import tests.bench
from tests.bench import Figure


def names() -> list[str]:
    """Every benchmark there is; a module that starts with `_` serves others and is none itself."""
    found = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name for name in found if not name.startswith("_"))


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


def main(wanted: Sequence[str]) -> int:
    """Run the wanted benchmarks, or all; 1 when one of them failed or does not exist."""
    if unknown := sorted(set(wanted) - set(names())):
        print(f"No benchmark named {', '.join(unknown)}. There are: {', '.join(names()) or 'none yet'}.")
        return 1
    print(machine())
    failed: list[str] = []
    for name in wanted or names():
        started = time.perf_counter()
        try:
            figures: list[Figure] = importlib.import_module(f"tests.bench.{name}").run()
        except Exception as error:  # one broken benchmark must not hide the figures of the others
            failed.append(name)
            print(f"\n{name}: failed with {type(error).__name__}: {error}")
            continue
        print(f"\n{name} ({time.perf_counter() - started:.0f} s)\n{table(figures)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
