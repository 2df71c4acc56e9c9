"""A column of an export: its name, type, unit and meaning, and short ways to write one down."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.columns.vocabulary import LETTERS, Type


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `required` means that no row may leave it empty, `allowed` lists the only values."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""


def text(name: str, meaning: str, *, required: bool = False, pattern: str = "") -> Column:
    """Free text, or text of a stated pattern."""
    return Column(name, Type.TEXT, meaning, required=required, pattern=pattern)


def one_of(name: str, values: Iterable[str], meaning: str, *, required: bool = False) -> Column:
    """One of a closed set of words."""
    return Column(name, Type.TEXT, meaning, required=required, allowed=tuple(values))


def letter(name: str, meaning: str) -> Column:
    """One of the four original letters."""
    return one_of(name, LETTERS, meaning)


def flag(name: str, meaning: str, *, required: bool = False) -> Column:
    """0 or 1."""
    return Column(name, Type.FLAG, meaning, required=required)


def count(name: str, meaning: str, *, required: bool = False, minimum: float = 0, unit: str = "") -> Column:
    """A whole number, from `minimum` up."""
    return Column(name, Type.INTEGER, meaning, unit=unit, required=required, minimum=minimum)


def seconds(name: str, meaning: str) -> Column:
    """A length of time."""
    return Column(name, Type.NUMBER, meaning, unit="s", minimum=0)


def probability(name: str, meaning: str) -> Column:
    """A number from 0 to 1."""
    return Column(name, Type.NUMBER, meaning, unit="probability", minimum=0, maximum=1)


def rating(name: str, meaning: str, lowest: float, highest: float) -> Column:
    """A mean of ratings on a scale."""
    return Column(name, Type.NUMBER, meaning, minimum=lowest, maximum=highest)


def moment(name: str, meaning: str, *, required: bool = False) -> Column:
    """A point in time."""
    return Column(name, Type.TIME, meaning, unit="UTC", required=required)


def probabilities(prefix: str, when: str) -> tuple[Column, ...]:
    """Four columns, one per option in original order."""
    return tuple(
        probability(f"{prefix}p_{option.lower()}", f"Probability given to option {option}{when}")
        for option in LETTERS
    )
