"""How a model is asked that answers alone: one pure file a method.

A method says which calls can be made now, given what was said so far, and at the end which answer that makes. It knows
no service and no clock, so the same method is asked live, in a batch, or from the record (`asked_again`).
"""

from collections.abc import Callable

from oversight_app.errors import BadInput
from oversight_app.study.methods.method import Call, Item, Method, Reads, told_in
from oversight_app.study.methods.settings import Orders, Settings, parse
from oversight_app.study.methods.zero_shot import ZeroShot

_METHODS: dict[str, Callable[[Settings], Method]] = {"zero_shot": ZeroShot}
METHODS = tuple(_METHODS)
"""The names of all methods."""


def method_named(name: str, settings: Settings) -> Method:
    """The method with these settings; raises BadInput for a name that is none, or a setting that it does not have."""
    if name not in _METHODS:
        raise BadInput(f"There is no method {name!r}; allowed are {', '.join(METHODS)}.")
    return _METHODS[name](settings)


__all__ = [
    "METHODS",
    "Call",
    "Item",
    "Method",
    "Orders",
    "Reads",
    "Settings",
    "method_named",
    "parse",
    "told_in",
]
