"""Cross-examination: each question of the participant's is put to several fresh contexts, whose answers stand together.

No context sees another one, nor what was asked before: who stands by an option only because it said so once is found
out by asking anew.
"""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.protocols.speech import Rules, Speech, numbered, speeches
from oversight_app.study.trial import Message, Speaker, Trial


def next_turn(trial: Trial, rules: AssistantDesign) -> Speech | None:
    """The next context is due until each has answered the last question."""
    question = _question(trial)
    if question is None:
        return None
    n_answered = len(speeches(trial, since=trial.messages.index(question) + 1))
    if n_answered >= rules.n_contexts:
        return None
    stance = trial.plan.stance
    return Speech(numbered(n_answered + 1), "cross_examination", stance, (question,))


def may_write(trial: Trial, rules: AssistantDesign) -> bool:
    """The next question comes when all contexts have answered the one before."""
    return next_turn(trial, rules) is None


def _question(trial: Trial) -> Message | None:
    return next((m for m in reversed(trial.messages) if m.speaker is Speaker.PARTICIPANT), None)


RULES = Rules(next_turn, may_write, speaks_first=False)
