"""Letters: original ones in the record, displayed ones on the page, mapped here and nowhere else.

An option order is written as the original letters in the order in which they are shown: "CADB" means that the option
printed first (displayed A) is original C. Participants, prompts and transcripts use displayed letters; the record, the
export and the analysis use original ones.
"""

from dataclasses import dataclass
from itertools import permutations
from random import Random
from typing import TypeVar

from oversight_app.study.questions import LETTERS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OptionOrder:
    """The original letters as shown, for example OptionOrder("CADB")."""

    letters: str = LETTERS

    def __post_init__(self) -> None:
        if sorted(self.letters) != list(LETTERS):
            raise ValueError(f"an option order holds each of {LETTERS} once, found {self.letters!r}")

    def original(self, displayed: str) -> str:
        """The original letter of what is displayed as this letter: OptionOrder("CADB").original("A") is "C"."""
        return self.letters[LETTERS.index(displayed)]

    def displayed(self, original: str) -> str:
        """The letter under which an original option is displayed: OptionOrder("CADB").displayed("C") is "A"."""
        return LETTERS[self.letters.index(original)]

    def shown(self, values: tuple[T, ...]) -> tuple[T, ...]:
        """Four values in original order, rearranged as they are shown."""
        return tuple(values[LETTERS.index(letter)] for letter in self.letters)


ALL_ORDERS = tuple("".join(letters) for letters in permutations(LETTERS))


N_ROTATIONS = 4


def rotated(order: str, by: int) -> str:
    """The order moved on by so many places: rotated("CADB", 1) shows A first and C last. Over all four, each option
    stands in each place once."""
    return order[by:] + order[:by]


def draw_order(rng: Random, *, fixed: bool) -> str:
    """One of the 24 orders by chance, or the publisher's where options refer to each other."""
    return LETTERS if fixed else rng.choice(ALL_ORDERS)
