"""Few-shot, as in Bowman et al. 2022: examples with their answers, then the question, and the reply is one letter.

Examples and question are asked in the same words, those of zero-shot, and stand as turns of one conversation.
"""

from collections.abc import Mapping

from oversight_app.study.design.method import DEFAULTS, Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.methods.letter import letter_answer, letter_calls
from oversight_app.study.methods.method import Call, Item
from oversight_app.study.methods.wording import asked, examples
from oversight_app.study.model_answer import ModelAnswer


class FewShot:
    """One call, behind its examples."""

    name = "few_shot"
    prompts: tuple[str, ...] = ("zero_shot",)
    manner = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.shots = settings.shots or DEFAULTS[self.name]["shots"]

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The one call, and its samples."""
        turns = (*examples(item, "zero_shot", self.shots), *asked(item, "zero_shot"))
        return letter_calls("zero_shot", turns, told, self.settings)

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The letter, as sure as its probability among the four."""
        return letter_answer(item, told, self.settings)
