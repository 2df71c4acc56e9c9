"""The console's gate."""

from datetime import timedelta

import pytest

from oversight_app.errors import BadInput
from oversight_app.gate import LASTS, LOCKED_FOR, TRIES, Gate, Refused, checked_password, new_password
from tests.builders import make_clock

PASSWORD = "correct-horse-battery"


def test_the_password_lets_in_under_a_name_and_nothing_else_does() -> None:
    gate = Gate(PASSWORD, make_clock())

    token = gate.enter(PASSWORD, "Ada")

    assert gate.session(token) is not None
    assert gate.session(token).by == "Ada"  # type: ignore[union-attr]
    for other in ("", token[:-1], token + "x", PASSWORD, "\udcff"):
        assert gate.session(other) is None
    for wrong in ("", PASSWORD.upper(), PASSWORD + " ", "\udcff"):
        with pytest.raises(Refused, match="not the password"):
            gate.enter(wrong, "Ada")


def test_tokens_have_256_bits_and_passwords_that_are_made_96() -> None:
    gate = Gate(PASSWORD, make_clock())

    assert len({gate.enter(PASSWORD, "") for _ in range(50)}) == 50
    assert len(gate.enter(PASSWORD, "")) == 43  # 32 bytes in base64
    assert len(new_password()) == 16  # 12 bytes


def test_after_ten_wrong_tries_the_right_password_is_refused_too_for_a_while() -> None:
    clock = make_clock()
    gate = Gate(PASSWORD, clock)
    inside = gate.enter(PASSWORD, "Ada")

    for _ in range(TRIES):
        with pytest.raises(Refused, match="not the password"):
            gate.enter("guess", "")

    with pytest.raises(Refused, match="15 minutes"):
        gate.enter(PASSWORD, "Ada")
    assert gate.session(inside) is not None, "who is in stays in"
    clock.sleep(LOCKED_FOR.total_seconds() - 1)
    with pytest.raises(Refused, match="1 minutes"):
        gate.enter(PASSWORD, "Ada")
    clock.sleep(1)
    assert gate.enter(PASSWORD, "Ada")


def test_nine_wrong_tries_and_a_right_one_begin_the_count_anew() -> None:
    gate = Gate(PASSWORD, make_clock())

    for _ in range(2):
        for _ in range(TRIES - 1):
            with pytest.raises(Refused):
                gate.enter("guess", "")
        assert gate.enter(PASSWORD, "")


def test_a_session_ends_by_leaving_and_by_time() -> None:
    clock = make_clock()
    gate = Gate(PASSWORD, clock)
    left, stayed = gate.enter(PASSWORD, ""), gate.enter(PASSWORD, "")

    gate.leave(left)
    assert (gate.session(left), gate.session(stayed) is not None) == (None, True)
    clock.sleep((LASTS - timedelta(seconds=1)).total_seconds())
    assert gate.session(stayed) is not None
    clock.sleep(1)
    assert gate.session(stayed) is None


def test_a_password_of_ones_own_must_not_be_short() -> None:
    assert checked_password("x" * 12) == "x" * 12
    with pytest.raises(BadInput, match="has 11 characters"):
        checked_password("x" * 11)
