"""Advice: the assistant speaks once, by itself, and nothing can be asked.

What the advice consists of is the design's `advice`: the option alone, with an explanation, with a stated confidence,
or quotations from the passage without an option.
"""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.protocols.speech import ASSISTANT, Rules, Speech, never, seen, speeches
from oversight_app.study.trial import Trial


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """The advice is due as soon as the question is open."""
    if speeches(trial):
        return ()
    stance = trial.plan.stance
    return (Speech(ASSISTANT, f"advice_{rules.advice.value}", stance, seen(trial)),)


RULES = Rules(due, never, speaks_first=True, is_written_in=lambda rules: False)
