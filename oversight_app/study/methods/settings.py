"""What can be set of a method, and the label under which its answers stand in the table.

A label is the method's name, and in brackets what was set otherwise than it is by default, as in
`best_of_n(n=5,scorer=openai:NAME)`: answers that were got in another way never share a label.
"""

import re
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from oversight_app.errors import BadInput

_LABEL = re.compile(r"\s*([a-z_]+)\s*(?:\((.*)\))?\s*", re.DOTALL)


class Orders(StrEnum):
    """In which orders a question's options are shown."""

    PLAN = "plan"
    """The one that the plan drew."""
    ROTATED = "rotated"
    """That one and its three rotations, so that each option stands in each place once."""


@dataclass(frozen=True, slots=True)
class Settings:
    """None, "" and `Orders.PLAN` leave a setting to the method.

    `n` is how many reasonings or samples, `shots` how many examples, `scorer` the model that scores reasonings
    (PROVIDER:NAME[@BASE_URL]), `samples` how many answers more are sampled for letter probabilities where a service
    gives none, `temperature` that of sampled calls, `max_tokens` the longest reasoning.
    """

    n: int | None = None
    shots: int | None = None
    scorer: str = ""
    samples: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    orders: Orders = Orders.PLAN

    def label(self, name: str) -> str:
        """`name`, and in brackets what is set here."""
        default = Settings()
        told = [
            f"{item.name}={getattr(self, item.name)}"
            for item in fields(self)
            if getattr(self, item.name) != getattr(default, item.name)
        ]
        return f"{name}({','.join(told)})" if told else name


def parse(label: str) -> tuple[str, Settings]:
    """The name and the settings in a label; raises BadInput for a setting that does not exist or a value that is none.

    parse("few_shot(shots=3)") is ("few_shot", Settings(shots=3)).
    """
    match = _LABEL.fullmatch(label)
    if match is None:
        raise BadInput(f"The method {label!r} cannot be read; write NAME or NAME(setting=value,...).")
    name, told = match.group(1), match.group(2) or ""
    settings = Settings()
    for part in filter(None, (part.strip() for part in told.split(","))):
        key, _, value = part.partition("=")
        settings = replace(
            settings, **{_known(key.strip(), label): _value(key.strip(), value.strip(), label)}
        )
    return name, settings


def _known(key: str, label: str) -> str:
    allowed = [item.name for item in fields(Settings)]
    if key not in allowed:
        raise BadInput(f"The method {label!r} sets {key!r}; allowed are {', '.join(allowed)}.")
    return key


def _value(key: str, value: str, label: str) -> Any:
    try:
        match key:
            case "scorer":
                return value
            case "orders":
                return Orders(value)
            case "temperature":
                return float(value)
            case _:
                return int(value)
    except ValueError:
        kind = "plan or rotated" if key == "orders" else "a number"
        raise BadInput(f"The method {label!r} sets {key} to {value!r}, which is not {kind}.") from None
