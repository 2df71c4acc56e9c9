"""Fields of foreign records: checked one by one, so that a message can name the one that is not as it should be."""

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from oversight_app.study.logged import Defect, shortened

_TYPES = ("int", "str", "float")


class Foreign(BaseModel):
    """A record of another tool: fields that are not named here are no business of this one."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def defect(record: int, error: ValidationError) -> Defect:
    """The first thing that is wrong with a record."""
    first = error.errors(include_url=False)[0]
    # Of a field that may be of several types, pydantic names the type that it tried as a part of the place.
    parts = [str(part) for part in first["loc"]]
    place = ".".join(part for part in parts if part not in _TYPES and "[" not in part) or "the record"
    # A field that is missing has its whole record as input; that is no finding.
    found = "nothing" if first["type"] == "missing" else shortened(first["input"])
    expected = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return Defect(record, place, found, "a value" if first["type"] == "missing" else expected)


def label(name: str, settings: Mapping[str, Any]) -> str:
    """A method with what was set of it: `label("inspect:multiple_choice", {"cot": True})` ends in `(cot=True)`.

    Of long texts, templates for example, the label holds the beginning of their SHA-256: what was asked in another way
    never shares a label.
    """
    told = [f"{key}={_told(value)}" for key, value in settings.items() if value is not None]
    return f"{name}({','.join(told)})" if told else name


def _told(value: Any) -> str:
    if isinstance(value, bool | int | float) or (isinstance(value, str) and 0 < len(value) <= 24):
        return str(value)
    return hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:8]
