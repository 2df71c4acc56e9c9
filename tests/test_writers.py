"""Replies in turn, and what becomes of those that do not come."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oversight_app.errors import ProviderConfigError, ProviderError, ProviderUnavailable
from oversight_app.proctor import Proctor
from oversight_app.providers.base import Piece, Request, Text
from oversight_app.replies import Replies
from oversight_app.study.page import ChatLine, QuestionPage
from oversight_app.study.trouble import Trouble
from tests.builders import make_clock
from tests.test_purse import asked_of, capped, closes
from tests.test_replies import WAIT_S, FakeProvider, Gate, fails, halts, says, until


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


def until_waiting(replies: Replies, n: int) -> None:
    until(lambda: replies._writers._line.n_waiting == n)


def last_line(proctor: Proctor, participant_id: str = "p1") -> ChatLine:
    page = proctor.page(participant_id)
    assert isinstance(page, QuestionPage)
    assert page.chat is not None
    return page.chat.lines[-1]


# -- in turn -----------------------------------------------------------------------------------------


def test_more_replies_than_may_be_written_at_once_wait_in_the_order_in_which_they_were_asked_for(
    tmp_path: Path, gate: Gate
) -> None:
    clock = make_clock()
    proctor = capped(tmp_path, clock, people=4, max_parallel=1)
    provider = FakeProvider(halts(gate, "The first."), says("In turn."))
    replies = Replies(proctor, provider)
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)
    for n in (2, 3, 4):
        replies.ask(f"p{n}", 1, f"Which one, asks p{n}?")
        until_waiting(replies, n - 1)
    waiting = [last_line(proctor, f"p{n}") for n in (2, 3, 4)]

    clock.sleep(7)
    gate.open()
    until(lambda: all(closes(proctor, f"p{n}") for n in (1, 2, 3, 4)))

    assert [(line.status, line.text) for line in waiting] == [("running", "")] * 3
    assert [request.turns[0].text for request in provider.asked[1:]] == [
        f"Which one, asks p{n}?" for n in (2, 3, 4)
    ]
    assert [closes(proctor, f"p{n}")[0].status for n in (1, 2, 3, 4)] == ["complete"] * 4
    assert [closes(proctor, f"p{n}")[0].queued_s for n in (1, 2, 3, 4)] == [0, 7, 7, 7]
    assert {request.deadline_s for request in provider.asked[1:]} == {60 - 7}
    replies.close()
    proctor.store.close()


def test_who_is_stopped_or_out_of_time_leaves_the_line_and_costs_nothing(tmp_path: Path, gate: Gate) -> None:
    clock = make_clock()
    proctor = capped(tmp_path, clock, people=3, max_parallel=1, reply_limit_s=10)
    provider = FakeProvider(halts(gate, "The first."), says("never asked"))
    replies = Replies(proctor, provider)
    replies.ask("p1", 1, "Which one?")
    assert gate.is_reached.wait(WAIT_S)
    replies.ask("p2", 1, "Which one?")
    until_waiting(replies, 1)
    replies.ask("p3", 1, "Which one?")
    until_waiting(replies, 2)

    replies.stop("p2", 1)
    until_waiting(replies, 1)
    clock.sleep(10)
    until(lambda: closes(proctor, "p3"))

    assert replies._writers._line.n_waiting == 0
    assert [(c.status, c.trouble) for c in closes(proctor, "p2")] == [("stopped", "busy")]
    (late,) = closes(proctor, "p3")
    assert (late.status, late.trouble, late.queued_s) == ("failed", "busy", None)
    assert "assistant.max_parallel" in late.error
    assert len(provider.asked) == 1
    assert proctor.store.spent("p2").reserved_usd == proctor.store.spent("p3").reserved_usd == 0
    gate.open()
    replies.close()
    proctor.store.close()


# -- no reply ----------------------------------------------------------------------------------------


def named(error: ProviderError, trouble: Trouble) -> ProviderError:
    error.trouble = trouble
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (ProviderConfigError("OPENAI_API_KEY is not set"), "unavailable"),
        (ProviderUnavailable("could not be reached", may_retry=False), "unreachable"),
        (named(ProviderUnavailable("429", may_retry=False), Trouble.BUSY), "busy"),
        (named(ProviderUnavailable("did not finish", may_retry=False), Trouble.LATE), "late"),
        (named(ProviderConfigError("maximum context"), Trouble.TOO_LONG), "too_long"),
        (KeyError("a defect"), ""),
    ],
)
def test_the_participant_reads_one_of_few_things_and_the_researcher_what_happened(
    tmp_path: Path, error: Exception, trouble: str
) -> None:
    with (proctor := capped(tmp_path)).store:
        replies, _ = asked_of(proctor, fails(error))

        replies.ask("p1", 1, "Which one?")

        assert (last_line(proctor).status, last_line(proctor).trouble) == ("failed", trouble)
        row = list(proctor.store.rows("messages"))[-1]
        said = str(error) if isinstance(error, ProviderError) else "KeyError in the provider"
        assert (row["trouble"], row["error"]) == (trouble or None, said)
        (call,) = proctor.store.rows("model_calls")
        assert (call["trouble"], call["error"]) == (trouble or None, said)


@pytest.mark.parametrize(
    ("finish_reason", "trouble"),
    [("refusal", "refused"), ("length", "nothing_said"), ("model_context_window_exceeded", "too_long")],
)
def test_a_reply_without_words_has_its_own_words_for_the_participant(
    tmp_path: Path, finish_reason: str, trouble: str
) -> None:
    with (proctor := capped(tmp_path)).store:
        replies, _ = asked_of(proctor, says(finish_reason=finish_reason))

        replies.ask("p1", 1, "Which one?")

        assert last_line(proctor).trouble == trouble


def test_a_reply_that_broke_off_or_took_too_long_says_which(tmp_path: Path) -> None:
    clock = make_clock()
    with (proctor := capped(tmp_path, clock, reply_limit_s=10)).store:

        def late(request: Request) -> Iterator[Piece]:
            yield Text("Let me")
            clock.sleep(11)
            yield Text(" think")

        replies, _ = asked_of(proctor, says("The ans", finish_reason=""), late)
        replies.ask("p1", 1, "Which one?")
        replies.ask("p1", 1, "And now?")

        assert [(c.status, c.trouble, c.error) for c in closes(proctor)] == [
            ("interrupted", "unreachable", "the reply broke off without saying why"),
            ("interrupted", "late", "no complete reply in time"),
        ]


def test_a_whole_reply_has_no_trouble(tmp_path: Path) -> None:
    with (proctor := capped(tmp_path)).store:
        replies, _ = asked_of(proctor, says("Because."))

        replies.ask("p1", 1, "Which one?")

        assert (closes(proctor)[0].trouble, closes(proctor)[0].error) == ("", "")
        assert closes(proctor)[0].queued_s == 0
