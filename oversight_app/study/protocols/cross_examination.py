"""Cross-examination: each question of the participant's is put to several fresh contexts, whose answers stand together.

They answer at the same time. No context sees another one, nor what was asked before: who stands by an option only
because it said so once is found out by asking anew.
"""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.protocols.speech import Rules, Speech, numbered, speeches
from oversight_app.study.trial import Message, Speaker, Trial


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """Every context is due that has not answered the last question."""
    question = _question(trial)
    if question is None:
        return ()
    answered = {m.voice for m in speeches(trial, since=trial.messages.index(question) + 1)}
    contexts = (numbered(k) for k in range(1, rules.n_contexts + 1))
    stance = trial.plan.stance
    return tuple(
        Speech(context, "cross_examination", stance, (question,))
        for context in contexts
        if context not in answered
    )


def may_write(trial: Trial, rules: AssistantDesign) -> bool:
    """The next question comes when all contexts have answered the one before."""
    return not due(trial, rules)


def _question(trial: Trial) -> Message | None:
    return next((m for m in reversed(trial.messages) if m.speaker is Speaker.PARTICIPANT), None)


RULES = Rules(due, may_write, speaks_first=False, is_at_once=lambda rules: True)
