"""A value with other fields: `dataclasses.replace` for values with slots and no `__post_init__`, ten times as fast.

A sitting is folded from its events, two new values for each. Whoever reads a whole study again (`verify`, `rebuild`)
makes half a million of them, and the standard library would take ten seconds for that alone.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")

_Set = Callable[[object, Any], None]


def replace(value: T, /, **changes: Any) -> T:
    """The same value with these fields changed; raises TypeError for a field that it does not have."""
    kind = type(value)
    read, setters = _members(kind)  # type: ignore[arg-type]  # a class can be hashed
    new = object.__new__(kind)
    for write, field in zip(setters.values(), read(value), strict=True):
        write(new, field)
    for name, field in changes.items():
        if name not in setters:
            raise TypeError(f"{kind.__name__} has no field {name}")
        setters[name](new, field)
    return new


@cache
def _members(kind: type) -> tuple[Callable[[object], Iterable[Any]], Mapping[str, _Set]]:
    """What reads all fields at once, and what sets each: a frozen value takes it only while it is made."""
    names = tuple(kind.__dataclass_fields__)  # type: ignore[attr-defined]  # only values come here
    return attrgetter(*names), {name: getattr(kind, name).__set__ for name in names}
