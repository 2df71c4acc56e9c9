"""Zero-shot, as in Bowman et al. 2022: passage, question and options, and the reply is one letter."""

from collections.abc import Mapping

from oversight_app.study.design.method import Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.methods.letter import letter_answer, letter_calls
from oversight_app.study.methods.method import Call, Item
from oversight_app.study.methods.wording import asked
from oversight_app.study.model_answer import ModelAnswer


class ZeroShot:
    """One call."""

    name = "zero_shot"
    prompts: tuple[str, ...] = ("zero_shot",)
    shots = 0
    manner = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The one call, and its samples."""
        return letter_calls("zero_shot", asked(item, "zero_shot"), told, self.settings)

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The letter, as sure as its probability among the four."""
        return letter_answer(item, told, self.settings)
