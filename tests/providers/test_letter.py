import math

import pytest

from oversight_app.providers.letter import least_log_probability, letter_log_probabilities

Listed = dict[str, str | float | None]


def listed_as(token: str | None, value: float | None) -> Listed:
    return {"token": token, "logprob": value}


def top(**tokens: float | None) -> list[Listed]:
    return [listed_as(token, value) for token, value in tokens.items()]


def test_variants_of_a_letter_are_one_answer() -> None:
    listed = [
        listed_as("B", math.log(0.3)),
        listed_as(" B", math.log(0.2)),
        listed_as("(B", math.log(0.1)),
        listed_as("(A)", -3.0),
    ]

    found = letter_log_probabilities(listed)

    assert found == pytest.approx({"A": -3.0, "B": math.log(0.6)})


@pytest.mark.parametrize("token", ["BA", "b", "", "E", "The", "(", None, "Both", "\ufffd"])
def test_what_is_no_letter_is_none(token: str | None) -> None:
    assert letter_log_probabilities([listed_as(token, -1.0)]) == {}


def test_the_least_that_is_listed_of_any_token_bounds_what_is_missing() -> None:
    assert least_log_probability(top(B=-0.1, The=-7.5, A=-3.0)) == -7.5
    assert least_log_probability([]) is None
    assert least_log_probability(None) is None


@pytest.mark.parametrize("unsaid", [-9999.0, -math.inf, math.nan, None])
def test_a_number_that_stands_for_none_is_none(unsaid: float | None) -> None:
    listed = top(B=-0.1, D=unsaid, The=-5.0)

    assert letter_log_probabilities(listed) == {"B": -0.1}
    assert least_log_probability(listed) == -5.0
