"""Protocols: how help is given in a trial. One pure file each, and a line here.

A protocol says who is due to speak, from which prompt and shown what: `due(trial, rules)` returns a `Speech` for
everybody who waits for nobody, and nothing when nobody is due. Those speak at the same time. The prompts' texts are
frozen in the plan; `transcript` fills their holes.
"""

from collections.abc import Mapping

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.design.vocabulary import Protocol
from oversight_app.study.protocols import (
    advice,
    chat,
    consultancy,
    critique,
    cross_examination,
    debate,
    unaided,
)
from oversight_app.study.protocols.speech import Rules, Speech, last_said
from oversight_app.study.trial import Message, Trial
from oversight_app.study.trouble import LASTING

__all__ = ["PROTOCOLS", "Rules", "Speech", "broken_off", "due", "may_write", "rules_of"]

PROTOCOLS: Mapping[Protocol, Rules] = {
    Protocol.UNAIDED: unaided.RULES,
    Protocol.CHAT: chat.RULES,
    Protocol.ADVICE: advice.RULES,
    Protocol.CONSULTANCY: consultancy.RULES,
    Protocol.DEBATE: debate.RULES,
    Protocol.CRITIQUE: critique.RULES,
    Protocol.CROSS_EXAMINATION: cross_examination.RULES,
}


def rules_of(trial: Trial) -> Rules:
    """The protocol of a trial."""
    return PROTOCOLS[Protocol(trial.plan.protocol)]


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """Who is due to speak in this trial, in the planned order of speaking; nobody, often.

    Nobody is while somebody speaks, nor after a reply that broke off and may yet come: whether it is asked for again is
    the participant's to say.
    """
    if trial.running_replies or any(m.is_broken and not m.is_given_up for m in last_said(trial)):
        return ()
    return rules_of(trial).due(trial, rules)


def broken_off(trial: Trial, rules: AssistantDesign) -> tuple[Message, ...]:
    """The replies that failed or broke off, and can be asked for again: the last one, or those of its moment.

    What broke off comes first; then who ended without a word, and last who would come to the same end.
    """
    if trial.running_replies:
        return ()
    last = last_said(trial) if rules_of(trial).is_at_once(rules) else trial.as_spoken[-1:]
    broken = tuple(
        message
        for message in last
        if message.status in ("failed", "interrupted") and message.context == trial.context
    )
    may_come = tuple(message for message in broken if message.is_broken and not message.is_given_up)
    return may_come or tuple(message for message in broken if message.trouble not in LASTING) or broken


def may_write(trial: Trial, rules: AssistantDesign) -> bool:
    """Whether the participant may write now, as far as the protocol is concerned."""
    return rules_of(trial).may_write(trial, rules)
