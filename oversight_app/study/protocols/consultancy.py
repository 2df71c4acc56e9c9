"""Consultancy: one speaker opens with its case, and the participant questions it.

In the assigned variant the plan drew the option that it argues for; in the open one (`mode = "as_is"`) it picks the
option that it holds to be right.
"""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.protocols.speech import (
    ASSISTANT,
    Rules,
    Speech,
    always,
    asked_last,
    seen,
    speeches,
)
from oversight_app.study.trial import Trial


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """The consultant is due at the beginning, and after each message of the participant's."""
    if speeches(trial) and not asked_last(trial):
        return ()
    stance = trial.plan.stance
    return (Speech(ASSISTANT, "consultancy", stance, seen(trial)),)


RULES = Rules(due, always, speaks_first=True, has_reset=True)
