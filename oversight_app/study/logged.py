"""What an evaluation log of another tool says, in the words of this one: a run, and its samples one by one.

A reader (`evaluation_logs`) makes these from a file; `log_matching` finds the question that a sample is about and
reads its answer. Letters are as displayed in that evaluation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """One evaluation: of which model, and how it was asked.

    `provider` and `model` are the log's own names, empty where it has none; `method` is the label under which answers
    stand in the table; `versions` are of the tools, `settings` what else tells how it was run. `note` says what a
    researcher should know of the run as a whole (it was cancelled, for example).
    """

    tool: str
    provider: str
    model: str
    method: str
    run_at: datetime | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of what a model was sent: `role` is system, user or assistant."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call; None where the log does not say. `tokens_in` counts those from and into a cache as well."""

    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    tokens_cache_written: int | None = None
    tokens_reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class LoggedAnswer:
    """A sample that has a reply.

    `identity` is the same whenever this sample is read again, in this file or another. `options` stand in the order in
    which the model saw them; where `must_be_lettered`, that is so only if the prompt says it. `log_probabilities` are
    of displayed letters; with `is_likelihood` they are the reply, else they stand beside its text. `target` is the
    log's key, and `was_scored` whether the log counted the answer as right; empty and None where it does not say.
    """

    record: int
    identity: str
    options: tuple[str, ...]
    text: str
    sample_id: str = ""
    epoch: int = 1
    question_ids: tuple[str, ...] = ()
    asked: tuple[Turn, ...] = ()
    must_be_lettered: bool = False
    reply: str = ""
    log_probabilities: Mapping[str, float] = field(default_factory=dict)
    is_likelihood: bool = False
    target: str = ""
    was_scored: bool | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    total_s: float | None = None
    usage: Usage = Usage()
    finish_reason: str = ""
    request_id: str = ""
    model_answered: str = ""

    @property
    def told(self) -> str:
        """Everything that the model was sent, as one text."""
        return "\n".join(turn.text for turn in self.asked)


@dataclass(frozen=True, slots=True)
class NoReply:
    """A sample that was asked and never answered; there is nothing to record."""

    record: int
    why: str


@dataclass(frozen=True, slots=True)
class Defect:
    """A sample that cannot be used. `record` counts samples or lines from 1; `place` names the field."""

    record: int
    place: str
    found: str
    expected: str

    def describe(self) -> str:
        """The defect in a sentence without a full stop."""
        return f"record {self.record}, {self.place}: found {self.found}, expected {self.expected}"


Entry: TypeAlias = LoggedAnswer | NoReply | Defect


def shortened(value: object, limit: int = 80) -> str:
    """A value as a message quotes it."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return f"{text[: limit - 3]}..." if len(text) > limit else text or "nothing"
