"""Critique: the assistant answers, and a second model points out what may be wrong with that answer.

The critic has no side: it is not told which option is right, nor whether the assistant was told what to argue for.
"""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.protocols.speech import (
    ASSISTANT,
    CRITIC,
    Rules,
    Speech,
    never,
    seen,
    speeches,
)
from oversight_app.study.trial import Trial


def next_turn(trial: Trial, rules: AssistantDesign) -> Speech | None:
    """The answer is due as soon as the question is open, and the critique after it."""
    match len(speeches(trial)):
        case 0:
            stance = trial.plan.stance
            return Speech(ASSISTANT, "advice_explanation", stance, seen(trial))
        case 1:
            return Speech(CRITIC, "critique", "", seen(trial))
        case _:
            return None


RULES = Rules(next_turn, never, speaks_first=True, is_written_in=lambda rules: False)
