"""Protocols: how help is given in a trial. One pure file each, and a line here.

A protocol says who speaks next, from which prompt and shown what: `next_turn(trial, rules)` returns a `Speech`, or None
when nobody is due. The prompts' texts are frozen in the plan; `transcript` fills their holes.
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
from oversight_app.study.protocols.speech import Rules, Speech
from oversight_app.study.trial import Trial

__all__ = ["PROTOCOLS", "Rules", "Speech", "may_write", "next_turn", "rules_of"]

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


def next_turn(trial: Trial, rules: AssistantDesign) -> Speech | None:
    """Who is due to speak in this trial; None when nobody is.

    Nobody is while somebody speaks, nor after a reply that broke off and may yet come: whether it is asked for again is
    the participant's to say.
    """
    last = trial.messages[-1] if trial.messages else None
    if last is not None and (last.is_running or (last.is_broken and not last.is_given_up)):
        return None
    return rules_of(trial).next_turn(trial, rules)


def may_write(trial: Trial, rules: AssistantDesign) -> bool:
    """Whether the participant may write now, as far as the protocol is concerned."""
    return rules_of(trial).may_write(trial, rules)
