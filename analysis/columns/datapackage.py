"""The codebook that travels with an export: the same columns as a Frictionless data package."""

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.columns.cells import GUARD_RULE
from analysis.columns.column import Column
from analysis.columns.tables import COLUMNS, KEYS, SITE
from analysis.columns.vocabulary import Table, Type
from analysis.columns.wide import WIDE


def datapackage(
    files: Iterable[tuple[str, str]],
    *,
    name: str = "export",
    title: str = "",
    description: str = "",
    is_joined: bool = False,
    wide: tuple[str, Sequence[Column]] | None = None,
    has_bom: bool = False,
) -> dict[str, Any]:
    """The codebook of an export as a Frictionless data package, ready for `datapackage.json`.

    `files` are pairs of table name and path relative to the package; `name` is lower case without spaces. `wide` is
    the path of the wide table with its columns, `has_bom` whether the files begin with a byte order mark.
    Standard: specs.frictionlessdata.io, data package and table schema, version 1. `unit` is our own property.
    `is_joined`: of several sites, so that each row says of which.
    """
    package: dict[str, Any] = {"profile": "data-package", "name": name}
    if title:
        package["title"] = title
    package["description"] = f"{description} {GUARD_RULE}".strip()
    encoding = "utf-8-sig" if has_bom else "utf-8"
    for name_of_table, path in files:
        table = Table(name_of_table)
        columns, key = COLUMNS[table], KEYS.get(table, ())
        if is_joined and table is not Table.QUESTIONS:
            columns = (*columns, SITE)
            # Everybody has a stream of their own, but each site has a study's.
            key = (*key, SITE.name) if table is Table.EVENTS else key
        package.setdefault("resources", []).append(_resource(table.value, path, columns, key, encoding))
    if wide:
        path, its_columns = wide
        package["resources"].append(_resource(WIDE, path, its_columns, ("participant_id",), encoding))
    return package


def _resource(
    name: str, path: str, columns: Sequence[Column], key: Sequence[str], encoding: str
) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": _fields(columns), "missingValues": [""]}
    if key:
        schema["primaryKey"] = list(key)
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": encoding,
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _fields(columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [_field(column) for column in columns]


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type.value, "description": column.meaning}
    if column.unit:
        field["unit"] = column.unit
    if column.type is Type.FLAG:
        field |= {"trueValues": ["1"], "falseValues": ["0"]}
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.allowed:
        constraints["enum"] = [str(value) for value in column.allowed]
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if column.pattern:
        constraints["pattern"] = f"^{column.pattern}$"
    if constraints:
        field["constraints"] = constraints
    return field
