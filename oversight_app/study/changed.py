"""A value with other fields: `dataclasses.replace` for frozen values without slots, thirty times as fast.

A sitting is folded from its events, one or two new values for each. Whoever reads a whole study again (`verify`,
`rebuild`) makes half a million of them, and the standard library would take ten seconds for that alone. So the values
of a sitting have no slots: their fields are copied all at once.
"""

from typing import Any, TypeVar

T = TypeVar("T")


def replace(value: T, /, **changes: Any) -> T:
    """The same value with these fields changed; raises TypeError for a field that it does not have."""
    fields = value.__dict__
    if not changes.keys() <= fields.keys():
        stray = ", ".join(sorted(changes.keys() - fields.keys()))
        raise TypeError(f"{type(value).__name__} has no field {stray}")
    new = object.__new__(type(value))
    new.__dict__.update(fields)
    new.__dict__.update(changes)
    return new


def put(value: object, name: str, field: Any) -> None:
    """Set a field of a value that nobody else holds yet."""
    value.__dict__[name] = field
