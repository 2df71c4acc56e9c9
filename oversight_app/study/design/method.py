"""How a model is asked that answers alone: the methods by name, what can be set of each, and its label in the table.

A label is the method's name, and in brackets what was set otherwise than it is by default, as in
`best_of_n(n=5,scorer=openai:NAME)`: answers that were got in another way never share a label. The methods themselves
are in `study.methods`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from oversight_app.errors import BadInput
from oversight_app.study.design.assistant import check_model

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
    gives none, `temperature` that of sampled calls, `max_tokens` the longest reasoning. `forced`: a local server may
    write a letter of the question and nothing else, by a grammar as llama.cpp reads it.
    """

    n: int | None = None
    shots: int | None = None
    scorer: str = ""
    samples: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    orders: Orders = Orders.PLAN
    forced: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """What is set here, by name."""
        default = Settings()
        return {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if getattr(self, item.name) != getattr(default, item.name)
        }

    def label(self, name: str) -> str:
        """`name`, and in brackets what is set here."""
        told = ",".join(f"{key}={_as_said(value)}" for key, value in self.given.items())
        return f"{name}({told})" if told else name


_OF_A_LETTER = ("samples", "temperature", "orders", "forced")
"""What can be set of every method that ends with a letter; such a letter is sampled only with `samples`."""

SETTINGS: Mapping[str, tuple[str, ...]] = {
    "zero_shot": _OF_A_LETTER,
    "few_shot": ("shots", *_OF_A_LETTER),
    "cot": ("max_tokens", *_OF_A_LETTER),
    "best_of_n": ("n", "shots", "scorer", "max_tokens", *_OF_A_LETTER),
    "self_consistency": ("n", "temperature", "max_tokens", "orders"),
    "verbal_confidence": ("orders",),
    "p_true": _OF_A_LETTER,
}
"""The methods, each with what can be set of it."""

DEFAULTS: Mapping[str, Mapping[str, int]] = {
    "few_shot": {"shots": 5},
    "best_of_n": {"n": 20},
    "self_consistency": {"n": 10},
}
"""Bowman et al. 2022 give five examples and keep the best of twenty. What is set to its default is not in a label."""

_ALWAYS_SAMPLED = ("best_of_n", "self_consistency")


def parse(label: str) -> tuple[str, Settings]:
    """The name and the settings in a label; raises BadInput for what no method is, or for what it cannot have.

    parse("few_shot(shots=3)") is ("few_shot", Settings(shots=3)), and parse("few_shot(shots=5)") is ("few_shot",
    Settings()), because five is what it has anyway.
    """
    match = _LABEL.fullmatch(label)
    if match is None:
        raise BadInput(f"The method {label!r} cannot be read; write NAME or NAME(setting=value,...).")
    name, told = match.group(1), match.group(2) or ""
    settings = Settings()
    for part in filter(None, (part.strip() for part in told.split(","))):
        key, _, value = part.partition("=")
        settings = replace(settings, **{_known(key.strip(), name): _value(key.strip(), value.strip(), label)})
    return name, checked(name, settings)


def checked(name: str, settings: Settings) -> Settings:
    """These settings of this method without those that it has anyway; raises BadInput for what it cannot have."""
    if name not in SETTINGS:
        raise BadInput(f"There is no method {name!r}; allowed are {', '.join(SETTINGS)}.")
    label = settings.label(name)
    for key, value in settings.given.items():
        _known(key, name)
        if isinstance(value, int | float) and not 0 < value < math.inf:
            raise BadInput(f"The method {label!r} sets {key} to {value:g}; allowed are numbers above 0.")
    if settings.temperature is not None and not settings.samples and name not in _ALWAYS_SAMPLED:
        raise BadInput(
            f"The method {label!r} sets a temperature, but nothing of it is sampled: it takes the likeliest words. "
            "Take the temperature out, or set samples as well."
        )
    if settings.scorer:
        try:
            check_model(settings.scorer)
        except ValueError as error:
            raise BadInput(f"The scorer of the method {label!r} is no {error}.") from None
    as_usual: dict[str, Any] = {
        key: None for key, value in DEFAULTS.get(name, {}).items() if getattr(settings, key) == value
    }
    return replace(settings, **as_usual)


def _known(key: str, name: str) -> str:
    allowed = SETTINGS.get(name, [item.name for item in fields(Settings)])
    if key not in allowed:
        raise BadInput(f"The method {name} has no setting {key!r}; it has {', '.join(allowed)}.")
    return key


def _value(key: str, value: str, label: str) -> Any:
    try:
        match key:
            case "scorer":
                return value
            case "orders":
                return Orders(value)
            case "forced":
                return {"yes": True}[value]
            case "temperature":
                return float(value)
            case _:
                return int(value)
    except (ValueError, KeyError):
        kind = {"orders": "plan or rotated", "forced": "yes"}.get(key, "a number")
        raise BadInput(f"The method {label!r} sets {key} to {value!r}, which is not {kind}.") from None


def _as_said(value: object) -> str:
    """0.5 and 1, and not 1.0: one number has one label."""
    if value is True:
        return "yes"
    return f"{value:g}" if isinstance(value, float) else str(value)
