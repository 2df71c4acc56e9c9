"""The rows of one exported file against the rows that the record makes of it, cell by cell and in order.

A cell is compared as it is written: a missing value is empty, a number has all its digits. Both sides come in the same
order, so a row that only one side has is found by the keys of what follows.
"""

import csv
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.columns import COLUMNS, KEYS, Table, guarded, is_free_text, ordered
from oversight_app.verification.finding import Finding

_AHEAD = 2_000
"""So many rows are looked through for one that seems to be missing."""

csv.field_size_limit(2**31 - 1)  # a passage, or a model's reasoning, may be longer than csv expects


def compare_rows(
    path: Path,
    table: Table,
    expected: Iterable[Mapping[str, Any]],
    removed: Collection[str],
    n_gone: Counter[str],
) -> Iterator[Finding]:
    """What of a file differs from the expected rows. Rows of people in `removed` are only counted, in `n_gone`."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            known = set(ordered(table))
            if stray := [name for name in header if name not in known]:
                yield Finding(f"{path.name}, line 1", f"no such column: {', '.join(map(repr, stray[:5]))}")
                return
            found = _File(reader, header, path.name)
            key = tuple(name for name in KEYS.get(table, ()) if name in header) or tuple(header)
            yield from _aligned(found, _Made(expected, header, table), key, removed, n_gone)
        except csv.Error as error:
            yield Finding(f"{path.name}, line {reader.line_num}", f"is not CSV: {error}")


class _File:
    """The rows of the file, each with the line where it begins."""

    def __init__(self, reader: Any, header: Sequence[str], name: str) -> None:
        self.header, self.name = list(header), name
        self._rows = self._read(reader)
        self._ahead: deque[tuple[int, list[str]]] = deque()

    def _read(self, reader: Any) -> Iterator[tuple[int, list[str]]]:
        line = reader.line_num + 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1

    def take(self) -> tuple[int, list[str]] | None:
        return self._ahead.popleft() if self._ahead else next(self._rows, None)

    def look(self, n: int) -> Iterator[tuple[int, list[str]]]:
        """The rows that come, without taking them."""
        while len(self._ahead) < n and (row := next(self._rows, None)) is not None:
            self._ahead.append(row)
        yield from list(self._ahead)[:n]


class _Made:
    """The expected rows as they would be written."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], header: Sequence[str], table: Table) -> None:
        names = {column.name for column in COLUMNS[table] if is_free_text(column)}
        free = [i for i, name in enumerate(header) if name in names]
        self._rows = (_written(list(map(row.get, header)), free) for row in rows)
        self._ahead: deque[list[str]] = deque()

    def take(self) -> list[str] | None:
        return self._ahead.popleft() if self._ahead else next(self._rows, None)

    def look(self, n: int) -> Iterator[list[str]]:
        while len(self._ahead) < n and (row := next(self._rows, None)) is not None:
            self._ahead.append(row)
        yield from list(self._ahead)[:n]


def _aligned(
    file: _File, made: _Made, key: Sequence[str], removed: Collection[str], n_gone: Counter[str]
) -> Iterator[Finding]:
    places = [file.header.index(name) for name in key]

    def key_of(row: Sequence[str]) -> list[str]:
        return [row[i] if i < len(row) else "" for i in places]

    taken, wanted = file.take(), made.take()
    while taken is not None or wanted is not None:
        if removed and taken is not None and (gone := _whose(file.header, taken[1]) & set(removed)):
            n_gone.update(gone)
            taken = file.take()
            continue
        if taken is not None and wanted is not None and taken[1] == wanted:
            taken, wanted = file.take(), made.take()
            continue
        if wanted is None and taken is not None:
            yield Finding(
                f"{file.name}, line {taken[0]}", f"the record holds no such row ({_named(key_of(taken[1]))})"
            )
            taken = file.take()
        elif taken is None and wanted is not None:
            yield Finding(file.name, f"a row of the record is missing ({_named(key_of(wanted))})")
            wanted = made.take()
        elif taken is not None and wanted is not None:
            line, row = taken
            if key_of(row) != key_of(wanted):
                if any(key_of(later) == key_of(row) for later in made.look(_AHEAD)):
                    yield Finding(
                        f"{file.name}, before line {line}", f"a row is missing ({_named(key_of(wanted))})"
                    )
                    wanted = made.take()
                    continue
                if any(key_of(later) == key_of(wanted) for _, later in file.look(_AHEAD)):
                    yield Finding(
                        f"{file.name}, line {line}", f"the record holds no such row ({_named(key_of(row))})"
                    )
                    taken = file.take()
                    continue
            yield from _cells(file, line, row, wanted)
            taken, wanted = file.take(), made.take()


def _cells(file: _File, line: int, row: Sequence[str], wanted: Sequence[str]) -> Iterator[Finding]:
    if len(row) != len(wanted):
        yield Finding(f"{file.name}, line {line}", f"found {len(row)} cells, the header has {len(wanted)}")
        return
    for name, cell, should in zip(file.header, row, wanted, strict=True):
        if cell != should:
            yield Finding(
                f"{file.name}, line {line}, column {name}",
                f"found {_shown(cell)}, the record has {_shown(should)}",
            )


def _whose(header: Sequence[str], row: Sequence[str]) -> set[str]:
    """Whom a row is about, by whatever names them."""
    values = dict(zip(header, row, strict=False))
    return {
        values.get("participant_id", ""),
        values.get("stream", ""),
        values.get("trial_id", "").rpartition("-")[0],
    }


def _written(values: Sequence[object], free: Sequence[int]) -> list[str]:
    """A row as csv writes it; what is free text so that no spreadsheet runs it."""
    cells = [
        value
        if isinstance(value, str)
        else ""
        if value is None
        else repr(value)
        if isinstance(value, float)
        else str(value)
        for value in values
    ]
    for i in free:
        cells[i] = guarded(cells[i])
    return cells


def _named(key: Sequence[str]) -> str:
    return " ".join(part for part in key if part)[:100]


def _shown(cell: str) -> str:
    if not cell:
        return "nothing"
    return repr(cell) if len(cell) <= 60 else f"{cell[:57]!r}..."
