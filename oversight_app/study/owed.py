"""What somebody is owed beside the reward: the bonus of the study's rule, and what was promised to them at the console.

Each part is listed in one bonus file and in no other: the rule's part once a person, and each promise once. A promise
is owed however the sitting ended. A file has one currency; what was promised in another waits for a file in that.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from oversight_app.study.bonus import Bonus
from oversight_app.study.events import CompensationGranted

RULE = ""
"""The name of the rule's part; a promise's is its key."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one person is to be paid by the next file; `bonus` is None where the rule pays them nothing more."""

    participant_id: str
    bonus: Bonus | None
    promises: tuple[CompensationGranted, ...]

    @property
    def promised(self) -> Decimal:
        """The sum of the promises."""
        return sum((Decimal(promise.amount) for promise in self.promises), Decimal(0))

    @property
    def total(self) -> Decimal:
        """The rule's part and the promises."""
        return (self.bonus.total if self.bonus else Decimal(0)) + self.promised

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts."""
        return ((RULE,) if self.bonus else ()) + tuple(promise.key for promise in self.promises)


def owed(
    participant_id: str,
    bonus: Bonus | None,
    granted: Sequence[CompensationGranted],
    listed: Collection[str],
    currency: str,
) -> Owed | None:
    """What no file has listed yet of a person's parts, in this currency; None where that is nothing.

    `bonus` is the rule's, in the same currency; `listed` are the parts that stand in a file.
    """
    rest = bonus if bonus is not None and bonus.total and RULE not in listed else None
    promises = tuple(
        promise for promise in granted if promise.key not in listed and promise.currency == currency
    )
    return Owed(participant_id, rest, promises) if rest or promises else None
