from datetime import UTC, datetime, timedelta

from oversight_app.clock import SimulatedClock, SystemClock

START = datetime(2026, 11, 20, tzinfo=UTC)


def test_sleeping_moves_the_simulated_time_and_takes_none() -> None:
    clock = SimulatedClock(START)

    clock.sleep(90)
    clock.sleep(-5)

    assert clock.now() == START + timedelta(seconds=90)
    assert clock.monotonic() == 90


def test_steady_time_does_not_go_back_with_the_date() -> None:
    clock = SimulatedClock(START)
    clock.sleep(10)

    clock.set(START - timedelta(days=1))
    clock.set(START)

    assert clock.monotonic() == 10 + 24 * 3600


def test_the_machines_clock_speaks_utc_and_is_steady() -> None:
    clock = SystemClock()

    first = clock.monotonic()

    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= first
