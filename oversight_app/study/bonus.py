"""The bonus: what a finished person has earned by the study's frozen rule, and its line in a platform's upload.

All money is Decimal. A question's amount is rounded exactly as its page shows it (halves up, see `paying`), and only
rounded amounts are added, so that a person's parts always add up to what they are paid.

Practice and attention checks pay nothing. A question that closed without a choice pays nothing, and neither does a void
one (the server or the assistant was away) or an abandoned one; a draft that became the answer at the deadline pays as
any other answer. Where the design binarises its rule, a question is a lottery: the score, in whole percent as the page
promised, is the chance of the whole prize (Hossain and Okui 2013, Review of Economic Studies 80).

Whoever completed, ran out of the sitting's time, met a technical error or withdrew keeps what their answers earned; the
flat part belongs to those who completed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any

from oversight_app.errors import BadInput
from oversight_app.study import paying
from oversight_app.study.design import Design, Outcome, ScoringRule
from oversight_app.study.questions import LETTERS
from oversight_app.study.scoring import earned

PAID_OUTCOMES = (Outcome.COMPLETED, Outcome.TIMED_OUT, Outcome.TECHNICAL_ERROR, Outcome.WITHDREW)
_UNPAID_STATUS = ("", "abandoned", "void")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""Ids of the platforms look like this. Whatever else a link said could be a formula, or two fields, in a file."""


class UploadFormat(StrEnum):
    """For whom a bonus file is written."""

    PROLIFIC = "prolific"
    MTURK = "mturk"
    CONNECT = "connect"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Bonus:
    """What one person has earned: `parts` are the questions' rounded amounts; `total` is after the cap."""

    participant_id: str
    flat: Decimal
    parts: tuple[Decimal, ...]
    total: Decimal
    is_capped: bool
    n_correct: int
    draws: Mapping[str, int] = field(default_factory=dict)
    """Of a binarised rule: the number 0-99 drawn for each trial_id. Below the promised percentage it wins the prize."""


def must_pay_money(design: Design) -> None:
    """Raise BadInput where the design has no rule, or one in a unit that no platform pays."""
    answer = design.answer
    if not has_rule(design):
        raise BadInput(
            "The frozen plan has no bonus: answer.scoring_rule is none, and bonus.flat and bonus.per_correct are 0. "
            "Nothing was written."
        )
    if not paying.is_money(answer.currency):
        raise BadInput(
            f"The frozen plan pays in answer.currency = {answer.currency!r}, which is no money; a bonus file needs a "
            "currency such as USD or GBP. Nothing was written."
        )


def has_rule(design: Design) -> bool:
    """Whether the design pays anything for answers, or for having come to the end."""
    bonus = design.bonus
    return design.answer.scoring_rule is not ScoringRule.NONE or bool(bonus.flat or bonus.per_correct)


def bonus_of(
    participant_id: str,
    outcome: str,
    trials: Iterable[Mapping[str, Any]],
    design: Design,
    dice: Callable[[str], Random],
) -> Bonus | None:
    """A person's bonus from their rows of the answer table; None while under way and for outcomes that pay nothing.

    `dice` are the plan's, by purpose: a lottery is drawn by the seed and the trial alone, and comes out the same again.
    """
    if outcome not in PAID_OUTCOMES:
        return None
    parts, n_correct = [], 0
    draws: dict[str, int] = {}
    for trial in trials:
        if trial["is_practice"] or trial["is_attention_check"] or trial["status"] in _UNPAID_STATUS:
            continue
        n_correct += trial["correct"] == 1
        part = design.bonus.per_correct if trial["correct"] == 1 else Decimal(0)
        share = _share(trial, design)
        if share is not None and design.answer.binarised:
            drawn = draws[trial["trial_id"]] = dice(f"lottery/{trial['trial_id']}").randrange(100)
            share = float(drawn < paying.percent(share))
        if share is not None:
            part += Decimal(paying.amount(share, design.answer.prize, design.answer.currency))
        parts.append(part)
    flat = design.bonus.flat if outcome == Outcome.COMPLETED else Decimal(0)
    whole = flat + sum(parts, Decimal(0))
    most = design.bonus.at_most
    total = whole if most is None else min(whole, most)
    return Bonus(participant_id, flat, tuple(parts), total, total < whole, n_correct, draws)


def _share(trial: Mapping[str, Any], design: Design) -> float | None:
    """An answer's score, 0-1; None where the design has no rule, or the answer states no probability."""
    rule = design.answer.scoring_rule
    if rule is ScoringRule.NONE:
        return None
    stated = [trial[name] for name in ("p_a", "p_b", "p_c", "p_d")]
    right = LETTERS.index(trial["correct_choice"])
    return earned(rule, trial["choice"] or "", trial["confidence"], stated, right)


# -- lines of an upload ------------------------------------------------------------------------------

_PERSON = {
    UploadFormat.PROLIFIC: "PROLIFIC_PID",
    UploadFormat.MTURK: "workerId",
    UploadFormat.CONNECT: "participantId",
}
_HEADERS = {
    UploadFormat.PROLIFIC: "",  # Prolific's field for bulk payments takes lines without a heading
    UploadFormat.MTURK: "WorkerId,AssignmentId,BonusAmount,UniqueRequestToken\n",
    UploadFormat.CONNECT: "participantId,assignmentId,amount\n",
    UploadFormat.GENERIC: "participant_id,amount,currency\n",
}


def header(upload: UploadFormat) -> str:
    """The first line of a file, with its end; empty where the platform wants none."""
    return _HEADERS[upload]


def line(
    upload: UploadFormat,
    participant_id: str,
    total: Decimal,
    links: Sequence[Mapping[str, str]],
    currency: str,
    token: str,
) -> str | None:
    """A person's line with its end; None where they did not come from this platform with the ids that it needs.

    `links` are the parameters of the person's links, the latest first.
    """
    amount = paying.money(total, currency)
    if upload is UploadFormat.GENERIC:
        return f"{participant_id},{amount},{currency}\n"
    person = _id(links, _PERSON[upload])
    if upload is UploadFormat.PROLIFIC:
        return f"{person},{amount}\n" if person else None
    assignment = _id(links, "assignmentId")
    if not person or not assignment:
        return None
    unique = f",{token}" if upload is UploadFormat.MTURK else ""
    return f"{person},{assignment},{amount}{unique}\n"


def _id(links: Sequence[Mapping[str, str]], name: str) -> str:
    return next((link[name] for link in links if _ID.fullmatch(link.get(name, ""))), "")
