"""Speakers who do not hear one another are written at the same time: started, stopped, lost, asked again together."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oversight_app.clock import SimulatedClock
from oversight_app.proctor import Proctor
from oversight_app.prompts import load_prompts
from oversight_app.providers.base import Piece, Reply, Request, Text
from oversight_app.replies import Replies
from oversight_app.store import Store
from oversight_app.study.events import ReplyBegun
from oversight_app.writers import GRACE_S, LEASE_S
from tests.builders import make_clock
from tests.test_replies import WAIT_S, assisted, chat_of, closes, until

DEBATE = {"protocol": "debate", "rounds": 2, "judge_asks": False}
CONTEXTS = {"protocol": "cross_examination", "n_contexts": 3}


class Stage:
    """A model whose every speech says its first word at once, and the rest when the test lets that speaker end.

    It remembers how many spoke at the same time.
    """

    name = "fake"

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.most = self._now = 0
        self._may_end = threading.Semaphore(0)
        self._lock = threading.Lock()

    def let_end(self, n: int = 1) -> None:
        for _ in range(n):
            self._may_end.release()

    def reply(self, request: Request) -> Iterator[Piece]:
        with self._lock:
            self.asked.append(request)
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            yield Text("Well")
            assert self._may_end.acquire(timeout=WAIT_S)
            yield Text(", the answer is A.")
            yield Reply("", "stop")
        finally:
            with self._lock:
                self._now -= 1


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.let_end(100)


def debated(folder: Path, **assistant: Any) -> Proctor:
    return assisted(folder, make_clock(), prompts=load_prompts(), **assistant)


def speaking(proctor: Proctor, n: int) -> bool:
    """Whether so many are in the midst of it, with their first word said."""
    running = [line for line in chat_of(proctor).lines if line.status == "running"]
    return len(running) == n and all(line.text == "Well" for line in running)


def begun(proctor: Proctor) -> list[ReplyBegun]:
    return [i.event for i in proctor.store.events_of("p1") if isinstance(i.event, ReplyBegun)]


def die(replies: Replies) -> None:
    """As if this process had died: its flusher renews nothing any more."""
    replies._writers._jobs.clear()
    until(lambda: replies._writers._flusher is None)


def test_both_sides_of_a_simultaneous_round_are_written_at_the_same_time(
    tmp_path: Path, stage: Stage
) -> None:
    with (proctor := debated(tmp_path, **DEBATE)).store:
        replies = Replies(proctor, stage)

        replies.go_on("p1", 1)
        until(lambda: speaking(proctor, 2))
        replies.go_on("p1", 1)
        stage.let_end(4)
        until(lambda: len(closes(proctor)) == 4)

        assert stage.most == 2
        assert [line.speaker for line in chat_of(proctor).lines] == ["assistant_1", "assistant_2"] * 2
        assert [event.speaker for event in begun(proctor)] == ["assistant_1", "assistant_2"] * 2
        replies.close()


def test_the_second_round_begins_when_both_have_ended_the_first(tmp_path: Path, stage: Stage) -> None:
    with (proctor := debated(tmp_path, **DEBATE)).store:
        replies = Replies(proctor, stage)
        replies.go_on("p1", 1)
        until(lambda: speaking(proctor, 2))

        stage.let_end()
        until(lambda: len(closes(proctor)) == 1)
        replies.go_on("p1", 1)

        assert len(stage.asked) == len(begun(proctor)) == 2
        stage.let_end()
        until(lambda: len(begun(proctor)) == 4)
        replies.close()


def test_whoever_comes_at_the_same_moment_starts_nobody_twice(tmp_path: Path, stage: Stage) -> None:
    with (proctor := debated(tmp_path, **CONTEXTS)).store:
        replies = Replies(proctor, stage)
        replies.ask("p1", 1, "Which one?")
        comers = [threading.Thread(target=replies.go_on, args=("p1", 1)) for _ in range(4)]

        for comer in comers:
            comer.start()
        for comer in comers:
            comer.join()
        until(lambda: speaking(proctor, 3))
        stage.let_end(3)
        until(lambda: len(closes(proctor)) == 3)

        assert (len(stage.asked), stage.most) == (3, 3)
        assert chat_of(proctor).named == ("A", "A", "A")
        replies.close()


def test_no_more_are_asked_at_once_than_the_design_allows(tmp_path: Path, stage: Stage) -> None:
    with (proctor := debated(tmp_path, max_parallel=2, **CONTEXTS)).store:
        replies = Replies(proctor, stage)

        replies.ask("p1", 1, "Which one?")
        until(lambda: len(stage.asked) == 2)
        stage.let_end(3)
        until(lambda: len(closes(proctor)) == 3)

        assert stage.most == 2
        assert [closed.status for closed in closes(proctor)] == ["complete"] * 3
        replies.close()


def test_a_stop_stops_everybody_who_speaks(tmp_path: Path, stage: Stage) -> None:
    with (proctor := debated(tmp_path, **CONTEXTS)).store:
        replies = Replies(proctor, stage)
        replies.ask("p1", 1, "Which one?")
        until(lambda: speaking(proctor, 3))

        replies.stop("p1", 1)

        assert [(closed.text, closed.status) for closed in closes(proctor)] == [("Well", "stopped")] * 3
        chat = chat_of(proctor)
        assert (chat.is_writing, chat.is_due, chat.may_write) == (False, False, True)
        stage.let_end(3)
        replies.close()
        assert len(closes(proctor)) == 3


def test_when_a_process_dies_all_its_speakers_break_off_and_are_asked_again_with_one_click(
    tmp_path: Path, stage: Stage
) -> None:
    with (proctor := debated(tmp_path, **DEBATE)).store:
        assert isinstance(proctor.clock, SimulatedClock)
        replies = Replies(proctor, stage)
        replies.go_on("p1", 1)
        until(lambda: speaking(proctor, 2))
        die(replies)
        proctor.clock.sleep(LEASE_S + 1)
        other = Proctor(Store.open(proctor.store.path), proctor.clock)
        finder = Replies(other, stage)

        finder.sweep()
        finder.go_on("p1", 1)
        broken = chat_of(proctor)
        finder.ask_again("p1", 1)
        until(lambda: len(stage.asked) == 4)

        assert [line.status for line in broken.lines] == ["interrupted"] * 2
        assert len(broken.broken) == 2
        assert [line.speaker for line in chat_of(proctor).lines] == [
            *("assistant_1", "assistant_1", "assistant_2", "assistant_2")
        ]
        stage.let_end(6)
        until(lambda: len(closes(proctor)) == 6)
        assert [line.status for line in chat_of(proctor).lines if line.status != "interrupted"] == [
            "complete"
        ] * 4
        finder.close()
        replies.close()
        other.store.close()


def test_one_that_hangs_past_its_deadline_is_closed_and_the_others_words_stay(
    tmp_path: Path, stage: Stage
) -> None:
    with (proctor := debated(tmp_path, reply_limit_s=10, **CONTEXTS)).store:
        assert isinstance(proctor.clock, SimulatedClock)
        replies = Replies(proctor, stage)
        replies.ask("p1", 1, "Which one?")
        until(lambda: speaking(proctor, 3))
        stage.let_end(2)
        until(lambda: len(closes(proctor)) == 2)

        proctor.clock.sleep(10 + GRACE_S)
        until(lambda: not chat_of(proctor).is_writing)

        chat = chat_of(proctor)
        assert sorted(line.status for line in chat.lines) == ["complete", "complete", "interrupted", "sent"]
        assert (chat.named, len(chat.broken)) == ((), 1)
        replies.close()


def test_a_participant_who_answers_meanwhile_ends_every_reply_with_its_text_kept(
    tmp_path: Path, stage: Stage
) -> None:
    with (proctor := debated(tmp_path, **DEBATE)).store:
        replies = Replies(proctor, stage)
        replies.go_on("p1", 1)
        until(lambda: speaking(proctor, 2))
        proctor.clock.sleep(5)

        proctor.submit("p1", 1, 0, 0.6)
        until(lambda: len(closes(proctor)) == 2)

        assert [(closed.text, closed.status) for closed in closes(proctor)] == [("Well", "stopped")] * 2
        assert len(begun(proctor)) == 2
        replies.close()


def test_who_writes_inline_beside_servers_writes_all_at_once_and_waits_for_them(
    tmp_path: Path, stage: Stage
) -> None:
    with (proctor := debated(tmp_path, **DEBATE)).store:
        replies = Replies(proctor, stage, inline=True, is_live=True)
        stage.let_end(2)
        waiting = threading.Thread(target=replies.go_on, args=("p1", 1))

        waiting.start()
        until(lambda: len(stage.asked) == 4)
        assert waiting.is_alive()
        stage.let_end(2)
        waiting.join(WAIT_S)

        assert not waiting.is_alive()
        assert stage.most == 2
        assert [closed.status for closed in closes(proctor)] == ["complete"] * 4
        replies.close()


def test_the_time_of_replies_that_were_written_at_once_is_waited_once(tmp_path: Path, stage: Stage) -> None:
    with (proctor := debated(tmp_path, **CONTEXTS)).store:
        replies = Replies(proctor, stage)
        replies.ask("p1", 1, "Which one?")
        until(lambda: speaking(proctor, 3))
        proctor.clock.sleep(4)
        stage.let_end(3)
        until(lambda: len(closes(proctor)) == 3)
        proctor.submit("p1", 1, 0, 0.6)

        (row,) = proctor.store.rows("answers")
        assert (row["n_replies"], row["assistant_wait_s"]) == (3, 4.0)
        replies.close()
