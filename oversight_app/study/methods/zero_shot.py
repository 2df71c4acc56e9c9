"""Zero-shot, as in Bowman et al. 2022: passage, question and options, and the reply is one letter."""

from collections.abc import Mapping

from oversight_app.errors import BadInput
from oversight_app.study.events import AloneAsked
from oversight_app.study.methods.method import Call, Item, Reads
from oversight_app.study.methods.settings import Settings
from oversight_app.study.model_answer import ModelAnswer, read_answer
from oversight_app.study.transcript import Line, fill


class ZeroShot:
    """One call."""

    name = "zero_shot"
    prompts: tuple[str, ...] = ("zero_shot",)

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        unused = [key for key in ("n", "shots", "scorer", "max_tokens") if getattr(settings, key)]
        if unused:
            raise BadInput(f"The method {self.name} has no setting {unused[0]}.")

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The one call, until it is answered."""
        if "answer" in told:
            return ()
        text = fill(item.plan.prompts[self.name], item.holes, name=self.name).strip()
        return (Call("answer", self.name, (Line("user", text),), Reads.LETTER),)

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The letter, as sure as its probability among the four."""
        said = told["answer"]
        return read_answer(said.text, said.log_probabilities, item.trial.option_order, item.question)
