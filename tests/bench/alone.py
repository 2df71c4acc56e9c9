"""A model alone: how many questions a second, beside a bare loop over the SDK and beside inspect_ai.

All three ask one service on loopback that answers after 20 ms, the same questions over as many connections, each as a
command of its own, in turns: what else the machine does meets them alike. A rate is of the time from the first request
to the last answer, as the service saw it. Then a run is killed half-way, and the same command goes on.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

from oversight_app.prompts import load_prompts
from oversight_app.store import Store
from oversight_app.study.questions import Question, Role
from tests.bench import Figure, bare_loop, inspect_ai_tool
from tests.bench.letters import LetterService, letter_service
from tests.bench.processes import cost, quiet_port
from tests.builders import make_design, make_plan, make_question, make_store

QUESTIONS = 2_000
MANY = 16_000
PARALLEL = 16
LATENCY_S = 0.02
ROUNDS = 3
_ROOT = Path(__file__).resolve().parents[2]
_STEM = "Which of the four statements follows from what was said before? " * 6
_LIMIT_S = 1_200


@dataclass(frozen=True)
class Ran:
    """One command: questions a second as the service saw them, and what the whole command took."""

    per_s: float
    wall_s: float
    cpu_ms: float
    """Processor time of a question, start and end of the command included."""
    peak_mib: float


def run() -> list[Figure]:
    """The figures of all three, of a kill, and of many questions."""
    python = inspect_ai_tool.installed()
    with tempfile.TemporaryDirectory() as room, letter_service(quiet_port(), latency_s=LATENCY_S) as service:
        folder = Path(room)
        texts = _texts(folder, QUESTIONS)
        bare: list[Ran] = []
        ours: list[Ran] = []
        theirs: list[Ran] = []
        for n in range(ROUNDS):
            bare.append(_ran(service, bare_loop.command(service.url, texts, PARALLEL), QUESTIONS))
            ours.append(_ran(service, _command(_study(folder / f"study-{n}", QUESTIONS), service), QUESTIONS))
            if python is not None:
                command = inspect_ai_tool.command(python, service.url, texts, PARALLEL)
                theirs.append(_ran(service, command, QUESTIONS))
        many = _ran(service, _command(_study(folder / "many", MANY), service), MANY)
        killed = _killed(service, folder, median(each.wall_s for each in ours))
    figures = _told("bare SDK loop", bare) + _told("model-alone", ours)
    figures.append(Figure("model-alone to the bare loop", *_ratio(ours, bare)))
    if theirs:
        figures += _told(f"inspect_ai {inspect_ai_tool.VERSION}", theirs)
        figures.append(Figure("model-alone to inspect_ai", *_ratio(ours, theirs)))
    note = f"{MANY:,} questions; {median(each.cpu_ms for each in ours):.2f} ms with {QUESTIONS:,}"
    figures += [
        Figure("model-alone, processor time of a question", many.cpu_ms, "ms", note),
        Figure("the same, peak memory", many.peak_mib, "MiB", f"{MANY:,} questions"),
    ]
    return figures + killed


def _told(name: str, ran: Sequence[Ran]) -> list[Figure]:
    rounds = ", ".join(f"{each.per_s:.0f}" for each in ran)
    note = f"median of {len(ran)} rounds: {rounds}; {QUESTIONS:,} questions, {PARALLEL} at once"
    return [
        Figure(f"{name}, questions", median(each.per_s for each in ran), "/s", note),
        Figure(f"{name}, whole command", median(each.wall_s for each in ran), "s", "start and end included"),
        Figure(f"{name}, processor time of a question", median(each.cpu_ms for each in ran), "ms"),
        Figure(f"{name}, peak memory", max(each.peak_mib for each in ran), "MiB"),
    ]


def _ratio(ours: Sequence[Ran], others: Sequence[Ran]) -> tuple[float, str, str]:
    """The median of the rounds' ratios: within a round the machine is the most alike."""
    ratios = [mine.per_s / other.per_s for mine, other in zip(ours, others, strict=True)]
    return median(ratios), "times", "questions a second, by round: " + ", ".join(f"{r:.2f}" for r in ratios)


def _ran(service: LetterService, command: Sequence[str], n: int) -> Ran:
    """Run a command to its good end; raises AssertionError where it asked anything but `n` questions once each."""
    service.forget()
    begun = time.perf_counter()
    peak_mib = 0.0
    with tempfile.TemporaryFile("w+") as errors:
        process = _start(command, errors)
        # Not the peak that the kernel tells of a process that has ended: that begins with the one which started it.
        while True:
            peak_mib = max(peak_mib, cost(process.pid).peak_mib)
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.02)
        wall_s = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            said = errors.read()[-2000:]
            raise AssertionError(f"{command[:4]} ended with {process.returncode}: {said}")
    seen = service.seen()
    if len(seen.numbers) != n or len(set(seen.numbers)) != n:
        raise AssertionError(f"{command[:4]} asked {len(seen.numbers)} times instead of {n}")
    return Ran(n / seen.seconds, wall_s, (used.ru_utime + used.ru_stime) / n * 1000, peak_mib)


def _killed(service: LetterService, folder: Path, usual_s: float) -> list[Figure]:
    """SIGKILL half-way and the same command again: what was on record is not asked again."""
    study = _study(folder / "killed", QUESTIONS)
    service.forget()
    begun = time.perf_counter()
    process = _start(_command(study, service))
    while len(service.seen().numbers) < QUESTIONS / 2:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    first_s = time.perf_counter() - begun
    kept = _answered(study)
    n_before = len(service.seen().numbers)
    service.forget()
    begun = time.perf_counter()
    again = _start(_command(study, service))
    _, said = again.communicate(timeout=_LIMIT_S)
    second_s = time.perf_counter() - begun
    if again.returncode or len(_answered(study)) != QUESTIONS:
        raise AssertionError(f"the resumed run ended with {again.returncode}: {said[-2000:]}")
    numbers = service.seen().numbers
    repeated = len(set(numbers) & kept)
    if repeated:
        raise AssertionError(f"{repeated} answered questions were asked again")
    note = f"{len(kept):,} on record at the kill, {len(numbers):,} asked after it"
    twice = n_before + len(numbers) - QUESTIONS
    return [
        Figure("finished answers asked again after SIGKILL", repeated, "answers", note),
        Figure("calls made twice because of it", twice, "calls", "on their way, or not yet written"),
        Figure("time that it cost", first_s + second_s - usual_s, "s", "both commands less a whole one"),
    ]


def _answered(study: Path) -> set[int]:
    """The numbers of the questions that are closed on record."""
    with Store.open(study / "study.db") as store:
        rows = [row for row in store.rows("trials") if row["status"]]
    return {int(str(row["question_id"]).rpartition(":")[2]) for row in rows}


def _start(command: Sequence[str], errors: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=_ROOT,
        env={**os.environ, "OVERSIGHT_COMPATIBLE_API_KEY": "none"},
        stdout=subprocess.DEVNULL,
        stderr=errors,
        text=True,
    )


def _command(study: Path, service: LetterService) -> list[str]:
    command = [sys.executable, "-m", "oversight_app.cli", "model-alone", str(study)]
    return [*command, "--model", f"compatible:m@{service.url}", "--parallel", str(PARALLEL)]


def _questions(n: int) -> list[Question]:
    return [
        make_question(f"bench/anatomy:{i}", text=f"{_STEM}({i})", options=("one", "two", "three", "four"))
        for i in range(n)
    ]


def _study(folder: Path, n: int) -> Path:
    """A planned study of so many questions."""
    folder.mkdir()
    practice = [make_question(f"practice/mmlu:{i}", role=Role.PRACTICE) for i in range(4)]
    questions = [*_questions(n), *practice]
    design = make_design(tasks={"mmlu": {"questions_per_condition": n // 2}})
    plan = make_plan(design, questions, prompts=load_prompts())
    make_store(folder, plan, questions, synchronous="FULL").close()
    return folder


def _texts(folder: Path, n: int) -> Path:
    """The same questions for the others, a line each."""
    path = folder / "questions.jsonl"
    lines = []
    for question in _questions(n):
        options = "\n".join(
            f"({letter}) {text}" for letter, text in zip("ABCD", question.options, strict=True)
        )
        prompt = f"Question:\n\n{question.text}\n\nOptions:\n\n{options}\n\nReply with one letter."
        lines.append(json.dumps({"text": question.text, "options": question.options, "prompt": prompt}))
    path.write_text("\n".join(lines))
    return path
