"""The closed sets that a design chooses from."""

from enum import StrEnum


class Condition(StrEnum):
    """Who answers, and with what help."""

    HUMAN_ALONE = "human_alone"
    HUMAN_WITH_MODEL = "human_with_model"
    MODEL_ALONE = "model_alone"


class Protocol(StrEnum):
    """How help is given in a trial."""

    UNAIDED = "unaided"
    CHAT = "chat"
    ADVICE = "advice"
    CONSULTANCY = "consultancy"
    DEBATE = "debate"
    CRITIQUE = "critique"
    CROSS_EXAMINATION = "cross_examination"


class AssistantMode(StrEnum):
    """What the assistant is told to do.

    Its own best; to argue for an option that the plan assigns; to help less well in a share of trials; or to give way
    to the participant.
    """

    AS_IS = "as_is"
    ASSIGNED = "assigned"
    SANDBAGGED = "sandbagged"
    SYCOPHANTIC = "sycophantic"


class AdviceForm(StrEnum):
    """What advice consists of."""

    OPTION = "option"
    EXPLANATION = "explanation"
    CONFIDENCE = "confidence"
    EVIDENCE = "evidence"


class TurnOrder(StrEnum):
    """Whether the second speaker of a round sees what the first one says in it."""

    SIMULTANEOUS = "simultaneous"
    ALTERNATING = "alternating"


class Feedback(StrEnum):
    """When a participant learns the right answer."""

    NONE = "none"
    AFTER_EACH = "after_each"
    PRACTICE_ONLY = "practice_only"


class ConfidenceScale(StrEnum):
    """How confidence is asked for."""

    NONE = "none"
    FIVE_POINTS = "five_points"
    PERCENT = "percent"
    DISTRIBUTION = "distribution"


class Sequence(StrEnum):
    """What comes first where there is an assistant: the help, or an answer of one's own."""

    DIRECT = "direct"
    ANSWER_FIRST = "answer_first"


class ScoringRule(StrEnum):
    """How a stated probability is paid; the formulas are in `study.scoring`."""

    NONE = "none"
    QUADRATIC = "quadratic"
    LOG = "log"
    SPHERICAL = "spherical"


class Outcome(StrEnum):
    """How a sitting ended, or that its participant has left for now."""

    COMPLETED = "completed"
    SCREENED_OUT = "screened_out"
    FAILED_CHECKS = "failed_checks"
    TIMED_OUT = "timed_out"
    TECHNICAL_ERROR = "technical_error"
    NO_CONSENT = "no_consent"
    STUDY_FULL = "study_full"
    WITHDREW = "withdrew"
    LEFT = "left"


ENDINGS = tuple(outcome for outcome in Outcome if outcome is not Outcome.LEFT)
"""Who has left may return, so nothing is handed in then; every other outcome has a code of its own."""


FIVE_POINTS = (0.25, 0.42, 0.60, 0.80, 1.00)
"""The five levels of Bowman et al. 2022, section 3."""

HUMAN_CONDITIONS = (Condition.HUMAN_ALONE, Condition.HUMAN_WITH_MODEL)
