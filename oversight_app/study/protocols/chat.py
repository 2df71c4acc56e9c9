"""Free chat: the participant writes, the assistant answers each message, in turn and as often as the time allows."""

from oversight_app.study.protocols.speech import Speech
from oversight_app.study.trial import Speaker, Trial


def next_turn(trial: Trial) -> Speech | None:
    """The assistant is due after each message of the participant's."""
    if not trial.messages or trial.messages[-1].speaker is not Speaker.PARTICIPANT:
        return None
    return Speech("chat_assigned" if trial.plan.stance else "chat")
