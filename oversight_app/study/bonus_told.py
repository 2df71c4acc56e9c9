"""What participants read of the bonus: sentences made from the design that pays it, so that both say the same.

They come at the end of the instructions, or where a text has `{bonus}`. The words are the plan's own; a plan from
before there were such sentences has none, and its participants go on reading what they have read.
"""

from collections.abc import Mapping
from decimal import Decimal

from oversight_app.study import paying
from oversight_app.study.design import Design

HOLE = "{bonus}"


def bonus_told(design: Design, words: Mapping[str, str]) -> str:
    """The bonus as a list in Markdown; empty where the design has none."""
    bonus, currency = design.bonus, design.answer.currency
    amounts = {"bonus.flat": bonus.flat, "bonus.per_correct": bonus.per_correct}
    if bonus.at_most is not None:
        amounts["bonus.at_most"] = bonus.at_most
    return "\n".join(
        f"- {words[key].replace('{amount}', said(paying.money(amount, currency), currency, words))}"
        for key, amount in amounts.items()
        if amount != Decimal(0) and key in words
    )


def said(number: str, currency: str, words: Mapping[str, str]) -> str:
    """An amount like "0.50" in a plan's words, with its currency."""
    number = number.replace(".", words.get("number.decimal", "."))
    pattern = words.get("number.amount", "{amount} {currency}")
    return pattern.replace("{amount}", number).replace("{currency}", currency)
