"""Benchmarks: every wall-clock figure that docs/figures.md states comes from here, with the machine's size beside it.

A benchmark is a module with `run() -> list[Figure]`, named in `__main__.BENCHMARKS`. The rest is what they share: a
participant's tab without a browser (`sessions`, over the page folded in `drawn`), who sits before it (`participants`),
what they were led to believe is saved (`ledger`), what processes cost (`processes`), and studies to serve (`studies`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number: what it is, how much, in which unit, and what it was measured on."""

    name: str
    value: float
    unit: str
    note: str = ""
