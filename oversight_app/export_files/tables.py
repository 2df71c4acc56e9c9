"""A table as files: CSV that no spreadsheet runs, and Parquet with the types of the contract beside it."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.columns import Column, Type, guarded, is_free_text

Row = Mapping[str, Any]
_BATCH = 10_000
"""Rows of a Parquet file that are held in memory at once."""


class TableFiles:
    """Writes tables into a folder. `excel`: with the mark by which Excel knows UTF-8; `parquet`: also as Parquet."""

    def __init__(self, folder: Path, *, parquet: bool = False, excel: bool = False) -> None:
        self._folder, self._parquet, self._encoding = folder, parquet, "utf-8-sig" if excel else "utf-8"

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> int:
        """Write one table in the order of its columns; returns its number of rows."""
        names, n = [column.name for column in columns], 0
        free = [i for i, column in enumerate(columns) if is_free_text(column)]
        with (
            (self._folder / f"{name}.csv").open("w", encoding=self._encoding, newline="") as file,
            self._typed(name, columns) as typed,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)

            def written() -> Iterator[list[Any]]:
                nonlocal n
                for row in rows:
                    n += 1
                    cells = list(map(row.get, names))
                    if typed is not None:
                        typed.add(cells)
                    for i in free:
                        cell = cells[i]
                        if cell.__class__ is str and not cell[:1].isalnum():
                            cells[i] = guarded(cell)
                    yield cells

            # csv writes None as an empty cell, and numbers so that they read back as the same number.
            writer.writerows(written())
            file.flush()
            os.fsync(file.fileno())
        return n

    @contextmanager
    def _typed(self, name: str, columns: Sequence[Column]) -> Iterator["_Parquet | None"]:
        if not self._parquet:
            yield None
            return
        made = _Parquet(self._folder / f"{name}.parquet", columns)
        try:
            yield made
        finally:
            made.close()


class _Parquet:
    """A Parquet file of typed columns; what was written in CSV with an apostrophe stands here as it was."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        # Half a second to load, which an export without Parquet need not wait for.
        import pyarrow
        import pyarrow.parquet

        types = {
            Type.INTEGER: pyarrow.int64(),
            Type.NUMBER: pyarrow.float64(),
            Type.FLAG: pyarrow.bool_(),
            Type.TIME: pyarrow.timestamp("us", tz="UTC"),
        }
        fields = [
            pyarrow.field(
                column.name,
                types.get(column.type, pyarrow.string()),
                metadata={"meaning": column.meaning, "unit": column.unit},
            )
            for column in columns
        ]
        self._arrow, self._schema, self._columns = pyarrow, pyarrow.schema(fields), columns
        self._file = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[list[Any]] = []

    def add(self, cells: Sequence[Any]) -> None:
        """Take a row, its cells in the order of the columns."""
        self._rows.append(list(cells))
        if len(self._rows) >= _BATCH:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        if self._rows:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        arrays = [
            self._arrow.array([_typed(column, cell) for cell in cells], field.type)
            for column, cells, field in zip(
                self._columns, zip(*self._rows, strict=True), self._schema, strict=True
            )
        ]
        self._file.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()


def _typed(column: Column, cell: Any) -> Any:
    """A cell of the record as the value that it stands for."""
    if cell is None or cell == "":
        return None
    match column.type:
        case Type.TIME:
            return datetime.fromisoformat(cell)
        case Type.FLAG:
            return bool(int(cell))
        case Type.INTEGER:
            return int(cell)
        case Type.NUMBER:
            return float(cell)
        case _:
            return str(cell)
