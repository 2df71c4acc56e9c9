"""Advice read by a model: which option the assistant last stood for, beside what the rule reads.

The reader is given the options as they were displayed and what the assistant wrote, and nothing else: neither the
question, which it might answer itself, nor what the participant wrote or chose.
"""

import re
from dataclasses import dataclass

from oversight_app.study.answers import advising, is_assisted
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.letters import OptionOrder
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.transcript import fill, holes
from oversight_app.study.trial import Trial

PROMPT = "read_advice"
"""The prompt, and the purpose of the call."""
NONE = "N"
"""What a reader says where the assistant stood for no option."""
_NONE = re.compile(r"^\W*(?:n|none)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader's reply says: `reading` is stated, none or unreadable, `choice` an original letter or ""."""

    reading: str
    choice: str = ""


def has_advice_to_read(trial: Trial) -> bool:
    """Whether a trial is over and one assistant said something in it; several speakers have no one advice."""
    if trial.closed is None or trial.running_replies or not is_assisted(trial):
        return False
    speakers = {message.begun.speaker for message in advising(trial) if message.begun is not None}
    return len(speakers) == 1


def ask_reader(plan: Plan, trial: Trial, question: Question) -> str:
    """The text that asks a model to read the advice of a trial."""
    filling = holes(question, trial.plan.option_order, "", pass_question=True)
    replies = "\n\n".join(f"[{n}] {message.text}" for n, message in enumerate(advising(trial), start=1))
    return fill(plan.prompts[PROMPT], filling | {"replies": replies}, name=PROMPT).strip()


def read_reading(text: str, option_order: str, question: Question) -> Reading:
    """What a reader's reply says, its letter mapped back to the original one."""
    if _NONE.match(text):
        return Reading("none")
    order = OptionOrder(option_order)
    displayed = read_choice(text, order.shown(question.options))
    return Reading("stated", order.original(displayed)) if displayed else Reading("unreadable")
