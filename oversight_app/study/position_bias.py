"""Whether a model prefers a place: what it answers when the same options stand in other orders.

A model without a preference answers as often with each letter as the key stands there, is right as often wherever the
key stands, and names the same option in every order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oversight_app.study.letters import OptionOrder
from oversight_app.study.questions import LETTERS


@dataclass(frozen=True, slots=True)
class Placed:
    """One answer: original letters of key and choice ("" where none could be read), and the order shown."""

    question_id: str
    option_order: str
    key: str
    choice: str


@dataclass(frozen=True, slots=True)
class PositionBias:
    """Fractions by displayed letter, and over questions that were shown in several orders; None where there are none.

    `answers` are shares of the answers that can be read, `keys` of all that were asked; `accuracy` counts an answer
    that cannot be read as wrong. `n_alike` of `n_questions` got the same option named in every order.
    """

    answers: Mapping[str, float | None]
    keys: Mapping[str, float | None]
    accuracy: Mapping[str, float | None]
    n_alike: int
    n_questions: int

    def describe(self) -> list[str]:
        """Two lines of text."""
        places = ", ".join(
            f"{letter} {_percent(self.answers[letter])} (key {_percent(self.keys[letter])}, "
            f"then right {_percent(self.accuracy[letter])})"
            for letter in LETTERS
        )
        alike = _percent(self.n_alike / self.n_questions if self.n_questions else None)
        return [
            f"Position: answered {places}.",
            f"The same option in every order: {self.n_alike} of {self.n_questions} questions ({alike}).",
        ]


def position_bias(answers: Iterable[Placed]) -> PositionBias:
    """What these answers say of a preference for a place."""
    answers = list(answers)
    chosen = Counter(OptionOrder(one.option_order).displayed(one.choice) for one in answers if one.choice)
    keys = Counter(OptionOrder(one.option_order).displayed(one.key) for one in answers)
    right = Counter(
        OptionOrder(one.option_order).displayed(one.key) for one in answers if one.choice == one.key
    )
    orders: defaultdict[str, set[str]] = defaultdict(set)
    choices: defaultdict[str, set[str]] = defaultdict(set)
    for one in answers:
        orders[one.question_id].add(one.option_order)
        choices[one.question_id].add(one.choice)
    several = [question_id for question_id, shown in orders.items() if len(shown) > 1]
    return PositionBias(
        answers={letter: _share(chosen[letter], chosen.total()) for letter in LETTERS},
        keys={letter: _share(keys[letter], keys.total()) for letter in LETTERS},
        accuracy={letter: _share(right[letter], keys[letter]) for letter in LETTERS},
        n_alike=sum(
            len(choices[question_id]) == 1 and "" not in choices[question_id] for question_id in several
        ),
        n_questions=len(several),
    )


def _share(n: int, of: int) -> float | None:
    return n / of if of else None


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"
