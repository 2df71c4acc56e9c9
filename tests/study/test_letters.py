from random import Random

import pytest

from oversight_app.study.letters import ALL_ORDERS, OptionOrder, draw_order
from oversight_app.study.questions import LETTERS


def test_there_are_24_orders() -> None:
    assert len(set(ALL_ORDERS)) == 24


@pytest.mark.parametrize("letters", ALL_ORDERS)
def test_letters_are_mapped_to_the_page_and_back(letters: str) -> None:
    order = OptionOrder(letters)

    shown = order.shown(("option A", "option B", "option C", "option D"))

    for original in LETTERS:
        displayed = order.displayed(original)
        assert order.original(displayed) == original
        assert shown[LETTERS.index(displayed)] == f"option {original}"


def test_what_is_no_order_is_refused() -> None:
    for letters in ("ABC", "AABC", "ABCE", "abcd", ""):
        with pytest.raises(ValueError, match="option order"):
            OptionOrder(letters)


def test_every_order_is_drawn_equally_often_and_none_where_options_must_stay() -> None:
    rng = Random(1)

    drawn = [draw_order(rng, fixed=False) for _ in range(24 * 200)]

    counts = [drawn.count(letters) for letters in ALL_ORDERS]
    assert min(counts) > 140  # 200 expected, standard deviation 14
    assert max(counts) < 260
    assert {draw_order(rng, fixed=True) for _ in range(20)} == {"ABCD"}
