"""The plan: a design joined to banks, texts, prompts and dice, frozen before the first participant."""

import hashlib
from random import Random
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from oversight_app.study.bonus_told import HOLE, bonus_told, said
from oversight_app.study.cells import Cell, cells
from oversight_app.study.design import Design, ListPrice, Outcome, Price
from oversight_app.study.events import canonical
from oversight_app.study.forms import PracticeItem, Slot
from oversight_app.study.paying import amount
from oversight_app.study.selection import Selection
from oversight_app.study.survey import SurveyItem


class ComprehensionQuestion(BaseModel):
    """One question of the check that the instructions were understood; `correct` is an index into `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    options: tuple[str, ...]
    correct: int
    explanation: str = ""
    about_assistant: bool = False
    """Left out where some participants never meet the assistant."""


class ScreeningQuestion(BaseModel):
    """A question that decides who may take part; `eligible` holds the indices of the options that may."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    options: tuple[str, ...]
    eligible: tuple[int, ...]


class WorkedExample(BaseModel):
    """A question to try out in the instructions; nothing of it is recorded. `reply` is what an assistant might say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    options: tuple[str, ...]
    correct: int
    explanation: str = ""
    reply: str = ""


class Plan(BaseModel):
    """Everything a running study needs to know; nothing in it changes after it is frozen.

    `texts` and `prompts` hold whole files by name; `bank_hash` covers every question and passage in the study's bank.
    """

    model_config = ConfigDict(frozen=True)

    study_id: str
    frozen_at: str
    design: Design
    forms: dict[str, dict[str, tuple[Slot, ...]]]
    practice: dict[str, tuple[PracticeItem, ...]]
    texts: dict[str, str]
    prompts: dict[str, str]
    comprehension: tuple[ComprehensionQuestion, ...]
    screening: tuple[ScreeningQuestion, ...] = ()
    survey: tuple[SurveyItem, ...] = ()
    example: WorkedExample | None = None
    attention: tuple[str, ...] = ()
    """The ids of the attention checks that may be drawn."""
    words: dict[str, str] = {}
    """The interface's words in the study's language, by key."""
    prices: dict[str, ListPrice | Price] = {}
    """What the design's models cost, as far as that was known when the plan was frozen."""
    selection: Selection | None = None
    """By which questions were selected; without one all of a kind were alike."""
    bank_hash: str
    completion_code: str
    codes: dict[Outcome, str] = {}
    """What a participant with one outcome hands in; `completion_code` is the one of who has completed."""
    pilot_only: bool

    @model_validator(mode="before")
    @classmethod
    def _notes_nothing_unsaid(cls, values: Any) -> Any:
        # A plan from before behaviour was noted: its consent text says nothing of that, so nothing is noted.
        design = values.get("design") if isinstance(values, dict) else None
        if isinstance(design, dict) and "log" not in design:
            return values | {"design": design | {"log": dict.fromkeys(_LOGGED, False)}}
        return values

    def code(self, outcome: str) -> str:
        """The code of an outcome; empty for one that hands nothing in."""
        return self.completion_code if outcome == Outcome.COMPLETED else self.codes.get(Outcome(outcome), "")

    def url(self, outcome: str) -> str:
        """Where somebody with this outcome is sent, with the code filled in; empty where nowhere."""
        own = self.design.outcomes.get(Outcome(outcome))
        url = (own.url if own else "") or self.design.sitting.completion_url
        code = self.code(outcome)
        return url.replace("{code}", code) if code else ""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The design's cells."""
        return cells(self.design)

    @property
    def study_question_ids(self) -> tuple[str, ...]:
        """The ids of all questions in the forms, rotated ones included; no practice and no attention checks."""
        return tuple(
            question_id
            for forms in self.forms.values()
            for slots in forms.values()
            for slot in slots
            for question_id in slot.question_ids
        )

    @property
    def design_hash(self) -> str:
        """64 hex digits over the design alone."""
        return hash_of(self.design.model_dump(mode="json"))

    @property
    def plan_hash(self) -> str:
        """64 hex digits over the whole plan."""
        return hash_of(self.model_dump(mode="json"))

    def text(self, name: str) -> str:
        """A text for participants, with what they are told of the assistant, of pay and of what is logged filled in."""
        told = self.texts[name].replace("{told_reliability}", self.design.told_reliability)
        told = told.replace("{prize}", self._prize())
        told = told.replace(HOLE, bonus_told(self.design, self.words))
        return told.replace("{logged}", self._logged())

    def _prize(self) -> str:
        """The most that a question pays, as the pages say it."""
        answer = self.design.answer
        return said(amount(1.0, answer.prize, answer.currency), answer.currency, self.words)

    def _logged(self) -> str:
        """What is noted beside answers, as a list in Markdown."""
        keys = [_LOGGED[kind] for kind, is_on in self.design.log if is_on] or ["logged.nothing"]
        return "\n".join(f"- {self.words[key]}" for key in keys if key in self.words)

    def dice(self, purpose: str) -> Random:
        """A generator that depends on the seed and the purpose alone, whatever else was drawn before."""
        return Random(f"{self.design.seed}/{purpose}")


_LOGGED = {
    "focus": "logged.focus",
    "clipboard": "logged.clipboard",
    "scroll": "logged.scroll",
    "search": "logged.search",
    "choices": "logged.choices",
    "typing": "logged.typing",
}
"""The words for each kind of behaviour that a design can log."""


def hash_of(value: object) -> str:
    """64 hex digits (SHA-256) over the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
