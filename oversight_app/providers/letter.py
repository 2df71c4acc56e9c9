"""One letter, and how likely each of the four was."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oversight_app.study.questions import LETTERS

TOP_LOG_PROBABILITIES = 20
"""The most that OpenAI and vLLM allow: the letters are not always among the first few."""

_NOT_SAID = -9999.0
"""What OpenAI writes where it keeps a log-probability to itself."""
_AROUND = " \t\n().*"
"""What may stand around a letter within one token: options are shown as "(A)"."""


def letter_log_probabilities(top: Iterable[Mapping[str, Any]] | None) -> dict[str, float]:
    """The letters A-D among the likeliest first tokens, with their natural log-probabilities.

    Variants of one letter ("A", " A", "(A") are different tokens for the same answer, so their probabilities are added.
    """
    found: dict[str, list[float]] = {}
    for token, value in _listed(top):
        letter = token.strip(_AROUND)
        if letter in LETTERS and len(letter) == 1:
            found.setdefault(letter, []).append(value)
    return {letter: _log_sum(found[letter]) for letter in LETTERS if letter in found}


def least_log_probability(top: Iterable[Mapping[str, Any]] | None) -> float | None:
    """The least log-probability that is listed of any token, so that a token which is missing is known to have no more.

    None where nothing is listed.
    """
    return min((value for _, value in _listed(top)), default=None)


def _listed(top: Iterable[Mapping[str, Any]] | None) -> Iterator[tuple[str, float]]:
    for entry in top or ():
        value = entry.get("logprob")
        if value is not None and math.isfinite(value) and value > _NOT_SAID:
            yield entry.get("token") or "", value


def _log_sum(values: list[float]) -> float:
    most = max(values)
    return most + math.log(sum(math.exp(value - most) for value in values))
