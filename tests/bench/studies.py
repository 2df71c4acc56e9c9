"""The studies that the benchmarks serve: planned by the tool, with as many links as there are people."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from oversight_app import invitations
from oversight_app.clock import SystemClock
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.sitting import Sitting
from oversight_app.study_folder import StudyFolder
from tests.bench.processes import quiet_port
from tests.browser.served import Served, answers
from tests.browser.studies import Study, make_study
from tests.builders import make_question

N_QUESTIONS = 10
_STEM = "Which of the four statements follows from the passage? " * 12
"""As long as the question that oTree is given in the same comparison."""


def ten_questions(folder: Path, people: int) -> Study:
    """Ten four-option questions of one length and an answer to each: what a page costs, and nothing else."""
    questions = [make_question(f"bench/question:{n}", text=f"{_STEM}({n})") for n in range(N_QUESTIONS)]
    return make_study(
        folder,
        task="mmlu",
        per_condition=N_QUESTIONS // 2,
        limit_s=120,
        questions=questions,
        people=people,
        answer={"confidence": "none", "feedback": "none"},
    )


def built_in_questions(folder: Path, people: int, *, per_condition: int, **changes: Any) -> Study:
    """Questions of the built-in bank, first with the scripted assistant; confidence in five points."""
    return make_study(folder, task="mmlu", per_condition=per_condition, people=people, **changes)


def with_new_links(study: Study, people: int) -> Study:
    """The study for so many others."""
    with StudyFolder.open(study.folder).open_store() as store:
        tokens = tuple(invitations.invite(store, people, clock=SystemClock()))
        behind = store.invitations()
    return replace(study, tokens=tokens, participants=tuple(behind[token] for token in tokens))


def sittings(study: Study) -> dict[str, Sitting]:
    """What the record says of everybody, by participant; read beside the server, or without one."""
    with Store.open(study.folder / "study.db") as store:
        proctor = Proctor(store, SystemClock())
        return {participant_id: proctor.sitting(participant_id) for participant_id in study.participants}


@contextmanager
def served(study: Study) -> Iterator[Served]:
    """A server of its own over the study, ended with the block."""
    server = Served(study.folder, port=quiet_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def timed_start(server: Served) -> float:
    """Start a server; the seconds until it answered its first request."""
    started = time.perf_counter()
    starting = threading.Thread(target=server.start)
    starting.start()
    while starting.is_alive() and not answers(f"{server.url}/health"):
        time.sleep(0.005)
    seconds = time.perf_counter() - started
    starting.join()
    return seconds


def last_words(server: Served) -> str:
    """The end of the server's log, for a message about what went wrong."""
    return (server.folder / "server.log").read_text(encoding="utf-8", errors="replace")[-2000:]
