"""A hundred chats streaming at once through one process: how late a word is in the record, and on the page.

A service on loopback sends 30 words a second to each, with the time of sending in each word. The record is read beside
the server, ten times a second; pages poll as a browser's do. What was on its way when a word was found is its delay, so
the figures include the looking.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import uvloop

from oversight_app.study.sitting import Stage
from tests.bench import Figure
from tests.bench.processes import Watch, cost, percentile, quiet_port
from tests.bench.sessions import Session, Traffic
from tests.bench.studies import built_in_questions, last_words, served
from tests.bench.tokens import Looked, token_service, words_in
from tests.browser.served import Served
from tests.browser.studies import Study

_CHATS = 100
_PER_S = 30.0
_SECONDS = 20
_LOOK_EVERY_S = 0.1
_PATIENCE_S = 90


def run() -> list[Figure]:
    """The delays, and what it cost; raises AssertionError where a reply was not kept whole."""
    n_tokens = round(_PER_S * _SECONDS)
    with (
        tempfile.TemporaryDirectory() as room,
        token_service(quiet_port(), n_tokens=n_tokens, per_s=_PER_S) as address,
    ):
        study = built_in_questions(
            Path(room) / "study",
            _CHATS,
            per_condition=1,
            limit_s=600,
            assistant={
                "model": f"compatible:tokens@{address}",
                "max_tokens": 2 * n_tokens,
                "max_parallel": _CHATS,
            },
        )
        for who in range(_CHATS):
            study.seat(who, to=Stage.TRIAL)
        with served(study) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_Streams(study, server, n_tokens).go())


class _Streams:
    """All chats of one run."""

    def __init__(self, study: Study, server: Served, n_tokens: int) -> None:
        self._study = study
        self._server = server
        self._n_tokens = n_tokens
        self._traffic = Traffic()
        self._tabs = [Session(server.url, self._traffic) for _ in study.tokens]
        self._in_record: dict[str, Looked] = defaultdict(Looked)
        self._on_page: dict[str, Looked] = defaultdict(Looked)

    async def go(self) -> list[Figure]:
        """Open all pages, ask in all of them, and look until every reply has ended."""
        assert self._server.process is not None
        pid = self._server.process.pid
        await asyncio.gather(
            *(tab.enter(token) for tab, token in zip(self._tabs, self._study.tokens, strict=True))
        )
        before = cost(pid)
        watch = Watch([pid])
        # Looked at from the first question on: those who were answered first are read before the last has asked.
        asking = asyncio.gather(*(tab.say("chat_input_1", "Go on.") for tab in self._tabs))
        ends_at = time.perf_counter() + _PATIENCE_S
        while self._is_writing(asking) and time.perf_counter() < ends_at:
            self._look()
            await asyncio.sleep(_LOOK_EVERY_S)
        await asking
        span = watch.so_far()
        await asyncio.gather(*(tab.leave() for tab in self._tabs))
        self._check()
        note = f"{_CHATS} chats at {_PER_S:g} words/s for {_SECONDS} s; others used {span.others_cores:.2f} cores"
        return [
            *_delays("sent until in the record", self._in_record, note),
            *_delays("sent until on the page", self._on_page, note),
            Figure("server's processor", span.server_cpu_s / span.wall_s, "cores", note),
            Figure("memory", cost(pid).peak_mib, "MiB", f"{before.rss_mib:.0f} MiB before"),
        ]

    def _is_writing(self, asking: "asyncio.Future[list[None]]") -> bool:
        return not asking.done() or any("stop_1" in tab.page.keys for tab in self._tabs)

    def _look(self) -> None:
        with sqlite3.connect(f"file:{self._study.folder}/study.db?mode=ro", uri=True) as record:
            texts = record.execute("SELECT reply_id, text FROM replies").fetchall()
        now = time.time()
        for reply_id, text in texts:
            self._in_record[reply_id].look([text], now)
        for token, tab in zip(self._study.tokens, self._tabs, strict=True):
            self._on_page[token].look(tab.page.html, now)

    def _check(self) -> None:
        with sqlite3.connect(f"file:{self._study.folder}/study.db?mode=ro", uri=True) as record:
            kept = record.execute("SELECT text, status FROM messages WHERE speaker = 'assistant'").fetchall()
        n_whole = sum(status == "complete" and len(words_in(text)) == self._n_tokens for text, status in kept)
        if n_whole != _CHATS:
            raise AssertionError(f"{n_whole} of {_CHATS} replies are whole\n{last_words(self._server)}")


def _delays(name: str, looked: dict[str, Looked], note: str) -> list[Figure]:
    delays = [delay for place in looked.values() for delay in place.delays.values()]
    return [
        Figure(f"{name}, p50", percentile(delays, 0.5), "s", note),
        Figure(f"{name}, p95", percentile(delays, 0.95), "s", f"{len(delays)} words"),
    ]
