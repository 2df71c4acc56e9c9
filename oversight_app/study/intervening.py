"""What a researcher can do to one sitting: write to its participant, end it, promise money.

Each verb says which events that causes, and raises BadInput for what cannot be done.
"""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

from oversight_app.errors import BadInput
from oversight_app.study.design import Design, Outcome
from oversight_app.study.enrolment import signed
from oversight_app.study.events import (
    CompensationGranted,
    Event,
    ParticipantStopped,
    ParticipantTold,
    SittingEnded,
)
from oversight_app.study.sitting import MODEL, Sitting, Stage
from oversight_app.study.trial_actions import abandon

LONGEST_LINE = 500
MOST = Decimal(100_000)
ENDS_AS = (Outcome.TECHNICAL_ERROR, Outcome.TIMED_OUT, Outcome.FAILED_CHECKS)
"""How a sitting may end by the researcher's hand; each has a code for its platform."""
_CURRENCY = re.compile(r"[A-Za-z]{1,12}|[^\w\s]{1,4}")


def tell(sitting: Sitting, text: str, by: str) -> list[Event]:
    """A line for the participant's page; an empty one takes the last away. The same line again is nothing new."""
    line = " ".join(text.split())
    if len(line) > LONGEST_LINE:
        raise BadInput(f"A message has at most {LONGEST_LINE} characters, found {len(line)}. Shorten it.")
    _must_be_a_person(sitting)
    if line == sitting.told:
        return []
    if sitting.stage is Stage.ENDED and line:
        raise BadInput(f"{sitting.participant_id} is at the end already, and would not see it.")
    return [ParticipantTold(line, signed(by))]


def stop(
    sitting: Sitting, now: datetime, design: Design, outcome: Outcome, reason: str, by: str
) -> list[Event]:
    """End the sitting now; an open question is closed as it stands. Nothing where it has ended."""
    _must_be_a_person(sitting)
    if outcome not in ENDS_AS:
        raise BadInput(f"A sitting can be ended as {', '.join(ENDS_AS)}, found {outcome}.")
    if sitting.stage is Stage.ENDED:
        return []
    closing: list[Event] = (
        [abandon(sitting.trial, now, design.answer.confidence)] if sitting.has_open_trial else []
    )
    stopped = ParticipantStopped(" ".join(reason.split())[:LONGEST_LINE], signed(by))
    return [stopped, *closing, SittingEnded(outcome.value)]


def compensate(sitting: Sitting, key: str, amount: str, currency: str, reason: str, by: str) -> list[Event]:
    """Promise money; nothing where the same promise, by its key, was made already."""
    _must_be_a_person(sitting)
    if key in sitting.promises:
        return []
    if not _CURRENCY.fullmatch(currency):
        raise BadInput(f"A currency is a code or a sign like USD or €, found {currency!r}.")
    return [
        CompensationGranted(
            key, str(money(amount)), currency, " ".join(reason.split())[:LONGEST_LINE], signed(by)
        )
    ]


def money(text: str) -> Decimal:
    """An amount with at most two digits behind its point, above 0.

    >>> money("2.50")
    Decimal('2.50')
    """
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (amount.is_finite() and 0 < amount <= MOST and amount == round(amount, 2)):
        raise BadInput(f"An amount is a number above 0 with at most two decimals, like 2.50; found {text!r}.")
    return amount.quantize(Decimal("0.01"))


def _must_be_a_person(sitting: Sitting) -> None:
    if sitting.kind == MODEL:
        raise BadInput(f"{sitting.participant_id} is a model; there is nobody to tell, end or pay.")
    if sitting.started_at is None:
        raise BadInput(f"{sitting.participant_id} has not agreed to take part, so there is no sitting.")
