"""The command `oversight model-alone` as a process of its own over a study with many questions, beside a service."""

import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oversight_app.clock import SystemClock
from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from tests.builders import make_design, make_plan, make_questions, make_store
from tests.providers.misbehaving import DONE, USAGE, Behaviour, Server, event, head, says

ROOT = Path(__file__).resolve().parents[2]
LETTER = says(head(), event("B"), event(finish="stop"), USAGE, DONE)
_QUESTION = re.compile(r"What does (\S+) ask\?")


def make_folder(folder: Path, n: int) -> Path:
    """A planned study of so many questions, an even number."""
    folder.mkdir(parents=True)
    questions = make_questions(n_mmlu=n, n_passages=0)
    design = make_design(tasks={"mmlu": {"questions_per_condition": n // 2}})
    make_store(folder, make_plan(design, questions, prompts=load_prompts()), questions).close()
    return folder


def begin(study: Path, url: str, *options: str) -> subprocess.Popen[str]:
    """Start the command. Not by a shell in the background, where Ctrl-C would be ignored."""
    command = [sys.executable, "-m", "oversight_app.cli", "model-alone", str(study)]
    command += ["--model", f"compatible:m@{url}", *options]
    environment = {**os.environ, "OVERSIGHT_COMPATIBLE_API_KEY": "none"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code, and everything that was said."""
    out, err = process.communicate(timeout=100)
    return process.returncode, out + err


def run(study: Path, url: str, *options: str) -> tuple[int, str]:
    """The command from its beginning to its end."""
    return ended(begin(study, url, *options))


def wait_until(holds: Callable[[], bool]) -> None:
    """Come back when it holds."""
    clock = SystemClock()
    ends_at = clock.monotonic() + 90
    while not holds():
        assert clock.monotonic() < ends_at, "it never came to that"
        clock.sleep(0.01)


def asked(bodies: list[dict[str, Any]]) -> Counter[str]:
    """How often each question was asked."""
    found = (_QUESTION.search(body["messages"][-1]["content"]) for body in bodies)
    return Counter(match[1] for match in found if match)


def answered(study: Path) -> set[str]:
    """The questions that are closed on record."""
    with Store.open(study / "study.db") as store:
        return {str(row["question_id"]) for row in store.rows("trials") if row["status"]}


def after(n: int, first: Behaviour, then: Behaviour) -> Behaviour:
    """The first `n` requests are answered in one way, all others in another."""
    count, lock = 0, threading.Lock()

    def behave(server: Server, connection: Any) -> None:
        nonlocal count
        with lock:
            count += 1
            behaviour = first if count <= n else then
        behaviour(server, connection)

    return behave


def slowly(seconds: float, behaviour: Behaviour) -> Behaviour:
    """The same, after a while."""

    def behave(server: Server, connection: Any) -> None:
        server.ending.wait(seconds)
        behaviour(server, connection)

    return behave
