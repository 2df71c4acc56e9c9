"""What a model states in words and numbers: an option with how sure it is, or a score.

Strict first, then lenient, as in `choice_reading`. What is not stated, or not within 0 to 100, is missing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from oversight_app.study.choice_reading import read_choice

_NUMBER = r"(\d{1,3}(?:\.\d+)?)"
_STATED = re.compile(rf"^\W*([A-D])\W{{1,4}}{_NUMBER}\s*%?\W*$")
# "B, 70% sure": a mark behind the letter, for "A 70% rise" is no answer.
_STATED_FIRST = re.compile(rf"^\W*([A-D])[^\w\s]\W{{0,3}}{_NUMBER}\s*(?:%|percent\b)")
_PERCENT = re.compile(rf"(?<![\d.]){_NUMBER}\s*(?:%|percent\b|per cent\b)", re.IGNORECASE)
_SCORE = re.compile(
    rf"^[\s*\"'(\[]*(?:score\s*[:=]?[\s*]*)?{_NUMBER}\s*(?:%|/\s*100)?[\s*\"'.)\]]*$", re.IGNORECASE
)
_SAID_SCORE = re.compile(
    rf"\bscore\b(?:\s+(?:is|would be|of))?[\s:=*]{{1,5}}{_NUMBER}(?![\d.]*\d)"
    rf"|(?<![\d.]){_NUMBER}\s*(?:%|/\s*100\b|percent\b|per cent\b|out of 100\b)",
    re.IGNORECASE,
)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Stated:
    """A displayed letter, empty where none can be read, and the probability stated with it, 0-1."""

    letter: str
    probability: float | None


def read_stated(text: str, options_shown: Iterable[str]) -> Stated:
    """The option and the percentage in "LETTER PERCENT%": strictly first, then any words that say both.

    read_stated("B 70%", ...) is B at 0.7; so is "I think the answer is B. About 70 percent."; of several percentages
    the last counts.
    """
    shown = tuple(options_shown)
    strict = _STATED.match(text) or _STATED_FIRST.match(text)
    if strict:
        return Stated(strict.group(1), _share(strict.group(2)))
    found = _PERCENT.findall(text)
    return Stated(read_choice(_PERCENT.sub("", text), shown), _share(found[-1]) if found else None)


def read_score(text: str) -> float | None:
    """The number from 0 to 100 that a text gives as a score; None where it gives none.

    read_score("85") is 85; so are "Score: 85", "85/100." and "It is sound. I would say 85 %."; of several the last
    counts.
    """
    strict = _SCORE.match(text)
    if strict:
        return _within(strict.group(1))
    found = [first or second for first, second in _SAID_SCORE.findall(text)]
    return _within(found[-1]) if found else None


def _share(percent: str) -> float | None:
    number = _within(percent)
    return None if number is None else number / _MOST


def _within(number: str) -> float | None:
    return value if (value := float(number)) <= _MOST else None
