"""Small builders: a question, a bank, a design, a frozen plan, a study's store and a proctor over it.

Everything has a default, so that a test names only what it is about. Two MMLU subjects, passages of three questions,
practice items, and the scripted assistant are there; `START` is when every simulated clock begins.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oversight_app.clock import Clock, SimulatedClock
from oversight_app.proctor import Proctor
from oversight_app.store import Store
from oversight_app.study.design import ENDINGS, Design
from oversight_app.study.forms import draw_forms, draw_practice
from oversight_app.study.materials import Materials
from oversight_app.study.plan import ComprehensionQuestion, Plan
from oversight_app.study.questions import Passage, Question, Role
from oversight_app.study.selection import COLUMNS, Selection, TaskSelection
from oversight_app.study.survey import HELP_KEYS, NO, YES

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
STUDY_ID = "study-for-tests"
TEXTS = {
    "consent": "# Consent\n\n{logged}",
    "instructions": "# Instructions\n\n{told_reliability}",
    "instructions_human_with_model": "# The assistant",
    "debrief": "# Debrief",
}
PROMPTS = {
    "chat": "Help with a question.\n\n{passage}\n\n{question}\n\n{options}",
    "chat_assigned": "Argue for {stance}: {stance_text}.\n\n{passage}\n\n{question}\n\n{options}",
    "zero_shot": "{passage}\n\n{question}\n\n{options}\n\nAnswer with one letter.",
}
COMPREHENSION = (
    ComprehensionQuestion(
        text="May you look things up?", options=("Yes", "No"), correct=1, explanation="No."
    ),
)
WORDS = {
    f"logged.{kind}": f"{kind} is noted"
    for kind in ("focus", "clipboard", "scroll", "search", "choices", "typing")
}


def make_materials(**changes: Any) -> Materials:
    """What participants read besides the questions."""
    values: dict[str, Any] = {
        "texts": TEXTS,
        "prompts": PROMPTS,
        "words": WORDS,
        "comprehension": COMPREHENSION,
    }
    return Materials(**(values | changes))


def make_clock(start: datetime = START) -> SimulatedClock:
    """A clock that stands at `start`."""
    return SimulatedClock(start)


def make_question(question_id: str = "test/anatomy:1", **changes: Any) -> Question:
    """A question with the key on B, whose texts all name its id."""
    values: dict[str, Any] = {
        "question_id": question_id,
        "task": "mmlu",
        "bank": "tests",
        "split": "test",
        "subject": "anatomy",
        "text": f"What does {question_id} ask?",
        "options": tuple(f"{word} of {question_id}" for word in ("first", "second", "third", "fourth")),
        "correct": 1,
        "explanation": f"explanation of {question_id}",
        "arguments": tuple(f"Argument {i} for {question_id}" for i in range(4)),
    }
    return Question(**(values | changes))


def make_questions(
    n_mmlu: int = 8,
    n_passages: int = 4,
    *,
    per_passage: int = 3,
    n_practice: int = 4,
    n_attention: int = 0,
) -> list[Question]:
    """A bank: MMLU of two subjects in turn, QuALITY passages, practice items of both tasks, attention checks."""
    questions = [
        make_question(
            f"test/{subject}:{i}",
            subject=subject,
            correct=i % 4,
        )
        for i in range(n_mmlu)
        for subject in (("anatomy", "virology")[i % 2],)
    ]
    for p in range(n_passages):
        passage = Passage(f"p{p}", f"The long story number {p}.\n\nIt ends.", title=f"Story {p}")
        questions += [
            make_question(f"p{p}_{i}", task="quality", subject="", passage=passage, correct=(p + i) % 4)
            for i in range(per_passage)
        ]
    for i in range(n_practice):
        practice_passage = Passage(f"practice{i}", f"A story to practise on, number {i}.", title="Practice")
        questions += [
            make_question(f"practice/mmlu:{i}", role=Role.PRACTICE),
            make_question(
                f"practice/quality:{i}", task="quality", passage=practice_passage, role=Role.PRACTICE
            ),
        ]
    questions += [
        make_question(f"attention:{i}", task="attention", subject="", correct=i % 4, role=Role.ATTENTION)
        for i in range(n_attention)
    ]
    return questions


def make_design(**values: Any) -> Design:
    """Two MMLU questions and one passage per condition, a practice item each; values given replace these."""
    defaults: dict[str, Any] = {
        "title": "A study for tests",
        "seed": 7,
        "tasks": {
            "mmlu": {"questions_per_condition": 2},
            "quality": {"questions_per_condition": 1, "rotate_over": 3},
        },
    }
    return Design.model_validate(defaults | values)


def make_plan(
    design: Design | None = None, questions: Sequence[Question] | None = None, **changes: Any
) -> Plan:
    """A frozen plan over a design and a bank, by default those of `make_design` and `make_questions`."""
    design = design or make_design()
    questions = make_questions() if questions is None else questions
    unseeded = Plan(
        study_id=STUDY_ID,
        frozen_at="2026-01-05T08:00:00.000000Z",
        design=design,
        forms={},
        practice={},
        texts=TEXTS,
        prompts=PROMPTS,
        words=WORDS,
        comprehension=COMPREHENSION,
        attention=tuple(q.question_id for q in questions if q.role is Role.ATTENTION),
        bank_hash="0" * 64,
        completion_code="CODE123",
        codes={outcome: f"{outcome.value.upper()}-CODE" for outcome in ENDINGS},
        pilot_only=True,
    )
    forms = {
        task: draw_forms(questions, task, task_design, unseeded.dice(f"forms/{task}"))
        for task, task_design in design.tasks.items()
    }
    practice = draw_practice(questions, design, unseeded.dice("practice"))
    return unseeded.model_copy(update={"forms": forms, "practice": practice, **changes})


def make_selection(
    *, model: str = "", method: str = "", n_model_answers: int | None = None, **chances: Any
) -> Selection:
    """A selection that gives the questions of each task (`mmlu={id: probability}`) these probabilities.

    What else is given changes the description of every task.
    """
    tasks = {name: value for name, value in chances.items() if name in ("mmlu", "quality")}
    rest = {name: value for name, value in chances.items() if name not in tasks}
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for task, of_task in tasks.items():
        writer.writerows({"question_id": q, "task": task, "selection_prob": p} for q, p in of_task.items())
    described = {
        task: TaskSelection.model_validate(
            {
                "n_eligible": len(of_task),
                "n_drawn": round(sum(of_task.values())),
                "rotate_over": 1,
                "filters": {},
                "left_out": {},
                "expert_sources": {"key": len(of_task)},
                "model_weight": 1.0,
                "human_weight": 0.0,
                "human_source": "",
                "n_model_answers": len(of_task) if n_model_answers is None else n_model_answers,
                "n_human_answers": 0,
                "n_people": 0,
                "n_people_held_out": 0,
                "n_runs_held_out": 0,
                "expected": (),
                "smallest_prob": min(of_task.values()),
                "largest_prob": max(of_task.values()),
                "effective_n": 1.0,
            }
            | rest
        )
        for task, of_task in tasks.items()
    }
    return Selection(
        made_at="2026-01-05T08:00:00.000000Z",
        seed=7,
        oversample=5.0,
        calibration=0.5,
        model=model,
        method=method,
        tasks=described,
        csv_sha256=hashlib.sha256(text.getvalue().encode()).hexdigest(),
        csv=text.getvalue(),
    )


def make_store(
    folder: Path,
    plan: Plan | None = None,
    questions: Sequence[Question] | None = None,
    *,
    invitations: Mapping[str, str] | None = None,
    synchronous: str = "NORMAL",
) -> Store:
    """A planned study in `folder`: its bank, its plan and links, ready for a proctor. Close it."""
    questions = make_questions() if questions is None else questions
    plan = plan or make_plan(questions=questions)
    store = Store.open(folder / "study.db", synchronous=synchronous)
    store.create_study(plan.study_id, START)
    store.save_questions(questions, [], source="tests", at=START)
    with store.write() as record:
        record.save_plan(plan)
        record.invite(invitations or {}, START)
    return store


def make_proctor(
    folder: Path,
    plan: Plan | None = None,
    questions: Sequence[Question] | None = None,
    *,
    clock: Clock | None = None,
    kind: str = "human",
    watches_uptime: bool = False,
) -> Proctor:
    """A proctor over a new study in `folder`, with a clock that stands at START unless another is given."""
    store = make_store(folder, plan, questions)
    return Proctor(store, clock or make_clock(), kind=kind, watches_uptime=watches_uptime)


def seat(proctor: Proctor, participant_id: str = "p1") -> None:
    """Walk a participant from consent to the first resting page."""
    proctor.give_consent(participant_id, agreed=True)
    if proctor.plan.screening:
        eligible = tuple(question.eligible[0] for question in proctor.plan.screening)
        proctor.answer_screening(participant_id, eligible)
    proctor.finish_instructions(participant_id)
    correct = tuple(question.correct for question in proctor.plan.comprehension)
    proctor.answer_comprehension(participant_id, correct)
    proctor.begin(participant_id, pledged=True)


def finish(proctor: Proctor, participant_id: str = "p1", *, had_help: bool = False) -> None:
    """Walk a participant from the questionnaire to the end."""
    help_said = dict.fromkeys(HELP_KEYS, YES if had_help else NO)
    proctor.answer_survey(participant_id, help_said)
    proctor.finish(participant_id)
