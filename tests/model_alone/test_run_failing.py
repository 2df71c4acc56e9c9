import pytest

from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.model_alone import GIVE_UP_AFTER, answer_alone
from oversight_app.store import Store
from tests.builders import make_clock
from tests.model_alone.parrots import N_TRIALS, Parrot, rows


def test_a_failed_call_is_retried_and_the_wait_that_the_service_asks_for_is_kept(store: Store) -> None:
    clock = make_clock()
    parrot = Parrot(ProviderUnavailable("busy", retry_after_s=7.0), ProviderUnavailable("busy"), "C")

    summary = answer_alone(store, "scripted:x", clock=clock, provider=parrot, limit=1, parallel=1)

    assert (summary.n_answered, summary.n_failed) == (1, 0)
    assert len(parrot.asked) == 3
    assert clock.monotonic() == pytest.approx(7.0 + 1.0)
    assert parrot.asked[2].deadline_s == pytest.approx(120 - 8.0)


def test_a_question_without_a_reply_stays_open_and_is_counted(store: Store) -> None:
    parrot = Parrot(*[ProviderUnavailable("the server is asleep")] * 4)

    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot, parallel=1)

    assert (summary.n_answered, summary.n_failed, summary.n_open) == (N_TRIALS - 1, 1, 1)
    assert "1 got no reply: the server is asleep" in summary.describe()
    assert sum(row["status"] == "" for row in rows(store)) == 1
    again = answer_alone(store, "scripted:x", clock=make_clock(), provider=Parrot())
    assert (again.n_answered, again.n_open) == (1, 0)


def test_a_service_that_is_down_ends_the_run_early(store: Store) -> None:
    parrot = Parrot(*[ProviderUnavailable("down")] * 100)

    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot, parallel=1)

    assert (summary.n_failed, summary.n_open) == (GIVE_UP_AFTER, N_TRIALS)
    assert len(parrot.asked) == 4 * GIVE_UP_AFTER


def test_waiting_for_ever_is_not_waited_for(store: Store) -> None:
    clock = make_clock()

    answer_alone(
        store,
        "scripted:x",
        clock=clock,
        provider=Parrot(*[ProviderUnavailable("busy", retry_after_s=3600.0)] * GIVE_UP_AFTER),
        parallel=1,
    )

    assert clock.monotonic() == 0


def test_wrong_settings_end_the_run_at_once_and_keep_what_there_is(store: Store) -> None:
    parrot = Parrot("A", ProviderConfigError("the key was refused"))

    with pytest.raises(ProviderConfigError, match="the key was refused"):
        answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot, parallel=1)

    assert len(parrot.asked) == 2
    assert sum(row["status"] == "answered" for row in rows(store)) == 1


def test_a_missing_key_is_found_before_anything_is_asked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OVERSIGHT_COMPATIBLE_API_KEY", raising=False)

    with pytest.raises(ProviderConfigError, match="OVERSIGHT_COMPATIBLE_API_KEY"):
        answer_alone(store, "compatible:x@https://models.example.org/v1", clock=make_clock())

    assert rows(store) == []
