"""The closed sets of words that the cells of an export may hold."""

from enum import StrEnum

SCHEMA = 1
LETTERS = ("A", "B", "C", "D")


class Table(StrEnum):
    """The tables of an export; the file is the name with `.csv`."""

    ANSWERS = "answers"
    PARTICIPANTS = "participants"
    QUESTIONS = "questions"
    PLAN = "plan"
    MESSAGES = "messages"
    BELIEFS = "beliefs"
    MODEL_CALLS = "model_calls"
    EVENTS = "events"
    OBSERVATIONS = "observations"
    SURVEY = "survey"
    PAGE_TIMES = "page_times"


class ParticipantKind(StrEnum):
    """Who answered."""

    HUMAN = "human"
    MODEL = "model"
    SIMULATED = "simulated"


class Condition(StrEnum):
    """With what help the answer was given."""

    HUMAN_ALONE = "human_alone"
    HUMAN_WITH_MODEL = "human_with_model"
    MODEL_ALONE = "model_alone"


class Status(StrEnum):
    """How a trial ended."""

    ANSWERED = "answered"
    TIMED_OUT = "timed_out"  # the draft became the answer at the deadline
    TIMED_OUT_NO_ANSWER = "timed_out_no_answer"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"  # a model's reply without one readable choice
    ABANDONED = "abandoned"  # closed without a later sign of the participant
    VOID = "void"  # assistant outage, or the server was down past the deadline


WITH_CHOICE = frozenset({Status.ANSWERED, Status.TIMED_OUT})
WITHOUT_CHOICE = frozenset({Status.TIMED_OUT_NO_ANSWER, Status.SKIPPED, Status.UNREADABLE})
NEVER_COUNTED = frozenset({Status.ABANDONED, Status.VOID})


class AdviceStatus(StrEnum):
    """Whether the assistant stood for an option."""

    STATED = "stated"
    NONE_ASKED = "none_asked"
    NONE_GIVEN = "none_given"
    UNREADABLE = "unreadable"


class AdviceSource(StrEnum):
    """Who read the advice out of the conversation."""

    PROTOCOL = "protocol"
    RULE = "rule"
    MODEL = "model"


class ProbabilitySource(StrEnum):
    """Where p_a .. p_d come from."""

    ELICITED = "elicited"
    LOGPROB = "logprob"
    SAMPLES = "samples"
    STATED = "stated"


class Type(StrEnum):
    """What a cell holds; the values are Frictionless field types."""

    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "boolean"  # written 0 or 1
    TIME = "datetime"
    JSON = "object"
