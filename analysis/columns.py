"""The export contract: every table and column that leaves a study, with type, unit and meaning.

The writer (the application's export) and the reader (`analysis.load`) both take names and rules from here,
and `datapackage` turns the same description into the codebook that travels with the files. Only the standard
library is imported, so that writing an export needs no statistics.

In every table: CSV in UTF-8, times in ISO 8601 UTC, flags 0 or 1, an empty cell is a missing value and
nothing else is ("None" and "NA" are text). Letters A-D name the options in their original order, whatever was
shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `required` means that no row may leave it empty, `allowed` lists the only values."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""


def _text(name: str, meaning: str, *, required: bool = False, pattern: str = "") -> Column:
    return Column(name, Type.TEXT, meaning, required=required, pattern=pattern)


def _one_of(name: str, values: Iterable[str], meaning: str, *, required: bool = False) -> Column:
    return Column(name, Type.TEXT, meaning, required=required, allowed=tuple(values))


def _letter(name: str, meaning: str) -> Column:
    return _one_of(name, LETTERS, meaning)


def _flag(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Type.FLAG, meaning, required=required)


def _count(name: str, meaning: str, *, required: bool = False, minimum: float = 0, unit: str = "") -> Column:
    return Column(name, Type.INTEGER, meaning, unit=unit, required=required, minimum=minimum)


def _seconds(name: str, meaning: str) -> Column:
    return Column(name, Type.NUMBER, meaning, unit="s", minimum=0)


def _probability(name: str, meaning: str) -> Column:
    return Column(name, Type.NUMBER, meaning, unit="probability", minimum=0, maximum=1)


def _time(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Type.TIME, meaning, unit="UTC", required=required)


def _probabilities(prefix: str, when: str) -> tuple[Column, ...]:
    return tuple(
        _probability(f"{prefix}p_{letter.lower()}", f"Probability given to option {letter}{when}")
        for letter in LETTERS
    )


_PARTICIPANT_ID = _text("participant_id", "Opaque code of the person or model who answered", required=True)
_PARTICIPANT_KIND = _one_of("participant_kind", ParticipantKind, "Who answered", required=True)
_TRIAL_ID = _text("trial_id", "One participant, one question, one condition, one sample", required=True)
_CONDITION = _one_of("condition", Condition, "With what help the answer was given", required=True)
_TASK = _text("task", "Kind of question: mmlu, quality, or a bank's own", required=True)
_QUESTION_ID = _text("question_id", "The question, as its bank names it", required=True)
_FORM = _text("form", "Fixed part of the task's question sample that the question belongs to")
_CELL = _text("cell", "Which form in which condition, in which order")
_PROTOCOL = _text("protocol", "How help was given: unaided, chat, ...")
_ASSISTANT_MODE = _text("assistant_mode", "as_is, or how the assistant was told what to argue for")
_STANCE = _text("stance", "Options the speakers were told to argue for, in speaker order", pattern="[A-D]+")
_MANIPULATED = _flag("manipulated", "1 where the assistant was told what to argue for")
_ORDER = _text("option_order", "Original letters in the order shown: CADB", pattern="[A-D]{4}")
_TIME_LIMIT = _seconds("time_limit_s", "Time allowed; empty without a limit")
_PRACTICE = _flag("is_practice", "1 for a practice trial, which no estimate uses")
_ATTENTION = _flag("is_attention_check", "1 for an attention check, which no estimate uses")
_WHERE = (
    _count("block", "Block of the sitting, from 1", minimum=1),
    _count("position", "Place among the study trials of the sitting, from 1", minimum=1),
    _count("position_in_block", "Place in the block, from 1", minimum=1),
    _count("passage_exposure", "How many questions on this passage so far, this one included", minimum=1),
)
_PROMPT_HASH = _text("prompt_hash", "SHA-256 of the prompt as sent")
_TOKENS = (
    _count("tokens_in", "Tokens sent", unit="tokens"),
    _count("tokens_cached", "Tokens sent that the service had cached", unit="tokens"),
    _count("tokens_out", "Tokens received", unit="tokens"),
)
_REPLY_TIMES = (
    _seconds("first_text_s", "From the request to the first text"),
    _seconds("total_s", "From the request to the end of the reply"),
)
_FINISH_REASON = _text("finish_reason", "Why the reply ended")

_ANSWERS = (
    # -- who and what
    _text("study_id", "The study", required=True),
    _TRIAL_ID,
    _PARTICIPANT_ID,
    _PARTICIPANT_KIND,
    _CONDITION,
    _PROTOCOL,
    _text("assistant", "The assistant as the participant knew it"),
    _ASSISTANT_MODE,
    _text("provider", "Model service behind the assistant or the model alone"),
    _text("model", "Model behind the assistant, or the model that answered alone"),
    _text("method", "How the model alone was asked: zero_shot, ..."),
    _count("sample", "Which answer of this participant to this question, from 1", required=True, minimum=1),
    _TASK,
    _text("bank", "Where the question comes from"),
    _QUESTION_ID,
    _text("passage_id", "The passage the question is about; empty where it stands alone"),
    _text("subject", "Subject of the question"),
    _FORM,
    _CELL,
    # -- where
    *_WHERE,
    _PRACTICE,
    _ATTENTION,
    _ORDER,
    # -- answer
    _letter("choice", "Option chosen"),
    _letter("correct_choice", "Option the bank holds to be right"),
    _flag("correct", "1 where choice is correct_choice; empty without a choice"),
    _one_of("status", Status, "How the trial ended", required=True),
    _probability("confidence", "Probability the participant gave to the choice"),
    _text("confidence_scale", "How confidence was asked for"),
    *_probabilities("", ""),
    _one_of("p_source", ProbabilitySource, "Where p_a .. p_d come from"),
    _letter("initial_choice", "Choice committed before help was available"),
    _probability("initial_confidence", "Confidence in initial_choice"),
    *_probabilities("initial_", " before help was available"),
    _text("reason", "The participant's own words"),
    # -- advice
    _STANCE,
    _MANIPULATED,
    _letter("first_advice_choice", "Option the assistant stood for first"),
    _letter("advice_choice", "Option the assistant stood for last; empty when speakers differ"),
    _flag("advice_correct", "1 where advice_choice is correct_choice; empty without advice"),
    _one_of("advice_status", AdviceStatus, "Whether the assistant stood for an option"),
    _one_of("advice_source", AdviceSource, "Who read the advice out of the conversation"),
    # -- traffic and time
    _count("n_messages", "Messages the participant wrote to the assistant"),
    _count("n_replies", "Replies received"),
    _count("n_replies_failed", "Replies that failed"),
    _count("n_resets", "Times the participant made the model forget"),
    _TIME_LIMIT,
    _seconds("response_time_s", "From first shown to closed, by the server's clock"),
    _seconds("browser_response_time_s", "The same by the participant's browser"),
    _seconds("assistant_wait_s", "Time spent waiting for replies"),
    _time("shown_at", "When the question was first shown"),
    _time("closed_at", "When the trial closed: the deadline, however late it was noticed"),
)

_PARTICIPANTS = (
    _PARTICIPANT_ID,
    _PARTICIPANT_KIND,
    _CELL,
    _time("assigned_at", "When the cell was assigned"),
    _time("started_at", "When the participant agreed to take part"),
    _time("ended_at", "When the sitting ended"),
    _text("outcome", "How the sitting ended"),
    _count("n_closed", "Trials closed, practice included"),
    _count("comprehension_attempts", "Tries at the comprehension questions"),
    _count("n_attention_failed", "Attention checks failed"),
    _text("consent_hash", "SHA-256 of the text the participant agreed to"),
    _flag("withdrew", "1 where the participant withdrew"),
    _flag("external_help_reported", "1 where the participant reported help from elsewhere"),
)

_QUESTIONS = (
    _QUESTION_ID,
    _text("content_hash", "Same for two records of one question", required=True),
    _TASK,
    _text("bank", "Where the question comes from"),
    _text("subject", "Subject of the question"),
    _text("passage_id", "The passage the question is about; empty where it stands alone"),
    _one_of("role", ("study", "practice", "example"), "What the question was used for", required=True),
    _FORM,
    _flag("difficult", "1 where the bank marks the question as difficult"),
    _text("key_flag", "Why the key is doubtful; empty where it is not"),
    _flag("fixed_order", "1 where an option refers to others, so that their order is kept"),
    _count("n_words", "Words to read before answering, passage left out", unit="words"),
    _probability("selection_prob", "Probability that the draw took this question"),
    _letter("correct_choice", "Option the bank holds to be right"),
    _text("text", "The question as published"),
    *(_text(f"option_{letter.lower()}", f"Option {letter} as published") for letter in LETTERS),
    _text("passage_title", "Title of the passage"),
    _text("passage_text", "The passage as shown"),
)

_PLAN = (
    _PARTICIPANT_ID,
    _PARTICIPANT_KIND,
    _TRIAL_ID,
    _count("n", "Number of the trial in the sitting, practice included, from 1", minimum=1),
    *_WHERE,
    _TASK,
    _QUESTION_ID,
    _CONDITION,
    _FORM,
    _PROTOCOL,
    _ASSISTANT_MODE,
    _STANCE,
    _MANIPULATED,
    _ORDER,
    _TIME_LIMIT,
    _PRACTICE,
    _ATTENTION,
)

_MESSAGES = (
    _TRIAL_ID,
    _count("seq", "Number of the message in the trial, from 1", required=True),
    _time("at", "When it was sent; a reply: when it was begun"),
    _text("speaker", "Who wrote it", required=True),
    _letter("speaker_stance", "Option the speaker was told to argue for"),
    _count("context", "Part of the chat that the model could see; a reset opens a new one"),
    _text("text", "The message as shown"),
    _PROMPT_HASH,
    _text("model", "Model that wrote it"),
    *_TOKENS,
    *_REPLY_TIMES,
    _FINISH_REASON,
    _text("status", "Whether the message is complete, stopped, interrupted or failed"),
)

_BELIEFS = (
    _TRIAL_ID,
    _count("seq", "Number of the belief in the trial, from 1", required=True),
    _count("after_message", "seq of the last message seen before it"),
    _letter("choice", "Option held to be right at that moment"),
    *_probabilities("", " at that moment"),
)

_MODEL_CALLS = (
    _text("call_id", "One request to a model service", required=True),
    _text("trial_id", "The trial it was made for"),
    _text("participant_id", "The person or model it was made for"),
    _one_of("purpose", ("reply", "answer"), "A reply to a person, or an answer of the model alone"),
    _text("provider", "Model service"),
    _text("model", "Model asked for"),
    _text("method", "How the model alone was asked"),
    _count("attempt", "Number of the try that ended the call, from 1", minimum=1),
    _time("started_at", "When the request was made"),
    *_REPLY_TIMES,
    *_TOKENS,
    _FINISH_REASON,
    _text("request_id", "The service's own name for the request"),
    _text("status", "Whether the call was complete, stopped, interrupted or failed"),
    _text("error", "What went wrong"),
    _PROMPT_HASH,
)

_EVENTS = (
    _text("stream", "participant_id, or study", required=True),
    _count("seq", "Number of the event in its stream, from 1", required=True),
    _text("kind", "What happened", required=True),
    _count("version", "Version of this kind of event", required=True),
    _time("at", "When it happened", required=True),
    Column("body", Type.JSON, "The event in canonical JSON, exactly as hashed", required=True),
    _text("prev_hash", "hash of the event before; 64 zeros for the first"),
    _text("hash", "SHA-256 over the event and prev_hash", required=True),
)

_OBSERVATIONS = (
    _text("participant_id", "The person observed", required=True),
    _text("trial_id", "The trial open at that moment"),
    _time("at", "When it was received", required=True),
    _text("kind", "What was observed: focus, scroll, typing, ...", required=True),
    Column("body", Type.JSON, "The observation in JSON"),
)

COLUMNS: dict[Table, tuple[Column, ...]] = {
    Table.ANSWERS: _ANSWERS,
    Table.PARTICIPANTS: _PARTICIPANTS,
    Table.QUESTIONS: _QUESTIONS,
    Table.PLAN: _PLAN,
    Table.MESSAGES: _MESSAGES,
    Table.BELIEFS: _BELIEFS,
    Table.MODEL_CALLS: _MODEL_CALLS,
    Table.EVENTS: _EVENTS,
    Table.OBSERVATIONS: _OBSERVATIONS,
}

KEYS: dict[Table, tuple[str, ...]] = {
    Table.ANSWERS: ("study_id", "participant_id", "condition", "question_id", "sample"),
    Table.PARTICIPANTS: ("participant_id",),
    Table.QUESTIONS: ("question_id",),
    Table.PLAN: ("trial_id",),
    Table.MESSAGES: ("trial_id", "seq"),
    Table.BELIEFS: ("trial_id", "seq"),
    Table.MODEL_CALLS: ("call_id",),
    Table.EVENTS: ("stream", "seq"),
}


def ordered(table: str) -> tuple[str, ...]:
    """The header of a table: its column names in the order in which they are written."""
    return tuple(column.name for column in COLUMNS[Table(table)])


def datapackage(
    files: Iterable[tuple[str, str]], *, name: str = "export", title: str = "", description: str = ""
) -> dict[str, Any]:
    """The codebook of an export as a Frictionless data package, ready for `datapackage.json`.

    `files` are pairs of table name and path relative to the package; `name` is lower case without spaces.
    Standard: specs.frictionlessdata.io, data package and table schema, version 1. `unit` is our own property.
    """
    package: dict[str, Any] = {"profile": "data-package", "name": name}
    if title:
        package["title"] = title
    if description:
        package["description"] = description
    package["resources"] = [_resource(Table(table), path) for table, path in files]
    return package


def _resource(table: Table, path: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": _fields(COLUMNS[table]), "missingValues": [""]}
    if key := KEYS.get(table):
        schema["primaryKey"] = list(key)
    return {
        "name": table.value,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _fields(columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [_field(column) for column in columns]


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type.value, "description": column.meaning}
    if column.unit:
        field["unit"] = column.unit
    if column.type is Type.FLAG:
        field |= {"trueValues": ["1"], "falseValues": ["0"]}
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.allowed:
        constraints["enum"] = [str(value) for value in column.allowed]
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if column.pattern:
        constraints["pattern"] = f"^{column.pattern}$"
    if constraints:
        field["constraints"] = constraints
    return field
