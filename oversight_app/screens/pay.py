"""What an answer pays, in words: as precise as a hundredth of the prize, and no more."""

import re
from decimal import ROUND_HALF_UP, Decimal

from oversight_app.screens.wording import decimal, say
from oversight_app.study.page import Pay

_MONEY = re.compile(r"[A-Z]{3}|[^\w\s]+")
"""A currency's code or sign: its amounts have cents, or none."""
_MANY, _SOME = 100, 10


def digits(pay: Pay) -> int:
    """How many digits an amount has behind the decimal point."""
    if pay.prize >= _MANY:
        return 0
    if _MONEY.fullmatch(pay.currency):
        return 2
    return 1 if pay.prize >= _SOME else 2


def amount(pay: Pay, share: float) -> str:
    """A share of the prize, like "0.47 USD"; scoring.js writes the same for the same share."""
    # Halves are rounded up, as browsers do, and not to the even digit: both places show the same answer.
    exact = Decimal(max(0.0, share * pay.prize))
    rounded = exact.quantize(Decimal(1).scaleb(-digits(pay)), rounding=ROUND_HALF_UP)
    return say("number.amount", amount=decimal(str(rounded)), currency=pay.currency)


def in_browser(pay: Pay, *, is_practice: bool, is_distribution: bool) -> dict[str, object]:
    """What the preview in the browser needs: the rule, the prize, and the sentences with their holes left open."""
    most = amount(pay, 1.0)
    if is_distribution:
        none = say("pay.practice_shares_none" if is_practice else "pay.shares_none", amount=most)
        beside = say("pay.practice_shares" if is_practice else "pay.shares")
        outcomes = ""
    else:
        none = say("pay.practice_none" if is_practice else "pay.none", amount=most)
        beside = ""
        outcomes = say(
            "pay.practice_outcomes" if is_practice else "pay.outcomes", right="{right}", wrong="{wrong}"
        )
    return {
        "rule": pay.rule.value,
        "prize": pay.prize,
        "decimals": digits(pay),
        "point": decimal("."),
        "amount": say("number.amount", amount="{amount}", currency=pay.currency),
        "none": none,
        "beside": beside,
        "outcomes": outcomes,
    }


def earned(pay: Pay, share: float | None, *, is_practice: bool) -> str:
    """What an answer has earned, as a sentence."""
    if share is None:
        return say("pay.practice_nothing_stated" if is_practice else "pay.nothing_stated")
    return say("pay.practice_earned" if is_practice else "pay.earned", amount=amount(pay, share))
