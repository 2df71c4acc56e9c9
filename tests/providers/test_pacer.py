"""Requests of one service wait together, and are asked until they are answered."""

import threading
from collections.abc import Callable, Iterator

import pytest

from oversight_app.clock import SimulatedClock, SystemClock
from oversight_app.errors import ProviderConfigError, ProviderUnavailable
from oversight_app.providers.asking import Answered
from oversight_app.providers.base import Piece, Reply, Request, Text, Turn, Usage
from oversight_app.providers.limits import Limits
from oversight_app.providers.pacer import Pacer, Unanswered, load_of
from oversight_app.providers.patience import MAX_ATTEMPTS
from oversight_app.study.pace import REQUESTS, Allowance
from tests.builders import make_clock


class Service:
    """Answers each request by a rule, and notes when it was asked."""

    name = "service"

    def __init__(
        self, clock: SimulatedClock | SystemClock, answer: Callable[[int], Reply | Exception]
    ) -> None:
        self.clock, self.answer = clock, answer
        self.asked_at: list[float] = []
        self.lock = threading.Lock()

    def reply(self, request: Request) -> Iterator[Piece]:
        with self.lock:
            self.asked_at.append(self.clock.monotonic())
            said = self.answer(len(self.asked_at))
        if isinstance(said, Exception):
            raise said
        yield Text(said.text)
        yield said


GOOD = Reply("B", "stop", Usage(40, 0, 1))


def refusal(retry_after_s: float | None = None) -> ProviderUnavailable:
    error = ProviderUnavailable("asked too much", retry_after_s=retry_after_s)
    error.asks_to_wait = True
    return error


def make_request(deadline_s: float = 120.0) -> Request:
    return Request("m", "", (Turn("user", "x" * 400),), 1, deadline_s)


def test_requests_keep_to_the_limit_that_was_told() -> None:
    clock = make_clock()
    service, pacer = Service(clock, lambda n: GOOD), Pacer(clock, rpm=60)

    for _ in range(5):
        pacer.ask(service, make_request())

    assert service.asked_at == pytest.approx([0, 1, 2, 3, 4])


def test_tokens_keep_to_the_limit_that_was_told() -> None:
    clock = make_clock()
    service = Service(clock, lambda n: Reply("B", "stop", Usage(119, 0, 1)))
    pacer = Pacer(clock, tpm=120)

    for _ in range(3):
        pacer.ask(service, make_request())

    gaps = [b - a for a, b in zip(service.asked_at, service.asked_at[1:], strict=False)]
    assert gaps == pytest.approx([60, 60], rel=0.05)


def test_a_limit_that_the_service_tells_is_kept_to_from_then_on() -> None:
    clock = make_clock()
    limits = Limits((Allowance(REQUESTS, 60, 0),), 0.0)
    service = Service(clock, lambda n: Reply("B", "stop", limits=limits if n == 1 else None))
    pacer = Pacer(clock)

    for _ in range(4):
        pacer.ask(service, make_request())

    assert service.asked_at[-1] >= 1


def test_waits_that_the_service_asks_for_count_against_nobodys_attempts() -> None:
    clock = make_clock()
    service = Service(clock, lambda n: refusal(5.0) if n <= 3 * MAX_ATTEMPTS else GOOD)

    answered = Pacer(clock).ask(service, make_request())

    assert isinstance(answered, Answered)
    assert answered.attempts == 3 * MAX_ATTEMPTS + 1
    assert clock.monotonic() == pytest.approx(5.0 * 3 * MAX_ATTEMPTS)


def test_waits_end_with_the_time_that_a_request_has() -> None:
    clock = make_clock()
    service = Service(clock, lambda n: refusal(5.0))

    unanswered = Pacer(clock).ask(service, make_request(deadline_s=12))

    assert isinstance(unanswered, Unanswered)
    assert (str(unanswered.error), unanswered.attempts) == ("asked too much", 3)
    assert clock.monotonic() < 12


def test_who_was_never_sent_because_the_service_asks_to_wait_too_long_says_so() -> None:
    clock = make_clock()
    service, pacer = Service(clock, lambda n: refusal(3600.0)), Pacer(clock)
    pacer.ask(service, make_request())

    unanswered = pacer.ask(service, make_request())

    assert isinstance(unanswered, Unanswered)
    assert unanswered.attempts == 0
    assert "asks to wait for 3,600 s" in str(unanswered.error)
    assert len(service.asked_at) == 1


def test_other_failures_are_tried_again_so_many_times() -> None:
    clock = make_clock()
    service = Service(clock, lambda n: ProviderUnavailable("broken"))

    unanswered = Pacer(clock).ask(service, make_request())

    assert isinstance(unanswered, Unanswered)
    assert unanswered.attempts == MAX_ATTEMPTS
    assert clock.monotonic() == pytest.approx(0.5 + 1 + 2)


def test_what_will_never_be_answered_is_asked_once() -> None:
    clock = make_clock()
    service = Service(clock, lambda n: ProviderConfigError("no such model"))

    unanswered = Pacer(clock).ask(service, make_request())

    assert isinstance(unanswered, Unanswered)
    assert isinstance(unanswered.error, ProviderConfigError)
    assert len(service.asked_at) == 1


def test_a_reply_that_broke_off_is_asked_for_again() -> None:
    clock = make_clock()
    service = Service(clock, lambda n: GOOD if n > 1 else Reply("It is", ""))

    answered = Pacer(clock).ask(service, make_request())

    assert isinstance(answered, Answered)
    assert (answered.reply.text, answered.attempts) == ("B", 2)


def test_nothing_more_is_sent_once_the_run_is_stopped() -> None:
    clock = make_clock()
    stop = threading.Event()

    def broken(n: int) -> Reply | Exception:
        stop.set()
        return ProviderUnavailable("hung up")

    service = Service(clock, broken)
    pacer = Pacer(clock, is_stopping=stop.is_set)

    first, second = pacer.ask(service, make_request()), pacer.ask(service, make_request())

    assert isinstance(first, Unanswered)
    assert isinstance(second, Unanswered)
    assert (first.was_stopped, first.attempts) == (True, 1)
    assert (second.was_stopped, second.attempts) == (True, 0)


def test_threads_that_were_refused_do_not_come_back_all_at_once() -> None:
    clock = SystemClock()
    at_once, most = 0, 0
    lock = threading.Lock()
    open_at = clock.monotonic() + 0.3

    class Busy:
        name = "busy"

        def reply(self, request: Request) -> Iterator[Piece]:
            nonlocal at_once, most
            if clock.monotonic() < open_at:
                raise refusal(0.4)
            with lock:
                at_once += 1
                counts.append(at_once)
            clock.sleep(0.02)
            with lock:
                at_once -= 1
            yield GOOD

    counts: list[int] = []
    pacer = Pacer(clock)
    threads = [threading.Thread(target=pacer.ask, args=(Busy(), make_request())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(counts) == 12
    assert counts[0] == 1
    assert max(counts) < 12


def test_a_request_weighs_its_characters_and_its_longest_reply() -> None:
    request = Request("m", "be kind" * 40, (Turn("user", "x" * 400),), 700, 10)

    load = load_of(request)

    assert (round(load.tokens_in), load.tokens_out) == (70 + 100 + 16, 700)
