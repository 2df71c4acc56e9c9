"""Protocols: how help is given in a trial. One pure file each, and a line here.

A protocol says who speaks next and with which prompt: `next_turn(trial)` returns a `Speech` (prompt name), or None when
nobody is due. The prompt's text is frozen in the plan, its holes are filled in `transcript`.
"""

from collections.abc import Callable, Mapping

from oversight_app.study.protocols import chat, unaided
from oversight_app.study.protocols.speech import Speech
from oversight_app.study.trial import Trial

PROTOCOLS: Mapping[str, Callable[[Trial], Speech | None]] = {
    "unaided": unaided.next_turn,
    "chat": chat.next_turn,
}


def next_turn(trial: Trial) -> Speech | None:
    """Who is due to speak in this trial, and from which prompt; None when nobody is."""
    return PROTOCOLS[trial.plan.protocol](trial)
