"""What every method is: calls that can be made now, and in the end an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from oversight_app.study.design.method import Settings
from oversight_app.study.events import AloneAsked
from oversight_app.study.model_answer import ModelAnswer
from oversight_app.study.plan import Plan
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.transcript import Line, holes, introduced
from oversight_app.study.trial import Trial
from oversight_app.study.trial_plan import TrialPlan


class Reads(StrEnum):
    """What a call's reply is read as."""

    LETTER = "letter"
    """One letter A-D, with log-probabilities where the service gives them."""
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Item:
    """One question to be answered alone: how it stands in the plan, and worked examples from other questions."""

    plan: Plan
    trial: TrialPlan
    question: Question
    examples: tuple[Question, ...] = ()

    @property
    def holes(self) -> dict[str, str]:
        """What prompts are filled with; the question is always passed, whatever the design does in chats."""
        return holes(self.question, self.trial.option_order, "", pass_question=True)

    @property
    def prefix(self) -> str:
        """The passage as prompts begin with it; empty without one."""
        return introduced(self.question.passage.text) if self.question.passage else ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a model.

    `part` names it within its trial and stands for nothing else ("answer", "reasoning/3"); `purpose` is what the table
    of calls says it was for. `is_sampled` calls are drawn at the service's own temperature or the one set; the others
    take the likeliest word. `asks` is another model, PROVIDER:NAME[@BASE_URL], where it is not the one that answers.
    `max_tokens` bounds what is written; None leaves that to whoever asks. `among` are the letters that a letter may be.
    """

    part: str
    prompt: str
    turns: tuple[Line, ...]
    reads: Reads
    purpose: str = "answer"
    is_sampled: bool = False
    asks: str = ""
    max_tokens: int | None = None
    among: str = LETTERS


class Method(Protocol):
    """A method with its settings.

    `prompts` are the names of those that the plan must hold, `shots` how many examples an item must have. `manner` says
    in one sentence how the answers came about, where the name does not.
    """

    name: str
    settings: Settings
    prompts: tuple[str, ...]
    shots: int
    manner: str

    def __init__(self, settings: Settings) -> None:
        """Raises BadInput for a setting that the method does not have."""
        ...

    def calls(self, item: Item, told: Mapping[str, AloneAsked]) -> tuple[Call, ...]:
        """The calls that wait for nothing that is not in `told`, by their parts; none when the answer can be read."""
        ...

    def answer(self, item: Item, told: Mapping[str, AloneAsked]) -> ModelAnswer:
        """The answer that these replies make."""
        ...


def told_in(trial: Trial) -> dict[str, AloneAsked]:
    """What a model said in this trial, by part. A call that failed for want of a reply said nothing."""
    return {
        asked.part: asked for asked in trial.asked if isinstance(asked, AloneAsked) and asked.finish_reason
    }
