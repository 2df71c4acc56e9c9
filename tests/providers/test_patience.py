"""A call is tried again while its failure may pass and time is left."""

from datetime import UTC, datetime

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable
from oversight_app.providers.patience import MAX_ATTEMPTS, Patience


class Service:
    """Fails with these errors in turn, then answers; remembers how much time each attempt was given."""

    def __init__(self, *failures: ProviderError) -> None:
        self.failures = list(failures)
        self.given: list[float] = []

    def __call__(self, seconds: float) -> str:
        self.given.append(round(seconds, 3))
        if self.failures:
            raise self.failures.pop(0)
        return "reply"


def patience() -> Patience:
    return Patience(SimulatedClock(datetime(2026, 11, 20, tzinfo=UTC)))


def test_waits_double_and_each_attempt_is_told_what_is_left() -> None:
    service = Service(ProviderUnavailable("busy"), ProviderUnavailable("busy"))

    reply = patience().persist(service, 10.0)

    assert reply == "reply"
    assert service.given == [10.0, 9.5, 8.5]


def test_a_service_that_says_when_to_come_back_is_believed_if_that_is_in_time() -> None:
    soon = Service(ProviderUnavailable("busy", retry_after_s=3.0))
    late = Service(ProviderUnavailable("busy", retry_after_s=30.0))

    patience().persist(soon, 10.0)
    with pytest.raises(ProviderUnavailable):
        patience().persist(late, 10.0)

    assert soon.given == [10.0, 7.0]
    assert late.given == [10.0]


def test_no_wait_goes_past_the_end() -> None:
    service = Service(*[ProviderUnavailable("busy")] * MAX_ATTEMPTS)

    with pytest.raises(ProviderUnavailable):
        patience().persist(service, 1.2)

    assert service.given == [1.2, 0.7]


def test_attempts_are_counted_and_bounded() -> None:
    service, trying = Service(*[ProviderUnavailable("busy")] * 9), patience()

    with pytest.raises(ProviderUnavailable):
        trying.persist(service, 1000.0)

    assert trying.attempts == len(service.given) == MAX_ATTEMPTS


def test_what_can_never_work_is_not_tried_again() -> None:
    service = Service(ProviderConfigError("no such model"))

    with pytest.raises(ProviderConfigError):
        patience().persist(service, 10.0)

    assert service.given == [10.0]


def test_nothing_is_tried_again_once_text_was_shown() -> None:
    service = Service(ProviderUnavailable("broken off"))

    with pytest.raises(ProviderUnavailable):
        patience().persist(service, 10.0, may_retry=lambda: False)

    assert service.given == [10.0]
