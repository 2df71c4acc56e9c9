"""One letter, and how likely each of the four was."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from oversight_app.study.questions import LETTERS

TOP_LOG_PROBABILITIES = 20
"""The most that OpenAI and vLLM allow: the letters are not always among the first few."""


def letter_log_probabilities(top: Iterable[Mapping[str, Any]] | None) -> dict[str, float]:
    """The letters A-D among the likeliest first tokens, with their natural log-probabilities.

    Variants of one letter ("A", " A") are different tokens for the same answer, so their probabilities are added.
    """
    found: dict[str, list[float]] = {}
    for entry in top or ():
        letter, value = (entry.get("token") or "").strip(), entry.get("logprob")
        if letter in LETTERS and len(letter) == 1 and value is not None and math.isfinite(value):
            found.setdefault(letter, []).append(value)
    return {letter: _log_sum(found[letter]) for letter in LETTERS if letter in found}


def _log_sum(values: list[float]) -> float:
    most = max(values)
    return most + math.log(sum(math.exp(value - most) for value in values))
