"""What surrounds the trials: rests, checks, endings, and what is noted beside answers."""

import re
from typing import Self

from pydantic import Field, model_validator

from oversight_app.study.design.section import LONGEST_S, Section


class SittingDesign(Section):
    """What surrounds the trials."""

    idle_limit_s: float = Field(default=1800.0, gt=0, le=LONGEST_S)
    """After so long without a sign of the participant an untimed trial is abandoned and the place is given back."""
    limit_s: float | None = Field(default=None, gt=0, le=LONGEST_S)
    """For the whole sitting, from Begin on; rests between questions do not count. Left out: no limit."""
    break_every: int = Field(default=0, ge=0)
    """A rest after so many study questions; 0: only between the blocks."""
    max_participants: int | None = Field(default=None, ge=1)
    """So many places; who comes later is told that the study is full. Left out: as many as come."""
    person_parameter: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]{0,40}$")
    """The parameter that names a person in the links of a platform that the tool does not know."""
    comprehension_attempts: int = Field(default=3, ge=1)
    attention_checks: int = Field(default=0, ge=0, le=20)
    """Instructed questions among the others ("please choose the second answer"); they never count."""
    attention_failures: int = Field(default=0, ge=0)
    """The sitting ends after so many failed attention checks; at 0 they are only noted."""
    completion_code: str = ""
    """Shown at the end; empty: drawn from the seed when the plan is frozen."""
    completion_url: str = ""
    """Where the end page sends people, {code} is filled in."""
    reward: float | None = Field(default=None, gt=0, le=100_000)
    """What everybody who completes is paid, in `reward_currency`; the console reckons pay for an hour with it."""
    reward_currency: str = Field(default="USD", min_length=1, max_length=12)
    """What `reward` is in, by its code."""
    min_display_s: float = Field(default=0.7, ge=0)
    """A submit sooner than this after a question opened is taken for the second half of a double click."""

    @model_validator(mode="after")
    def _check_ending(self) -> Self:
        _must_be_code("completion_code", self.completion_code)
        _must_be_address("completion_url", self.completion_url)
        return self


class OutcomeDesign(Section):
    """What a participant with one outcome hands in, and where; left out: drawn, and `completion_url`."""

    code: str = ""
    """What is handed in as proof; empty: drawn from the seed when the plan is frozen."""
    url: str = ""
    """Where the last page sends these people, {code} is filled in; empty: `sitting.completion_url`."""

    @model_validator(mode="after")
    def _check_ending(self) -> Self:
        _must_be_code("code", self.code)
        _must_be_address("url", self.url)
        return self


class LogDesign(Section):
    """What is noted beside answers; the consent text lists what is on."""

    focus: bool = True
    """When the page loses or regains the focus or the view."""
    clipboard: bool = True
    """That something was copied, cut or pasted, and how long it was; never what it was."""
    scroll: bool = True
    """How far the passage was read."""
    search: bool = True
    """What was searched for in the passage."""
    choices: bool = True
    """Each change of a mark, by the browser's clock."""
    typing: bool = True
    """When and how much was typed in the study's own fields; never what."""


_CODE = re.compile(r"[A-Za-z0-9._~-]{0,64}")
_ADDRESS = re.compile(r"(?i:https?)://[\w.-]+(:[0-9]{1,5})?([/?#][^\s\"'<>\\^`{|}]*)?")


def _must_be_code(key: str, code: str) -> None:
    # It is read aloud, typed by hand, and filled into an address.
    if not _CODE.fullmatch(code):
        raise ValueError(
            f"{key}: found {code!r}, allowed are up to 64 letters and digits without accents, and . _ ~ -"
        )


def _must_be_address(key: str, url: str) -> None:
    """A page may lead to an address only, and never be told by a design to do something else."""
    if url and not _ADDRESS.fullmatch(url.replace("{code}", "code")):
        raise ValueError(
            f"{key}: found {url!r}, allowed is an address that begins with https:// or http://, in which {{code}} "
            "stands for the code and no other braces stand"
        )
