"""Benchmarks: every wall-clock figure that the README states comes from here, with the machine's size beside it.

A benchmark is a module of this package with `run() -> list[Figure]`. Its name is its file's name.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number: what it is, how much, in which unit, and what it was measured on."""

    name: str
    value: float
    unit: str
    note: str = ""
