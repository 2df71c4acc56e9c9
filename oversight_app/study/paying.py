"""What an answer pays, as a number to be read: as precise as a hundredth of the prize, and no more."""

import re
from decimal import ROUND_HALF_UP, Decimal

_MONEY = re.compile(r"[A-Z]{3}|[^\w\s]+")
"""A currency's code or sign: its amounts have cents, or none."""
_PAYABLE = re.compile(r"[A-Z]{3}|[$€£]")
_WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
"""Currencies without a smaller unit in use, by ISO 4217."""
_MANY, _SOME = 100, 10


def percent(share: float) -> int:
    """A chance in whole percent, as pages promise it and the lottery keeps it: halves up.

    >>> percent(0.9412)
    94
    """
    return int(amount(share, 100, "%"))


def is_money(currency: str) -> bool:
    """Whether a platform could pay in it: a code of ISO 4217, or one of the signs that everybody knows."""
    return _PAYABLE.fullmatch(currency) is not None


def is_whole(currency: str) -> bool:
    """Whether amounts of a currency are whole numbers, as those of the yen are."""
    return currency in _WHOLE


def money(total: Decimal, currency: str) -> str:
    """An amount to be paid, as a platform's file writes it.

    >>> money(Decimal("1.5"), "USD"), money(Decimal(150), "JPY")
    ('1.50', '150')
    """
    return f"{total:.0f}" if is_whole(currency) else f"{total:.2f}"


def n_decimals(prize: float, currency: str) -> int:
    """How many digits an amount has behind the decimal point."""
    if prize >= _MANY or is_whole(currency):
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
