import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oversight_app.clock import SimulatedClock, SystemClock
from oversight_app.errors import ProviderConfigError, ProviderUnavailable, Reminder
from oversight_app.proctor import Proctor
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text, Usage
from oversight_app.providers.patience import MAX_ATTEMPTS
from oversight_app.replies import Replies
from oversight_app.store import Store
from oversight_app.study.events import ReplyBegun, ReplyClosed
from oversight_app.study.page import Chat, QuestionPage
from oversight_app.writers import GRACE_S, LEASE_S
from tests.builders import PROMPTS, make_clock, make_design, make_plan, make_proctor, seat

WAIT_S = 20.0
"""Longest wait for another thread; a test that gets there has failed."""

Script = Callable[[Request], Iterator[Piece]]


class FakeProvider:
    """Plays one script per attempt, the last one for ever, and remembers what it was asked."""

    name = "fake"

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Iterator[Piece]:
        self.asked.append(request)
        return (self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0])(request)


class Gate:
    """Holds a script back until the test lets it go on, and tells the test how far it came."""

    def __init__(self) -> None:
        self.is_reached, self._is_open, self.is_closed = (threading.Event() for _ in range(3))

    def wait(self) -> None:
        self.is_reached.set()
        assert self._is_open.wait(WAIT_S)

    def open(self) -> None:
        self._is_open.set()


def says(*texts: str, finish_reason: str = "stop") -> Script:
    def script(request: Request) -> Iterator[Piece]:
        yield from map(Text, texts)
        yield Reply("".join(texts), finish_reason, Usage(100, 20, 7, 5, 3), "id-1", "fake-1")

    return script


def fails(error: Exception, *texts: str) -> Script:
    def script(request: Request) -> Iterator[Piece]:
        yield from map(Text, texts)
        raise error

    return script


def halts(gate: Gate, *texts: str, then: str = " The end.") -> Script:
    def script(request: Request) -> Iterator[Piece]:
        try:
            yield from map(Text, texts)
            gate.wait()
            yield Text(then)
            yield Reply("", "stop")
        finally:
            gate.is_closed.set()

    return script


@pytest.fixture
def proctor(tmp_path: Path) -> Iterator[Proctor]:
    made = assisted(tmp_path, make_clock())
    yield made
    made.store.close()


def assisted(
    folder: Path, clock: Any, tasks: Any = None, prompts: Any = PROMPTS, **assistant: Any
) -> Proctor:
    """A study whose only first questions are assisted, with p1 in front of one."""
    folder.mkdir(exist_ok=True)
    design = make_design(
        tasks=tasks or {"mmlu": {"questions_per_condition": 2, "practice_per_condition": 0}},
        conditions={"order": "human_with_model_first"},
        assistant=assistant,
    )
    made = make_proctor(folder, make_plan(design, prompts=prompts), clock=clock)
    seat(made)
    made.go_on("p1")
    made.page("p1")
    return made


def inline(proctor: Proctor, *scripts: Script) -> tuple[Replies, FakeProvider]:
    provider = FakeProvider(*scripts)
    return Replies(proctor, provider, inline=True), provider


def closes(proctor: Proctor) -> list[ReplyClosed]:
    return [i.event for i in proctor.store.events_of("p1") if isinstance(i.event, ReplyClosed)]


def chat_of(proctor: Proctor) -> Chat:
    page = proctor.page("p1")
    assert isinstance(page, QuestionPage)
    assert page.chat is not None
    return page.chat


def until(condition: Callable[[], object]) -> None:
    """Wait for another thread to make it so."""
    clock = SystemClock()
    end = clock.now() + timedelta(seconds=WAIT_S)
    while not condition():
        assert clock.now() < end, "it never came to that"
        clock.sleep(0.01)


# -- a reply --------------------------------------------------------------------------------------


def test_a_message_is_answered_and_both_are_on_record(proctor: Proctor) -> None:
    replies, _ = inline(proctor, says("The answer ", "is B."))

    replies.ask("p1", 1, "Which one?")

    assert [(line.text, line.status) for line in chat_of(proctor).lines] == [
        ("Which one?", "sent"),
        ("The answer is B.", "complete"),
    ]
    (closed,) = closes(proctor)
    assert (closed.tokens_in, closed.tokens_cached, closed.tokens_out) == (100, 20, 7)
    assert (closed.tokens_cache_written, closed.tokens_reasoning) == (5, 3)
    assert (closed.request_id, closed.model_answered, closed.attempts) == ("id-1", "fake-1", 1)
    rows = list(proctor.store.rows("messages"))
    assert [row["text"] for row in rows] == ["Which one?", "The answer is B."]


def test_the_model_gets_prompt_stance_as_displayed_and_the_visible_chat(proctor: Proctor) -> None:
    replies, provider = inline(proctor, says("Because."))
    replies.ask("p1", 1, "Which one?")

    replies.ask("p1", 1, "Why?")

    request = provider.asked[-1]
    plan = proctor.sitting("p1").trial.plan
    displayed = "ABCD"[plan.option_order.index(plan.stance)]
    assert request.system.startswith(f"Argue for {displayed}: ")
    assert [(turn.role, turn.text) for turn in request.turns] == [
        ("user", "Which one?"),
        ("assistant", "Because."),
        ("user", "Why?"),
    ]
    assert request.scene is not None
    assert request.scene.stance == displayed
    begun = [i.event for i in proctor.store.events_of("p1") if isinstance(i.event, ReplyBegun)]
    assert [len(event.visible) for event in begun] == [1, 3]


def test_the_passage_is_marked_as_what_all_requests_begin_with(tmp_path: Path) -> None:
    requests = {}
    for in_first_turn in (False, True):
        proctor = assisted(
            tmp_path / str(in_first_turn),
            make_clock(),
            tasks={"quality": {"questions_per_condition": 1, "practice_per_condition": 0}},
            prompts=load_prompts(),
            passage_in_first_turn=in_first_turn,
        )
        replies, provider = inline(proctor, says("Because."))
        replies.ask("p1", 1, "Which one?")
        requests[in_first_turn] = provider.asked[0]
        proctor.store.close()

    assert requests[False].prefix == requests[True].prefix
    assert requests[False].prefix.startswith("Passage:")
    assert requests[False].system.startswith(requests[False].prefix)
    assert requests[True].turns[0].text.startswith(requests[True].prefix)
    assert requests[True].prefix not in requests[True].system
    assert requests[False].cache_key == requests[True].cache_key != ""


def test_effort_and_temperature_are_those_of_the_design_and_left_out_without_it(tmp_path: Path) -> None:
    told = assisted(tmp_path / "told", make_clock(), model="openai:o", effort="low", temperature=0.5)
    untold = assisted(tmp_path / "untold", make_clock())

    asked = []
    for proctor in (told, untold):
        replies, provider = inline(proctor, says("Because."))
        replies.ask("p1", 1, "Which one?")
        asked.append((provider.asked[0].effort, provider.asked[0].temperature))
        proctor.store.close()

    assert asked == [("low", 0.5), ("", None)]


def test_after_a_reset_the_model_sees_nothing_from_before(proctor: Proctor) -> None:
    replies, provider = inline(proctor, says("Because."))
    replies.ask("p1", 1, "Which one?")
    replies.reset_context("p1", 1)

    replies.ask("p1", 1, "Again?")

    assert [turn.text for turn in provider.asked[-1].turns] == ["Again?"]
    assert [line.is_forgotten for line in chat_of(proctor).lines] == [True, True, False, False]


def test_a_service_that_says_all_at_the_end_is_heard(proctor: Proctor) -> None:
    def script(request: Request) -> Iterator[Piece]:
        yield Reply("The answer is B.", "stop")

    replies, _ = inline(proctor, script)

    replies.ask("p1", 1, "Which one?")

    assert [(closed.text, closed.status) for closed in closes(proctor)] == [("The answer is B.", "complete")]


def test_half_a_surrogate_pair_does_not_lose_a_reply(proctor: Proctor) -> None:
    replies, _ = inline(proctor, says("It is \ud83d", " B."))

    replies.ask("p1", 1, "Which one?")

    assert [(closed.text, closed.status) for closed in closes(proctor)] == [("It is ? B.", "complete")]


def test_a_reply_that_breaks_off_without_saying_why_is_interrupted(proctor: Proctor) -> None:
    replies, _ = inline(proctor, says("The answer", finish_reason=""))

    replies.ask("p1", 1, "Which one?")

    assert [(closed.text, closed.status) for closed in closes(proctor)] == [("The answer", "interrupted")]


# -- failures ---------------------------------------------------------------------------------------


def test_a_failure_before_the_first_text_is_tried_again(proctor: Proctor) -> None:
    busy = fails(ProviderUnavailable("overloaded"))
    replies, provider = inline(proctor, busy, busy, says("Here."))

    replies.ask("p1", 1, "Which one?")

    assert [(c.text, c.status, c.attempts) for c in closes(proctor)] == [("Here.", "complete", 3)]
    assert len(provider.asked) == 3
    assert provider.asked[2].deadline_s < provider.asked[0].deadline_s


def test_a_service_that_says_when_to_come_back_is_left_alone_till_then(proctor: Proctor) -> None:
    replies, provider = inline(proctor, fails(ProviderUnavailable("busy", retry_after_s=20)), says("Here."))

    replies.ask("p1", 1, "Which one?")

    assert provider.asked[0].deadline_s - provider.asked[1].deadline_s == 20


def test_a_stream_that_ends_without_a_word_is_tried_again(proctor: Proctor) -> None:
    replies, _ = inline(proctor, lambda request: iter(()), says("Here."))

    replies.ask("p1", 1, "Which one?")

    assert [(c.text, c.status) for c in closes(proctor)] == [("Here.", "complete")]


def test_a_failure_after_the_first_text_keeps_it_and_is_not_tried_again(proctor: Proctor) -> None:
    replies, provider = inline(proctor, fails(ProviderUnavailable("broken pipe"), "The ans"))

    replies.ask("p1", 1, "Which one?")

    assert [(c.text, c.status, c.error) for c in closes(proctor)] == [
        ("The ans", "interrupted", "broken pipe")
    ]
    assert len(provider.asked) == 1


def test_trying_again_has_an_end(proctor: Proctor) -> None:
    replies, provider = inline(proctor, fails(ProviderUnavailable("overloaded")))

    replies.ask("p1", 1, "Which one?")

    assert [(c.text, c.status) for c in closes(proctor)] == [("", "failed")]
    assert len(provider.asked) == MAX_ATTEMPTS


def test_settings_that_cannot_work_are_not_tried_again(proctor: Proctor) -> None:
    replies, provider = inline(proctor, fails(ProviderConfigError("no key")))

    replies.ask("p1", 1, "Which one?")

    assert [(c.status, c.error) for c in closes(proctor)] == [("failed", "no key")]
    assert len(provider.asked) == 1


def test_the_services_name_for_a_failed_attempt_is_on_record(proctor: Proctor) -> None:
    error = ProviderConfigError("refused")
    error.request_id = "req-7"
    replies, _ = inline(proctor, fails(error))

    replies.ask("p1", 1, "Which one?")

    assert [(c.status, c.request_id) for c in closes(proctor)] == [("failed", "req-7")]


def test_a_defect_of_a_provider_ends_the_reply_and_tells_nobody_its_message(proctor: Proctor) -> None:
    replies, _ = inline(proctor, fails(KeyError("sk-secret")))

    replies.ask("p1", 1, "Which one?")

    assert [(c.status, c.error) for c in closes(proctor)] == [("failed", "KeyError in the provider")]
    assert not chat_of(proctor).is_writing


def test_a_broken_reply_can_be_asked_for_again_and_is_not_shown_to_the_model(proctor: Proctor) -> None:
    broken = fails(ProviderUnavailable("broken pipe"), "The ans")
    replies, provider = inline(proctor, broken, says("The answer is B."))
    replies.ask("p1", 1, "Which one?")

    replies.ask_again("p1", 1)
    replies.ask_again("p1", 1)

    assert [line.status for line in chat_of(proctor).lines] == ["sent", "interrupted", "complete"]
    assert [turn.text for turn in provider.asked[-1].turns] == ["Which one?"]
    assert len(provider.asked) == 2


def test_what_the_assistant_forgot_is_not_asked_again(proctor: Proctor) -> None:
    replies, provider = inline(proctor, fails(ProviderConfigError("no key")))
    replies.ask("p1", 1, "Which one?")
    replies.reset_context("p1", 1)

    replies.ask_again("p1", 1)

    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("finish_reason", "says_why"),
    [
        ("refusal", "the model did not want to reply (refusal)"),
        ("content_filter", "the model did not want to reply (content_filter)"),
        ("length", "raise max_tokens"),
        ("model_context_window_exceeded", "too long for the model"),
        ("end_turn", "without a word (end_turn)"),
    ],
)
def test_a_reply_without_words_is_kept_with_its_reason_and_not_tried_again(
    proctor: Proctor, finish_reason: str, says_why: str
) -> None:
    replies, provider = inline(proctor, says(finish_reason=finish_reason))

    replies.ask("p1", 1, "Which one?")

    (closed,) = closes(proctor)
    assert (closed.text, closed.status, closed.finish_reason) == ("", "failed", finish_reason)
    assert says_why in closed.error
    assert (closed.tokens_out, closed.request_id) == (7, "id-1")
    assert len(provider.asked) == 1
    assert proctor.sitting("p1").trial.failures_in_a_row == ()


# -- stops and deadlines --------------------------------------------------------------------------


def test_a_reply_running_at_the_deadline_is_stopped_with_its_text_kept(tmp_path: Path) -> None:
    clock = make_clock()
    proctor = assisted(tmp_path, clock, reply_limit_s=1000)

    def script(request: Request) -> Iterator[Piece]:
        yield Text("In time,")
        clock.sleep(200)
        yield Text(" too late")
        raise AssertionError("nobody closed the stream")

    replies, _ = inline(proctor, script)
    with proctor.store:
        replies.ask("p1", 1, "Which one?")
        proctor.sweep()

        assert [c.status for c in closes(proctor)] == ["stopped"]
        assert closes(proctor)[0].text.startswith("In time,")
        (row,) = proctor.store.rows("answers")
        assert (row["status"], row["n_replies"]) == ("timed_out_no_answer", 1)
        assert not list(proctor.store.rows("messages"))[-1]["error"]


def test_a_service_that_gives_up_at_the_deadline_was_stopped_by_it(tmp_path: Path) -> None:
    clock = make_clock()
    proctor = assisted(tmp_path, clock, reply_limit_s=1000)

    def script(request: Request) -> Iterator[Piece]:
        yield Text("In time")
        clock.sleep(request.deadline_s)
        raise ProviderUnavailable("no complete reply in time")

    replies, _ = inline(proctor, script)
    with proctor.store:
        replies.ask("p1", 1, "Which one?")

        assert [(c.text, c.status) for c in closes(proctor)] == [("In time", "stopped")]


def test_a_reply_that_takes_longer_than_a_reply_may_can_be_asked_for_again(tmp_path: Path) -> None:
    clock = make_clock()
    proctor = assisted(tmp_path, clock, reply_limit_s=10)

    def slow(request: Request) -> Iterator[Piece]:
        assert request.deadline_s == 10
        yield Text("Let me")
        clock.sleep(11)
        yield Text(" think")
        raise AssertionError("nobody closed the stream")

    replies, _ = inline(proctor, slow, says("Here."))
    with proctor.store:
        replies.ask("p1", 1, "Which one?")
        replies.ask_again("p1", 1)

        assert [c.status for c in closes(proctor)] == ["interrupted", "complete"]


def test_nobody_may_ask_when_the_time_is_over(proctor: Proctor) -> None:
    replies, provider = inline(proctor, says("Here."))
    assert isinstance(proctor.clock, SimulatedClock)
    proctor.clock.sleep(180)

    replies.ask("p1", 1, "Which one?")
    replies.ask_again("p1", 1)
    replies.reset_context("p1", 1)

    assert provider.asked == []
    assert list(proctor.store.rows("messages")) == []


def test_a_message_for_another_question_is_not_sent(proctor: Proctor) -> None:
    replies, provider = inline(proctor, says("Here."))

    for n in (0, 2, 99):
        replies.ask("p1", n, "Which one?")
        replies.stop("p1", n)

    assert provider.asked == []
    with pytest.raises(Reminder, match="empty"):
        replies.ask("p1", 1, "  ")


# -- other threads and processes --------------------------------------------------------------------


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


def test_a_stop_takes_effect_at_once_and_keeps_what_was_shown(proctor: Proctor, gate: Gate) -> None:
    replies = Replies(proctor, FakeProvider(halts(gate, "The answer", " is")))
    replies.ask("p1", 1, "Which one?")
    until(lambda: chat_of(proctor).lines[-1].text == "The answer is")
    shown = chat_of(proctor)
    with pytest.raises(Reminder, match="still writing"):
        replies.ask("p1", 1, "And?")

    replies.stop("p1", 1)

    # The service still holds the line and has said nothing more.
    assert (shown.is_writing, shown.lines[-1].status) == (True, "running")
    line = chat_of(proctor).lines[-1]
    assert (line.status, line.text) == ("stopped", "The answer is")
    gate.open()
    assert gate.is_closed.wait(WAIT_S), "the connection was not let go of"
    replies.close()
    (closed,) = closes(proctor)
    assert (closed.text, closed.tokens_out, closed.finish_reason) == ("The answer is", None, "")
    assert closed.first_text_s is not None


def test_a_stop_before_the_first_word_is_kept_as_such_and_one_can_ask_on(
    proctor: Proctor, gate: Gate
) -> None:
    replies = Replies(proctor, FakeProvider(halts(gate), says("Here.")))
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)

    replies.stop("p1", 1)
    replies.stop("p1", 1)
    replies.ask("p1", 1, "And now?")

    until(lambda: chat_of(proctor).lines[-1].status == "complete")
    assert [(c.text, c.status, c.first_text_s) for c in closes(proctor)][:1] == [("", "stopped", None)]
    assert len(closes(proctor)) == 2
    gate.open()
    replies.close()


def test_another_process_shows_a_running_reply_and_may_stop_it(proctor: Proctor, gate: Gate) -> None:
    replies = Replies(proctor, FakeProvider(halts(gate, "The answer is")))
    replies.ask("p1", 1, "Which one?")
    (job,) = replies._writers._jobs.values()
    other = Proctor(Store.open(proctor.store.path), proctor.clock)
    elsewhere = Replies(other, FakeProvider(says("never asked")))
    until(lambda: chat_of(other).lines[-1].text == "The answer is")

    elsewhere.stop("p1", 1)

    assert [(c.text, c.status) for c in closes(proctor)] == [("The answer is", "stopped")]
    assert job.stop.wait(WAIT_S), "the writing process did not hear of it"
    gate.open()
    assert gate.is_closed.wait(WAIT_S)
    replies.close()
    elsewhere.close()
    other.store.close()
    assert len(closes(proctor)) == 1


def test_a_service_that_hangs_past_its_deadline_holds_nobody_up(tmp_path: Path, gate: Gate) -> None:
    clock = make_clock()
    proctor = assisted(tmp_path, clock, reply_limit_s=10)
    replies = Replies(proctor, FakeProvider(halts(gate), says("Here.")))
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)

    clock.sleep(10 + GRACE_S)
    until(lambda: not chat_of(proctor).is_writing)
    replies.ask_again("p1", 1)
    until(lambda: chat_of(proctor).lines[-1].status == "complete")

    assert [(c.text, c.status, c.error) for c in closes(proctor)] == [
        ("", "failed", "no complete reply in time"),
        ("Here.", "complete", ""),
    ]
    gate.open()
    assert gate.is_closed.wait(WAIT_S)
    replies.close()
    assert len(closes(proctor)) == 2, "a writer that comes back late closes nothing"
    proctor.store.close()


def test_one_reply_that_cannot_be_closed_does_not_hold_up_the_others(tmp_path: Path, gate: Gate) -> None:
    proctor = assisted(tmp_path, make_clock())
    replies = Replies(proctor, FakeProvider(halts(gate, "Half a rep")))
    with proctor.store.write() as record:
        record.replies.begin("nobody.1", "nobody", 99, "gone", proctor.clock.now())
    replies.ask("p1", 1, "Which one?")
    until(lambda: chat_of(proctor).lines[-1].text == "Half a rep")
    replies._writers._jobs.clear()
    until(lambda: replies._writers._flusher is None)
    assert isinstance(proctor.clock, SimulatedClock)
    proctor.clock.sleep(LEASE_S + 1)

    replies.sweep()

    assert [c.status for c in closes(proctor)] == ["interrupted"]
    gate.open()
    replies.close()
    proctor.store.close()


def test_a_lapsed_lease_is_closed_by_whoever_finds_it_and_the_text_stays(tmp_path: Path, gate: Gate) -> None:
    proctor = assisted(tmp_path, make_clock())
    assert isinstance(proctor.clock, SimulatedClock)
    replies = Replies(proctor, FakeProvider(halts(gate, "Half a rep")))
    replies.ask("p1", 1, "Which one?")
    until(lambda: chat_of(proctor).lines[-1].text == "Half a rep")
    finder = Replies(Proctor(Store.open(proctor.store.path), proctor.clock), FakeProvider(says("Here.")))
    finder.sweep()
    before = closes(proctor)

    # As if the writing process had died: its flusher renews nothing any more.
    jobs = dict(replies._writers._jobs)
    replies._writers._jobs.clear()
    until(lambda: replies._writers._flusher is None)
    proctor.clock.sleep(LEASE_S + 1)
    finder.sweep()
    finder.sweep()

    assert before == []
    assert [(c.text, c.status) for c in closes(proctor)] == [("Half a rep", "interrupted")]
    for job in jobs.values():
        job.stop.set()
    gate.open()
    replies.close()
    assert len(closes(proctor)) == 1, "a writer that comes back late closes nothing twice"
    finder.close()
    proctor.store.close()


def test_a_reply_without_a_word_is_failed_when_its_process_dies(proctor: Proctor, gate: Gate) -> None:
    replies = Replies(proctor, FakeProvider(halts(gate)))
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)
    replies._writers._jobs.clear()
    until(lambda: replies._writers._flusher is None)
    assert isinstance(proctor.clock, SimulatedClock)
    proctor.clock.sleep(LEASE_S + 1)

    replies.sweep()

    assert [(c.text, c.status) for c in closes(proctor)] == [("", "failed")]
    gate.open()
    replies.close()


def test_closing_the_server_keeps_what_was_written_and_waits_for_no_service(
    proctor: Proctor, gate: Gate
) -> None:
    replies = Replies(proctor, FakeProvider(halts(gate, "Half a rep")))
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)

    replies.close()

    (closed,) = closes(proctor)
    assert (closed.text, closed.status, closed.error) == ("Half a rep", "interrupted", "the server stopped")


def test_a_reply_that_outlives_its_question_is_stopped(tmp_path: Path, gate: Gate) -> None:
    clock = make_clock()
    proctor = assisted(tmp_path, clock, reply_limit_s=1000)
    replies = Replies(proctor, FakeProvider(halts(gate, "Half a rep")))
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)
    clock.sleep(5)

    proctor.submit("p1", 1, 0, 0.6)

    until(lambda: closes(proctor))
    assert [(c.text, c.status) for c in closes(proctor)] == [("Half a rep", "stopped")]
    (row,) = proctor.store.rows("answers")
    assert (row["status"], row["n_replies"]) == ("answered", 1)
    gate.open()
    replies.close()
    proctor.store.close()
