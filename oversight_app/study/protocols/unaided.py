"""Nobody speaks: the participant answers alone."""

from oversight_app.study.design.assistant import AssistantDesign
from oversight_app.study.protocols.speech import Rules, Speech, never
from oversight_app.study.trial import Trial


def due(trial: Trial, rules: AssistantDesign) -> tuple[Speech, ...]:
    """Nobody is ever due."""
    return ()


RULES = Rules(due, never, speaks_first=False, is_written_in=lambda rules: False)
