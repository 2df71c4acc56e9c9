"""What an answer pays, as a number to be read: as precise as a hundredth of the prize, and no more."""

import re
from decimal import ROUND_HALF_UP, Decimal

_MONEY = re.compile(r"[A-Z]{3}|[^\w\s]+")
"""A currency's code or sign: its amounts have cents, or none."""
_MANY, _SOME = 100, 10


def n_decimals(prize: float, currency: str) -> int:
    """How many digits an amount has behind the decimal point."""
    if prize >= _MANY:
        return 0
    if _MONEY.fullmatch(currency):
        return 2
    return 1 if prize >= _SOME else 2


def amount(share: float, prize: float, currency: str) -> str:
    """A share of the prize, without the currency.

    >>> amount(0.9412, 0.5, "USD")
    '0.47'
    """
    # Halves are rounded up, as browsers do, and not to the even digit: both places show the same answer.
    exact = Decimal(max(0.0, share * prize))
    return str(exact.quantize(Decimal(1).scaleb(-n_decimals(prize, currency)), rounding=ROUND_HALF_UP))
