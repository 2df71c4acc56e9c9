"""What an answer pays, in the study's words: beforehand as a preview that the browser computes, and afterwards.

In a lottery the score is a chance, so the pages name percentages where they otherwise name amounts: for the browser a
prize of 100 whose "currency" is the percent sign, so that it computes both alike.
"""

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
    if pay.is_lottery:
        unit: dict[str, object] = {
            "prize": 100,
            "decimals": 0,
            "amount": say("number.percent", n="{amount}"),
        }
        sentences = _lottery(most, is_practice=is_practice, is_distribution=is_distribution)
    else:
        unit = {
            "prize": pay.prize,
            "decimals": paying.n_decimals(pay.prize, pay.currency),
            "amount": say("number.amount", amount="{amount}", currency=pay.currency),
        }
        sentences = _amounts(most, is_practice=is_practice, is_distribution=is_distribution)
    return {"rule": pay.rule.value, "point": decimal("."), **unit, **sentences}


def _amounts(most: str, *, is_practice: bool, is_distribution: bool) -> dict[str, object]:
    if is_distribution:
        return {
            "none": say("pay.practice_shares_none" if is_practice else "pay.shares_none", amount=most),
            "beside": say("pay.practice_shares" if is_practice else "pay.shares"),
            "outcomes": "",
        }
    return {
        "none": say("pay.practice_none" if is_practice else "pay.none", amount=most),
        "beside": "",
        "outcomes": say(
            "pay.practice_outcomes" if is_practice else "pay.outcomes", right="{right}", wrong="{wrong}"
        ),
    }


def _lottery(prize: str, *, is_practice: bool, is_distribution: bool) -> dict[str, object]:
    sure = say("number.percent", n=100)
    if is_distribution:
        none = "pay.lottery_practice_shares_none" if is_practice else "pay.lottery_shares_none"
        beside = "pay.lottery_practice_shares" if is_practice else "pay.lottery_shares"
        return {
            "none": say(none, most=sure, amount=prize),
            "beside": say(beside, amount=prize),
            "outcomes": "",
        }
    none = "pay.lottery_practice_none" if is_practice else "pay.lottery_none"
    outcomes = "pay.lottery_practice_outcomes" if is_practice else "pay.lottery_outcomes"
    return {
        "none": say(none, most=sure, amount=prize),
        "beside": "",
        "outcomes": say(outcomes, right="{right}", wrong="{wrong}", amount=prize),
    }


def earned(pay: Pay, share: float | None, *, is_practice: bool) -> str:
    """What an answer has earned, or the chance it has won, as a sentence."""
    if share is None:
        return say("pay.practice_nothing_stated" if is_practice else "pay.nothing_stated")
    if pay.is_lottery:
        key = "pay.lottery_practice_earned" if is_practice else "pay.lottery_earned"
        return say(key, amount=amount(pay, 1.0), chance=say("number.percent", n=paying.percent(share)))
    return say("pay.practice_earned" if is_practice else "pay.earned", amount=amount(pay, share))
