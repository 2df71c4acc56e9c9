import pytest

from oversight_app.study.letters import ALL_ORDERS, OptionOrder, rotated
from oversight_app.study.position_bias import Placed, position_bias
from oversight_app.study.questions import LETTERS


def answers(choose: object, orders: tuple[str, ...] = ("ABCD",), *, n: int = 1) -> list[Placed]:
    """n questions with keys A, B, C, D in turn; `choose(order, key)` gives the original letter that is chosen."""
    return [
        Placed(f"q{i}", rotated(order, by), LETTERS[i % 4], choose(rotated(order, by), LETTERS[i % 4]))  # type: ignore[operator]
        for i in range(n)
        for order in orders
        for by in range(4)
    ]


@pytest.mark.parametrize("order", ALL_ORDERS)
def test_in_the_four_rotations_of_any_order_each_option_stands_in_each_place_once(order: str) -> None:
    places = {
        (option, OptionOrder(rotated(order, by)).displayed(option)) for option in LETTERS for by in range(4)
    }

    assert len({rotated(order, by) for by in range(4)}) == 4
    assert len(places) == 16


@pytest.mark.parametrize("order", ALL_ORDERS)
def test_who_knows_the_answer_has_no_bias_in_any_order(order: str) -> None:
    found = position_bias(answers(lambda _, key: key, (order,), n=3))

    assert found.answers == found.keys == dict.fromkeys(LETTERS, 0.25)
    assert found.accuracy == dict.fromkeys(LETTERS, 1.0)
    assert (found.n_alike, found.n_questions) == (3, 3)


@pytest.mark.parametrize("order", ALL_ORDERS)
def test_who_always_takes_the_first_place_is_found_out_in_any_order(order: str) -> None:
    found = position_bias(answers(lambda shown, _: shown[0], (order,), n=2))

    assert found.answers == {"A": 1.0, "B": 0.0, "C": 0.0, "D": 0.0}
    assert found.accuracy == {"A": 1.0, "B": 0.0, "C": 0.0, "D": 0.0}
    assert (found.n_alike, found.n_questions) == (0, 2)


def test_what_cannot_be_read_is_no_answer_and_not_alike() -> None:
    found = position_bias(answers(lambda shown, key: "" if shown == "ABCD" else key))

    assert found.answers["A"] == 0.0
    assert found.accuracy["A"] == 0.0
    assert found.keys["A"] == 0.25
    assert found.n_alike == 0


def test_a_question_in_one_order_says_nothing_of_likeness_and_no_answers_nothing_at_all() -> None:
    one = position_bias([Placed("q", "ABCD", "A", "A")])
    none = position_bias([])

    assert (one.n_alike, one.n_questions) == (0, 0)
    assert set(none.answers.values()) == {None}
    assert "0 of 0 questions (-)" in none.describe()[1]


def test_it_is_told_in_two_lines() -> None:
    assert position_bias(answers(lambda shown, _: shown[0])).describe() == [
        "Position: answered A 100 % (key 25 %, then right 100 %), B 0 % (key 25 %, then right 0 %), "
        "C 0 % (key 25 %, then right 0 %), D 0 % (key 25 %, then right 0 %).",
        "The same option in every order: 0 of 1 questions (0 %).",
    ]
