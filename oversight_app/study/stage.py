"""The stages of a sitting: which screen its participant is at."""

from enum import StrEnum


class Stage(StrEnum):
    """Which screen a participant is at."""

    CONSENT = "consent"
    SCREENING = "screening"
    INSTRUCTIONS = "instructions"
    COMPREHENSION = "comprehension"
    READY = "ready"
    REST = "rest"
    READING = "reading"
    TRIAL = "trial"
    FEEDBACK = "feedback"
    SURVEY = "survey"
    DEBRIEF = "debrief"
    ENDED = "ended"
