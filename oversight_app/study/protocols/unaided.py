"""Nobody speaks: the participant answers alone."""

from oversight_app.study.protocols.speech import Speech
from oversight_app.study.trial import Trial


def next_turn(trial: Trial) -> Speech | None:
    """Nobody is ever due."""
    return None
