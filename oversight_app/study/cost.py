"""What replies cost: tokens times prices, and nothing that is guessed.

A price that nobody knows, or tokens that nobody counted, make a cost that is missing, and never 0. Where a cap has to
be kept, a reply is counted with the most that it can cost until its service has said what it was.
"""

from collections.abc import Iterable
from math import ceil
from typing import Protocol

from oversight_app.study.design import ListPrice, Price
from oversight_app.study.plan import Plan

PER = 1_000_000
"""Prices are for so many tokens."""
BYTES_PER_TOKEN = 2
"""At least so many bytes of UTF-8 make a token: English has four, mathematics and other languages two to three."""
TOKENS_PER_TURN = 8
"""What a service puts around each turn, at most."""


class Counted(Protocol):
    """Tokens as `providers.base.Usage` counts them: whatever was sent is in `tokens_in`, thinking in `tokens_out`."""

    @property
    def tokens_in(self) -> float | None:
        """Everything sent."""
        ...

    @property
    def tokens_cached(self) -> float | None:
        """The part of it that the service had in its cache."""
        ...

    @property
    def tokens_cache_written(self) -> float | None:
        """The part of it that the service put there."""
        ...

    @property
    def tokens_out(self) -> float | None:
        """Everything received."""
        ...


def dearest(prices: Iterable[Price | None]) -> Price | None:
    """The dearest in each part; None where one of them is not known.

    Where two models speak, what is counted by it is never too little.
    """
    known = list(prices)
    if not known or any(price is None for price in known):
        return None
    whole = [price for price in known if price is not None]

    def most(part: str) -> float:
        return max(price.input if getattr(price, part) is None else getattr(price, part) for price in whole)

    if len(whole) == 1:
        return whole[0]
    return Price(
        input=most("input"), output=most("output"), cached=most("cached"), cache_written=most("cache_written")
    )


def assistant_price(plan: Plan) -> Price | None:
    """What the assistant's replies cost, at most."""
    return dearest(plan.prices.get(model) for model in plan.design.assistant.models)


def cost_usd(used: Counted, price: Price | None) -> float | None:
    """What these tokens cost; None where the price, or what was sent or received, is not known.

    1,000 tokens sent, 400 of them from the cache and 100 into it, and 200 received, at 2.00 a million for what is read
    anew, 0.20 and 2.50 for the cache and 10.00 for output: 500 x 2 + 400 x 0.2 + 100 x 2.5 + 200 x 10 millionths.
    """
    if price is None:
        return None
    if price.is_free:
        return 0.0
    if used.tokens_in is None or used.tokens_out is None:
        return None
    cached, written = used.tokens_cached or 0, used.tokens_cache_written or 0
    anew = max(0, used.tokens_in - cached - written)
    return (
        anew * price.input
        + cached * (price.input if price.cached is None else price.cached)
        + written * (price.input if price.cache_written is None else price.cache_written)
        + used.tokens_out * price.output
    ) / PER


def at_share(price: Price | None, share: float) -> Price | None:
    """A price of which only a share is asked, 0.5 for half; None where it is not known."""
    if price is None or share == 1:
        return price
    parts = {name: getattr(price, name) for name in ("input", "output", "cached", "cache_written")}
    return price.model_copy(update={name: part * share for name, part in parts.items() if part is not None})


def most_usd(texts: Iterable[str], max_tokens: int, price: Price | None) -> float | None:
    """The most that a reply can cost to which these texts are sent; None where the price is not known."""
    if price is None:
        return None
    sent = sum(ceil(len(text.encode()) / BYTES_PER_TOKEN) + TOKENS_PER_TURN for text in texts)
    dearest = max(price.input, price.cache_written or 0.0)
    return (sent * dearest + max_tokens * price.output) / PER


def when_listed(*prices: Price | None) -> str:
    """Of when the prices behind an amount were: " at list prices of 2026-10", or empty where a study named its own."""
    months = sorted({price.as_of for price in prices if isinstance(price, ListPrice)})
    return f" at list prices of {' and '.join(months)}" if months else ""


def dollars(amount: float | None) -> str:
    """An amount as a researcher reads it: cents, or two digits of what is less than a cent."""
    if amount is None:
        return "an unknown amount"
    if amount == 0:
        return "$0"
    return (
        f"${amount:,.2f}" if amount >= 0.01 else f"${amount:.2g}" if amount >= 0.0001 else "less than $0.0001"
    )
