"""A CSV file from this tool or from a spreadsheet, as text cells by column."""

import csv
from pathlib import Path

from analysis.errors import ExportError

csv.field_size_limit(2**31 - 1)  # a passage, or a model's reasoning, may be longer than csv expects
FIRST_ROW = 2  # the header is row 1, as a spreadsheet counts


def read_cells(path: Path) -> dict[str, list[str]]:
    """The cells of a CSV file by column; ExportError, which names file and row, where it cannot be read."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            # Spreadsheets separate by semicolons where the comma is the decimal sign.
            first = file.readline()
            file.seek(0)
            separator = ";" if first.count(";") > first.count(",") else ","
            header, *rows = list(csv.reader(file, delimiter=separator, strict=True)) or [[]]
    except UnicodeDecodeError as error:
        raise ExportError(
            f"{path.name} is not UTF-8: byte {error.start + 1} is {error.object[error.start]:#04x}. "
            "Save it as CSV in UTF-8."
        ) from error
    except csv.Error as error:
        raise ExportError(f"{path.name} is not CSV: {error}.") from error
    if not header:
        raise ExportError(f"{path.name} is empty: not even a header. An export without answers has a header.")
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise ExportError(f"{path.name}: the header names {', '.join(map(repr, doubled))} twice.")
    rows = [row for row in rows if row]
    for number, row in enumerate(rows, FIRST_ROW):
        if len(row) != len(header):
            raise ExportError(
                f"{path.name}, row {number}: found {len(row)} cells, the header has {len(header)}."
            )
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return {name: list(column) for name, column in zip(header, columns, strict=True)}
