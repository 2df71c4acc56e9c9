"""The codebook that travels with an export: the same columns as a Frictionless data package."""

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.columns.column import Column
from analysis.columns.tables import COLUMNS, KEYS, SITE
from analysis.columns.vocabulary import Table, Type


def datapackage(
    files: Iterable[tuple[str, str]],
    *,
    name: str = "export",
    title: str = "",
    description: str = "",
    is_joined: bool = False,
) -> dict[str, Any]:
    """The codebook of an export as a Frictionless data package, ready for `datapackage.json`.

    `files` are pairs of table name and path relative to the package; `name` is lower case without spaces.
    Standard: specs.frictionlessdata.io, data package and table schema, version 1. `unit` is our own property.
    `is_joined`: of several sites, so that each row says of which.
    """
    package: dict[str, Any] = {"profile": "data-package", "name": name}
    if title:
        package["title"] = title
    if description:
        package["description"] = description
    package["resources"] = [_resource(Table(table), path, is_joined=is_joined) for table, path in files]
    return package


def _resource(table: Table, path: str, *, is_joined: bool) -> dict[str, Any]:
    columns = (*COLUMNS[table], SITE) if is_joined and table is not Table.QUESTIONS else COLUMNS[table]
    schema: dict[str, Any] = {"fields": _fields(columns), "missingValues": [""]}
    if key := KEYS.get(table):
        # Everybody has a stream of their own, but each site has a study's.
        schema["primaryKey"] = [*key, SITE.name] if is_joined and table is Table.EVENTS else list(key)
    return {
        "name": table.value,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
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
