"""What a run says of itself; what nobody knows stays unknown."""

from datetime import UTC, datetime

import pytest

from oversight_app.model_alone.summary import AloneSummary, Usage, rate, spelled
from oversight_app.study.design import Price
from oversight_app.study.events import AloneAsked

AT = datetime(2026, 1, 5, tzinfo=UTC)
PRICE = Price(input=2.0, output=10.0)


def asked(tokens_in: int | None = 1_000, tokens_out: int | None = 100, finish: str = "stop") -> AloneAsked:
    return AloneAsked(
        1, "answer", "p", "m", "zero_shot", "", AT, "B", "complete", finish, tokens_in, None, tokens_out
    )


def summary(**values: object) -> AloneSummary:
    made = AloneSummary("m1234567", "p:m", "zero_shot", 100, n_wanted=80, n_before=20)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def test_money_is_added_up() -> None:
    usage = Usage()
    for _ in range(1_000):
        usage.add(asked(), PRICE)

    assert usage.describe() == "1,000 calls, 1,000,000 tokens in, 100,000 out, $3.00"


def test_a_price_that_nobody_knows_makes_an_unknown_amount() -> None:
    usage = Usage()
    usage.add(asked(), None)

    assert usage.cost == "an unknown amount"


def test_replies_that_did_not_count_their_tokens_make_the_money_a_least() -> None:
    usage = Usage()
    usage.add(asked(1_000_000, 0), PRICE)
    usage.add(asked(None, None), PRICE)

    assert usage.describe() == (
        "2 calls, 1,000,000 tokens in, 0 out (without 1 replies that did not count theirs), at least $2.00"
    )


def test_a_call_without_a_reply_is_a_call_and_costs_nothing_that_is_known() -> None:
    usage = Usage()
    usage.add(asked(None, None, finish=""), PRICE)

    assert usage.describe() == "1 calls, 0 tokens in, 0 out, $0"


def test_progress_tells_rate_money_and_the_time_that_is_left() -> None:
    made = summary(n_answered=30, n_failed=10, elapsed_s=20.0)
    made.usage.add(asked(), PRICE)

    assert made.pace == "2 questions/s, $0.003, 20 s left".replace("$0.003", made.usage.cost)
    assert (made.n_done, made.n_open) == (60, 50)


def test_before_the_first_answer_nothing_is_said_of_time() -> None:
    assert summary().pace == "$0"


def test_a_run_that_closed_all_it_set_out_to_ask_has_not_fallen_short() -> None:
    assert not summary(n_answered=70, n_unreadable=10).has_fallen_short
    assert not summary(n_answered=70, n_elsewhere=10).has_fallen_short
    assert summary(n_answered=79).has_fallen_short
    assert summary(n_answered=80, was_stopped=True).has_fallen_short


@pytest.mark.parametrize(
    ("seconds", "said"), [(3.2, "3 s"), (99, "99 s"), (120, "2 min"), (5_940, "99 min"), (7_500, "2 h 5 min")]
)
def test_times_are_said_as_one_waits_for_them(seconds: float, said: str) -> None:
    assert spelled(seconds) == said


def test_rates_are_said_as_one_reads_them() -> None:
    assert [rate(per_s) for per_s in (1_234.5, 41.2, 3.14, 0.0512)] == ["1,234", "41", "3.1", "0.051"]
