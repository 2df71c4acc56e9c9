"""The questionnaire at the end: the study's own items, and the questions about help from outside.

The items come from texts/survey.toml. The questions about help are asked in every study, in the interface's language;
no answer to them is a reason to refuse pay.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from oversight_app.errors import Refusal, Reminder

HELP_KEYS = ("help_web_search", "help_assistant", "help_seen_before")
"""Web search, another assistant, having seen the questions before: "yes", "no", or not answered."""
YES, NO = "yes", "no"
MAX_TEXT_CHARACTERS = 5000

Answer = str | float | None


class SurveyItem(BaseModel):
    """One question of a study's own questionnaire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    kind: Literal["likert", "text", "number"]
    text: str = Field(min_length=1)
    labels: tuple[str, ...] = ()
    """Likert: the points in order, each with its words; the answer is the number of the point, from 1."""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.key in HELP_KEYS:
            raise ValueError(f"key: found {self.key!r}, which the questions about outside help use")
        if (self.kind == "likert") != bool(self.labels):
            raise ValueError(
                f"labels: found {len(self.labels)} for a {self.kind} item; a likert item needs its points"
            )
        if self.kind == "likert" and not 2 <= len(self.labels) <= 11:
            raise ValueError(f"labels: found {len(self.labels)}, allowed are 2 to 11 points")
        if self.kind != "number" and (self.minimum, self.maximum) != (None, None):
            raise ValueError(f"minimum and maximum belong to a number, and {self.key} is a {self.kind} item")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum: found {self.minimum:g} above the maximum {self.maximum:g}")
        return self


def must_be_answered(items: Sequence[SurveyItem], answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers as they are kept, every key present and None where nothing was said.

    Raises Refusal for what no page offers, Reminder where an answer is missing that the study needs or a number is out
    of its range.
    """
    kept: dict[str, Answer] = {}
    for item in items:
        kept[item.key] = _checked(item, answers.get(item.key))
        if item.required and kept[item.key] is None:
            raise Reminder("answer_required")
    for key in HELP_KEYS:
        value = answers.get(key)
        if value not in (None, YES, NO):
            raise Refusal("this is not one of the answers")
        kept[key] = value
    return kept


def help_reported(answers: Mapping[str, Answer]) -> bool | None:
    """Whether any help was reported; None unless every question about it was answered or one with yes."""
    said = [answers.get(key) for key in HELP_KEYS]
    if YES in said:
        return True
    return None if None in said else False


def _checked(item: SurveyItem, value: object) -> Answer:
    match item.kind:
        case "likert":
            if value is None:
                return None
            if type(value) is not int or not 1 <= value <= len(item.labels):
                raise Refusal("this is not one of the points")
            return value
        case "number":
            return _number(item, value)
        case "text":
            if value is not None and not isinstance(value, str):
                raise Refusal("this is no text")
            return (value or "").strip()[:MAX_TEXT_CHARACTERS] or None


def _number(item: SurveyItem, value: object) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not isfinite(value):  # type: ignore[arg-type]
        raise Refusal("this is no number")
    number = float(value)  # type: ignore[arg-type]
    too_low = item.minimum is not None and number < item.minimum
    if too_low or (item.maximum is not None and number > item.maximum):
        raise Reminder("number_range", text=item.text)
    return number
