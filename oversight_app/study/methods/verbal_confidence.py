"""Verbal confidence: the model answers with a letter and says in percent how sure it is."""

from collections.abc import Mapping

from oversight_app.study.design.method import Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.letters import OptionOrder
from oversight_app.study.methods.method import Call, Item, Reads
from oversight_app.study.methods.wording import asked
from oversight_app.study.model_answer import ModelAnswer, answered
from oversight_app.study.stated import read_stated


class VerbalConfidence:
    """One call."""

    name = "verbal_confidence"
    prompts: tuple[str, ...] = ("verbal_confidence",)
    shots = 0
    manner = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The one call, until it is answered."""
        if "answer" in told:
            return ()
        return (Call("answer", self.name, asked(item, self.name), Reads.TEXT),)

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The letter, and the percentage as its probability; of the other options nothing was said."""
        order = item.trial.option_order
        said = read_stated(told["answer"].text, OptionOrder(order).shown(item.question.options))
        shares = {said.letter: said.probability} if said.letter and said.probability is not None else {}
        return answered(said.letter, shares, "stated", order)
