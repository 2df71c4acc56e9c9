"""Whatever a service does wrong is recorded, counted, and asked again by the next run."""

from pathlib import Path

import pytest

from oversight_app.clock import SystemClock
from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.model_alone import GIVE_UP_AFTER, answer_alone
from oversight_app.providers.compatible import CompatibleProvider
from oversight_app.store import Store
from oversight_app.study.trouble import Trouble
from tests.builders import make_clock
from tests.model_alone.commanded import LETTER, after, make_folder, run
from tests.model_alone.parrots import N_TRIALS, Parrot, rows
from tests.providers.misbehaving import Behaviour, event, head, misbehaving_server, refuses, says


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


def test_a_quota_that_ends_half_way_leaves_what_was_answered_and_says_what_to_do(tmp_path: Path) -> None:
    study = make_folder(tmp_path / "study", 40)
    no_money = refuses(
        "429 Too Many Requests", {"code": "insufficient_quota", "message": "You have no money."}
    )
    with misbehaving_server({}, default=after(20, LETTER, no_money)) as server:
        code, said = run(study, server.url, "--parallel", "4")

    assert code == 1
    assert "has no quota left. Check the plan and the billing" in said
    assert "answered 20 of 40 questions" in said
    assert "20 are still open; the same command asks only those" in said
    assert 21 <= len(server.bodies) <= 24
    with Store.open(study / "study.db") as store:
        failed = [call for call in store.rows("model_calls") if call["status"] == "failed"]
    assert len(failed) == len(server.bodies) - 20
    assert all("no quota left" in str(call["error"]) for call in failed)
    with misbehaving_server({}, default=LETTER) as server:
        assert run(study, server.url)[0] == 0
    assert len(server.bodies) == 20


def test_a_service_that_is_asked_too_much_is_waited_for_and_answers_all(tmp_path: Path) -> None:
    study = make_folder(tmp_path / "study", 30)
    busy = refuses(
        "429 Too Many Requests", {"code": "rate_limit_exceeded", "message": "slow"}, "retry-after: 1"
    )
    calls = after(10, LETTER, after(6, busy, LETTER))
    with misbehaving_server({}, default=calls) as server:
        code, said = run(study, server.url, "--parallel", "6")

    assert (code, len(server.bodies)) == (0, 36)
    assert "answered 30 of 30 questions" in said


@pytest.mark.parametrize(
    "broken",
    [
        says(head(), b"data: {not json}\n\n"),
        says(head(), b'data: {"choices": "none"}\n\n'),
        says(head(), event("B")),
        says(b""),
    ],
    ids=["no JSON", "another shape", "no end", "nothing"],
)
def test_a_call_that_fails_for_good_is_on_record_and_its_question_stays_open(
    store: Store, broken: Behaviour
) -> None:
    clock = Hurried()
    with misbehaving_server({}, default=after(2, LETTER, after(4, broken, LETTER))) as server:
        model = f"compatible:m@{server.url}"
        provider = CompatibleProvider(server.url, SystemClock(), is_local=True)
        summary = answer_alone(store, model, clock=clock, provider=provider, parallel=1)

    assert (summary.n_answered, summary.n_failed, summary.n_open) == (N_TRIALS - 1, 1, 1)
    (failed,) = [call for call in store.rows("model_calls") if call["status"] == "failed"]
    assert (failed["attempt"], failed["finish_reason"]) == (4, None)
    assert failed["error"] == summary.last_error
    again = answer_alone(store, model, clock=clock, provider=Parrot(name="compatible"), parallel=1)
    assert (again.n_answered, again.n_open) == (1, 0)
    assert len(list(store.rows("model_calls"))) == N_TRIALS + 1


class Hurried(SystemClock):
    """Does not wait."""

    def sleep(self, seconds: float) -> None:
        pass

    def monotonic(self) -> float:
        return super().monotonic() * 1000


def test_a_text_that_is_too_long_costs_its_own_question_only(store: Store) -> None:
    too_long = ProviderConfigError("the model cannot hold so long a text")
    too_long.trouble = Trouble.TOO_LONG
    parrot = Parrot("A", too_long)

    summary = answer_alone(store, "scripted:x", clock=make_clock(), provider=parrot, parallel=1)

    assert (summary.n_answered, summary.n_failed) == (N_TRIALS - 1, 1)
    assert "1 got no reply: the model cannot hold so long a text" in summary.describe()


def test_many_threads_on_a_wrong_key_ask_once_each_at_most(store: Store) -> None:
    with (
        misbehaving_server({}, default=refuses("401 Unauthorized")) as server,
        pytest.raises(ProviderConfigError, match="refused the credentials"),
    ):
        answer_alone(store, f"compatible:m@{server.url}", clock=SystemClock(), parallel=4)

    assert len(server.bodies) <= 4
    assert rows(store) == []


def test_what_nobody_foresaw_on_a_thread_ends_the_run_and_keeps_what_came(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        answer_alone(
            store,
            "scripted:x",
            clock=make_clock(),
            provider=Parrot("A", "B", ZeroDivisionError()),
            parallel=1,
        )

    assert sum(row["status"] == "answered" for row in rows(store)) == 2
