"""What a run would take, told before it and without it."""

import pytest

from oversight_app.errors import BadInput
from oversight_app.model_alone import answer_alone, expected_alone
from oversight_app.store import Store
from tests.builders import START, make_clock
from tests.model_alone.parrots import N_TRIALS, Parrot


def expected(store: Store, model: str = "scripted:x", **options: object) -> str:
    chosen: dict[str, object] = {"method": "zero_shot", "limit": None, "repeat": 1} | options
    return expected_alone(store, model, now=START, **chosen)  # type: ignore[arg-type]  # as the command gives them


def test_a_dry_run_tells_questions_calls_tokens_and_money_and_writes_nothing(store: Store) -> None:
    said = expected(store)

    assert f"would be asked {N_TRIALS} of {N_TRIALS} questions" in said
    assert f"{N_TRIALS} calls" in said
    assert "tokens in, 10 out, free" in said
    assert "Nobody was asked, and nothing was written." in said
    assert store.heads() == {}


def test_a_dry_run_counts_every_call_of_a_method(store: Store) -> None:
    said = expected(store, method="self_consistency(n=5)")

    assert f"{5 * N_TRIALS} calls" in said


def test_a_dry_run_knows_what_is_answered_and_what_is_limited(store: Store) -> None:
    answer_alone(store, "scripted:x", clock=make_clock(), provider=Parrot(name="scripted"), limit=3)

    assert f"would be asked {N_TRIALS - 3} of {N_TRIALS} questions; 3 are answered." in expected(store)
    assert f"would be asked 2 of {N_TRIALS} questions; 3 are answered." in expected(store, limit=2)
    assert f"would be asked {2 * N_TRIALS - 3} of {2 * N_TRIALS} questions" in expected(store, repeat=2)


def test_a_price_that_nobody_knows_is_named(store: Store) -> None:
    said = expected(store, "openai:nobody-knows-it")

    assert "an unknown amount" in said
    assert '[prices."openai:nobody-knows-it"] in study.toml names it' in said


def test_a_scorer_is_counted_apart(store: Store) -> None:
    said = expected(store, method="best_of_n(n=3,scorer=scripted:judge)")

    assert "Expected of scripted:x:" in said
    assert "Expected of scripted:judge:" in said


def test_a_dry_run_of_a_method_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="There is no method"):
        expected(store, method="guessing")
