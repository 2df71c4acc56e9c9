"""P(True): the model is shown its own answer and asked whether it is true.

After Kadavath et al. 2022 (arXiv 2207.05221), whose words the prompt has. The answer is the zero-shot one; its
confidence is the probability of "(A) True" among the two, by log-probabilities or else by samples. How likely the other
options were, nobody was asked.
"""

from collections.abc import Mapping
from dataclasses import replace

from oversight_app.study.choice_reading import read_choice
from oversight_app.study.design.method import Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.letters import OptionOrder
from oversight_app.study.methods.letter import letter_calls, letter_shares, unsure
from oversight_app.study.methods.method import Call, Item
from oversight_app.study.methods.wording import asked
from oversight_app.study.model_answer import ModelAnswer, answered
from oversight_app.study.questions import LETTERS, folded

_TRUE, _FALSE = "A", "B"
_SHOWN = ("True", "False", "", "")


class PTrue:
    """Two calls, one after the other."""

    name = "p_true"
    prompts: tuple[str, ...] = ("zero_shot", "p_true")
    shots = 0
    manner = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The answer; then, where it can be read, whether it is true, and the samples of that."""
        if "answer" not in told:
            return letter_calls("zero_shot", asked(item, "zero_shot"), told, self.settings)
        letter = _letter(item, told)
        if not letter:
            return ()
        option = folded(_shown(item)[LETTERS.index(letter)])
        turns = asked(item, self.name, proposed=f"({letter}) {option}")
        return letter_calls(self.name, turns, told, self.settings, part="belief", among=f"{_TRUE}{_FALSE}")

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The zero-shot answer, as sure as the model believes it."""
        letter, order = _letter(item, told), item.trial.option_order
        if not letter:
            return answered("", {}, "", order)
        believed = letter_shares(told, self.settings, _SHOWN, part="belief", among=f"{_TRUE}{_FALSE}")
        shares = {letter: believed.of[_TRUE]} if _TRUE in believed.of else {}
        answer = answered(letter, shares, believed.source, order)
        return replace(answer, remark=unsure(answer, self.settings))


def _letter(item: Item, told: Mapping[str, AloneAsked]) -> str:
    """The displayed letter that the model answered with; empty where it cannot be read."""
    return read_choice(told["answer"].text, _shown(item))


def _shown(item: Item) -> tuple[str, ...]:
    return OptionOrder(item.trial.option_order).shown(item.question.options)
