"""What processes cost, read from the kernel (Linux): processor time, memory now and at its peak.

Whatever else the machine does meanwhile is in every figure's way, so it is measured too.
"""

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_IDLE = (3, 4)
"""Where in a line of /proc/stat the idle time and the waiting for disks stand."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process has used up to now."""

    cpu_s: float
    rss_mib: float
    peak_mib: float


def cost(pid: int) -> Cost:
    """Of a running process; nothing for one that has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return Cost(0.0, 0.0, 0.0)
    sizes = dict(line.split(":", 1) for line in status if line.startswith(("VmRSS:", "VmHWM:")))
    return Cost(
        (int(stat[11]) + int(stat[12])) / _TICKS_PER_S,
        _mib(sizes.get("VmRSS", "0")),
        _mib(sizes.get("VmHWM", "0")),
    )


def machine_cpu_s() -> float:
    """Processor seconds that the whole machine has used."""
    ticks = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    # Guests' time, in the last two columns, is in the first two already.
    return sum(int(n) for i, n in enumerate(ticks[:8]) if i not in _IDLE) / _TICKS_PER_S


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: what the server used in it, and what everybody but server and driver used."""

    wall_s: float
    server_cpu_s: float
    driver_cpu_s: float
    others_cores: float


class Watch:
    """Measures from its making on."""

    def __init__(self, server: Sequence[int]) -> None:
        self._server = tuple(server)
        self._from = self._now()

    def so_far(self) -> Span:
        """What was used since."""
        wall, server, driver, machine = (
            now - then for now, then in zip(self._now(), self._from, strict=True)
        )
        return Span(wall, server, driver, max(0.0, machine - server - driver) / wall)

    def _now(self) -> tuple[float, float, float, float]:
        server = sum(cost(pid).cpu_s for pid in self._server)
        return time.perf_counter(), server, cost(os.getpid()).cpu_s, machine_cpu_s()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed (nearest rank); nan of nothing.

    >>> percentile([4, 1, 3, 2], 0.5)
    2
    """
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much y rises for each unit of x, by least squares; nan where that is not defined."""
    n = len(points)
    mean_x, mean_y = (sum(column) / n for column in zip(*points, strict=True)) if n else (0.0, 0.0)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else float("nan")


def quiet_port() -> int:
    """A free port on loopback, between those of the browser tests and those that systems hand out to clients."""
    dice = Random()
    while True:
        port = dice.randrange(32_000, 32_700)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def _mib(size: str) -> float:
    return int(size.split()[0]) / 1024
