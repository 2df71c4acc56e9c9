"""Nobody speaks: the participant answers alone."""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.protocols.speech import Rules, Speech, never
from oversight_app.study.trial import Trial


def next_turn(trial: Trial, rules: AssistantDesign) -> Speech | None:
    """Nobody is ever due."""
    return None


RULES = Rules(next_turn, never, speaks_first=False, is_written_in=lambda rules: False)
