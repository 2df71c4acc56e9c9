"""What an answer pays, in the study's words: beforehand as a preview that the browser computes, and afterwards."""

from oversight_app.screens.wording import decimal, say
from oversight_app.study import paying
from oversight_app.study.page import Pay


def amount(pay: Pay, share: float) -> str:
    """A share of the prize, like "0.47 USD"; scoring.js writes the same for the same share."""
    number = paying.amount(share, pay.prize, pay.currency)
    return say("number.amount", amount=decimal(number), currency=pay.currency)


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
        "decimals": paying.n_decimals(pay.prize, pay.currency),
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
