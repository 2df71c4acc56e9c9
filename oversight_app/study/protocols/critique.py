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


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """The answer is due as soon as the question is open, and the critique after it, where there is one to criticise."""
    said = speeches(trial)
    if not said:
        return (Speech(ASSISTANT, "advice_explanation", trial.plan.stance, seen(trial)),)
    has_answer = any(message.voice == ASSISTANT and message.text for message in said)
    has_critique = any(message.voice == CRITIC for message in said)
    return (Speech(CRITIC, "critique", "", seen(trial)),) if has_answer and not has_critique else ()


RULES = Rules(due, never, speaks_first=True, is_written_in=lambda rules: False)
