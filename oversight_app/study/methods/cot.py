"""Chain of thought: one reasoning, the likeliest, and then the answer, in the words of Bowman et al. 2022."""

from collections.abc import Mapping

from oversight_app.study.design.method import Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.methods.letter import letter_answer, letter_calls
from oversight_app.study.methods.method import Call, Item
from oversight_app.study.methods.reasoning import (
    ANSWER_PROMPT,
    NOTHING_REASONED,
    PROMPT,
    after,
    opening,
    reasoned,
    reasoning_call,
    reasoning_part,
)
from oversight_app.study.model_answer import ModelAnswer


class ChainOfThought:
    """Two calls, one after the other."""

    name = "cot"
    prompts: tuple[str, ...] = (PROMPT, ANSWER_PROMPT)
    shots = 0
    manner = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The reasoning, then the answer and its samples."""
        before = opening(item)
        if reasoning_part(1) not in told:
            return (reasoning_call(1, before, self.settings, is_sampled=False),)
        reasoning = reasoned(told, 1)
        if not reasoning:
            return ()
        return letter_calls(ANSWER_PROMPT, after(item, before, reasoning), told, self.settings)

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The letter, as sure as its probability among the four after this reasoning."""
        return letter_answer(item, told, self.settings) if reasoned(told, 1) else NOTHING_REASONED
