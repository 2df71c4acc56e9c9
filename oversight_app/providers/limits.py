"""What a service says of its limits in the headers of an answer.

OpenAI and many who speak like it send `x-ratelimit-limit-requests`, `x-ratelimit-remaining-requests` and the same of
tokens; Anthropic `anthropic-ratelimit-requests-limit`, `...-remaining` and the same of tokens, input-tokens and
output-tokens. All are for one minute. When a limit will be whole again (`reset`) is left out: it fills evenly.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from oversight_app.study.pace import Allowance

_OPENAI = re.compile(r"x-ratelimit-(limit|remaining)-(requests|tokens)")
_ANTHROPIC = re.compile(r"anthropic-ratelimit-(requests|tokens|input-tokens|output-tokens)-(limit|remaining)")


@dataclass(frozen=True, slots=True)
class Limits:
    """A service's limits, and when it told them: seconds of the provider's steady clock."""

    allowances: tuple[Allowance, ...]
    told_at: float


def limits_in(headers: Iterable[tuple[bytes, bytes]], now: float) -> Limits | None:
    """The limits in the headers that have just come; None where there are none."""
    allowances = allowances_in(headers)
    return Limits(allowances, now) if allowances else None


def allowances_in(headers: Iterable[tuple[bytes, bytes]]) -> tuple[Allowance, ...]:
    """The limits that are named; what is no number, or no limit at all, is left out."""
    limits: dict[str, float] = {}
    left: dict[str, float] = {}
    for raw, value in headers:
        if b"ratelimit" not in raw.lower():
            continue  # nearly all of them; not worth decoding
        name = raw.decode("ascii", "replace").lower()
        if match := _OPENAI.fullmatch(name):
            what, kind = match.groups()
        elif match := _ANTHROPIC.fullmatch(name):
            kind, what = match.groups()
        else:
            continue
        number = _number(value.decode("ascii", "replace"))
        if number is not None:
            (limits if what == "limit" else left)[kind.replace("-", "_")] = number
    return tuple(Allowance(kind, limit, left.get(kind)) for kind, limit in limits.items() if limit >= 1)


def _number(said: str) -> float | None:
    try:
        number = float(said)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
