"""The plan: a design joined to banks, texts, prompts and dice, frozen before the first participant."""

import hashlib
from random import Random

from pydantic import BaseModel, ConfigDict

from oversight_app.study.cells import Cell, cells
from oversight_app.study.design import Design
from oversight_app.study.events import canonical
from oversight_app.study.forms import PracticeItem, Slot


class ComprehensionQuestion(BaseModel):
    """One question of the check that the instructions were understood; `correct` is an index into `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    options: tuple[str, ...]
    correct: int
    explanation: str = ""


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
    bank_hash: str
    completion_code: str
    pilot_only: bool

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The design's cells."""
        return cells(self.design)

    @property
    def design_hash(self) -> str:
        """64 hex digits over the design alone."""
        return hash_of(self.design.model_dump(mode="json"))

    @property
    def plan_hash(self) -> str:
        """64 hex digits over the whole plan."""
        return hash_of(self.model_dump(mode="json"))

    def text(self, name: str) -> str:
        """A text for participants, with what they are told of the assistant filled in."""
        return self.texts[name].replace("{told_reliability}", self.design.told_reliability)

    def dice(self, purpose: str) -> Random:
        """A generator that depends on the seed and the purpose alone, whatever else was drawn before."""
        return Random(f"{self.design.seed}/{purpose}")


def hash_of(value: object) -> str:
    """64 hex digits (SHA-256) over the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
