"""How long a rehearsal takes: the promise is 200 people and 40 questions in under a minute on 2 cores."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random

from oversight_app.clock import SystemClock
from oversight_app.export import export_study
from oversight_app.rehearsal import rehearse
from oversight_app.store import Store
from oversight_app.study.questions import Question
from tests.bench import Figure
from tests.builders import make_design, make_plan, make_questions, make_store

PARTICIPANTS = 200
PROMISED_S = 60.0
TASKS = {
    "mmlu": {"questions_per_condition": 10},
    "quality": {"questions_per_condition": 10, "rotate_over": 3},
}


def with_long_passage(question: Question) -> Question:
    """The same question about a passage as long as QuALITY's, whose sentences differ in their words."""
    if question.passage is None:
        return question
    dice = Random(question.passage_id)
    lines = [
        " ".join(f"word{dice.randrange(2000)}" for _ in range(14)).capitalize() + "." for _ in range(350)
    ]
    return replace(question, passage=replace(question.passage, text="\n\n".join(lines)))


def run() -> list[Figure]:
    """A rehearsal of 40 questions, half of them on passages of 5,000 words, and its export."""
    questions = [with_long_passage(question) for question in make_questions(n_mmlu=60, n_passages=30)]
    plan = make_plan(make_design(tasks=TASKS), questions)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_store(folder, plan, questions).close()
        started = time.perf_counter()
        made = rehearse(folder, PARTICIPANTS, 1)
        rehearse_s = time.perf_counter() - started
        with Store.open(made.folder / "study.db") as store:
            started = time.perf_counter()
            n_answers = export_study(store, at=SystemClock().now()).n_answers
            export_s = time.perf_counter() - started
    note = f"{PARTICIPANTS} people, 40 questions and 4 of practice"
    return [
        Figure("rehearsing a study", rehearse_s, "s", f"{note}, promised under {PROMISED_S:.0f} s"),
        Figure("exporting it", export_s, "s", f"{n_answers:,} answers"),
    ]
