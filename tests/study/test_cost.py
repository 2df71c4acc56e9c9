"""Costs against sums done by hand."""

import pytest

from oversight_app.providers.base import Usage
from oversight_app.study.cost import cost_usd, dearest, dollars, most_usd
from oversight_app.study.design import Price

PRICE = Price(input=2.0, cached=0.2, cache_written=2.5, output=10.0)
FREE = Price(input=0, output=0)


@pytest.mark.parametrize(
    ("usage", "millionths"),
    [
        # 1,000 sent, nothing of it in a cache; 200 received
        (Usage(1000, None, 200), 1000 * 2 + 200 * 10),
        # 400 of the 1,000 from the cache and 100 into it leave 500 that were read anew
        (Usage(1000, 400, 200, 100), 500 * 2 + 400 * 0.2 + 100 * 2.5 + 200 * 10),
        # what was thought is part of what was received, and is not paid twice
        (Usage(1000, 0, 200, 0, 150), 1000 * 2 + 200 * 10),
        # a service that counts more from its cache than was sent
        (Usage(100, 150, 0), 150 * 0.2),
        (Usage(0, 0, 0), 0),
    ],
)
def test_a_cost_is_its_tokens_times_their_prices(usage: Usage, millionths: float) -> None:
    assert cost_usd(usage, PRICE) == pytest.approx(millionths / 1_000_000, rel=1e-12)


def test_the_cache_costs_as_much_as_the_rest_where_its_price_is_left_out() -> None:
    assert cost_usd(Usage(1000, 400, 0, 100), Price(input=2.0, output=10.0)) == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("usage", "price"),
    [(Usage(1000, 0, 200), None), (Usage(None, None, 200), PRICE), (Usage(1000), PRICE), (Usage(), None)],
)
def test_what_is_not_known_costs_nothing_that_anybody_could_say(usage: Usage, price: Price | None) -> None:
    assert cost_usd(usage, price) is None


def test_what_is_free_is_free_also_uncounted() -> None:
    assert cost_usd(Usage(), FREE) == 0.0


def test_the_most_that_a_reply_can_cost_is_no_less_than_what_it_costs() -> None:
    texts = (
        "Argue for B.",
        "Why is it B?",
        "x" * 84,
    )  # 12, 12 and 84 bytes: 6, 6 and 42 tokens, 8 more for each

    most = most_usd(texts, 100, PRICE)

    assert most == pytest.approx((6 + 8 + 6 + 8 + 42 + 8) * 2.5 / 1e6 + 100 * 10 / 1e6)
    assert most_usd(texts, 100, None) is None
    assert most_usd(texts, 100, FREE) == 0.0


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (None, "an unknown amount"),
        (0.0, "$0"),
        (0.00001, "less than $0.0001"),
        (0.00234, "$0.0023"),
        (1.005, "$1.00"),
        (12345.678, "$12,345.68"),
    ],
)
def test_an_amount_is_said_as_people_read_it(amount: float | None, said: str) -> None:
    assert dollars(amount) == said


def test_where_two_models_speak_each_part_is_counted_at_the_dearer_price() -> None:
    one = Price(input=2, output=10, cached=0.2)
    other = Price(input=3, output=4, cache_written=5)

    assert dearest([one, other]) == Price(input=3, output=10, cached=3, cache_written=5)
    assert dearest([one]) == one
    assert dearest([one, None]) is None
