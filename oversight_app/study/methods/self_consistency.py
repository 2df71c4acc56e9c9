"""Self-consistency: n sampled reasonings that each end in a letter, and the letter that most of them name.

After Wang et al. 2022 (arXiv 2203.11171). Each option has as its probability its share of the reasonings whose letter
can be read. Of letters that are named equally often, the one counts that was named first.
"""

from collections.abc import Mapping

from oversight_app.study.choice_reading import read_choice
from oversight_app.study.design.method import DEFAULTS, Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.letters import OptionOrder
from oversight_app.study.methods.letter import shares_among
from oversight_app.study.methods.method import Call, Item
from oversight_app.study.methods.reasoning import reasoning_call, reasoning_part
from oversight_app.study.methods.wording import asked
from oversight_app.study.model_answer import ModelAnswer, answered


class SelfConsistency:
    """n calls at once."""

    name = "self_consistency"
    prompts: tuple[str, ...] = ("self_consistency",)
    shots = 0
    manner = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.n = settings.n or DEFAULTS[self.name]["n"]

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The reasonings that are missing."""
        turns = asked(item, self.name)
        return tuple(
            reasoning_call(k, turns, self.settings, is_sampled=True, prompt=self.name)
            for k in range(1, self.n + 1)
            if reasoning_part(k) not in told
        )

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The option that most reasonings end with."""
        order = item.trial.option_order
        shown = OptionOrder(order).shown(item.question.options)
        letters = [read_choice(told[reasoning_part(k)].text, shown) for k in range(1, self.n + 1)]
        shares = shares_among(letters)
        # max keeps the first of equals, and the letters stand in the order in which they were named.
        most = max(filter(None, letters), key=lambda letter: shares[letter], default="")
        return answered(most, shares, "samples", order)
