"""Worked examples for few-shot prompts: from the bank, and never a question of the study.

MMLU's dev split has five questions of each subject, and every import brings them with the role of an example. A
question is shown those of its own task and subject, in the order in which they were imported, so that everybody who
asks with the same bank asks with the same examples.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oversight_app.errors import BadInput
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question, Role


@dataclass(frozen=True, slots=True)
class Examples:
    """By question_id the examples that are shown with it; in `left_out` the questions that have too few of them."""

    of: Mapping[str, tuple[Question, ...]]
    left_out: Mapping[str, Question]
    shots: int

    def of_question(self, question_id: str) -> tuple[Question, ...]:
        """The examples that are shown with this question, none where none are wanted."""
        return self.of.get(question_id, ())

    def describe(self) -> str:
        """Which questions are left out, in one sentence; empty where none is."""
        by_task = Counter(question.task for question in self.left_out.values())
        tasks = " and ".join(f"{n} of {task}" for task, n in by_task.items())
        return (
            f"Questions left out, for want of {_counted(self.shots)} with each: {tasks}." if by_task else ""
        )


def examples_for(plan: Plan, bank: Iterable[Question], shots: int) -> Examples:
    """The first `shots` examples for each question that the plan asks, by its task and subject.

    What has the content of a question that is asked is no example. Raises BadInput where not a single question has
    enough of them.
    """
    if not shots:
        return Examples({}, {}, shots)
    bank = list(bank)
    ids = set(plan.study_question_ids)
    asked = [question for question in bank if question.question_id in ids]
    used = {question.content_hash for question in asked}
    by_subject: dict[tuple[str, str], list[Question]] = {}
    for question in bank:
        if question.role is Role.EXAMPLE and question.content_hash not in used:
            by_subject.setdefault((question.task, question.subject), []).append(question)
    of: dict[str, tuple[Question, ...]] = {}
    left_out: dict[str, Question] = {}
    most = 0
    for question in asked:
        own = by_subject.get((question.task, question.subject), [])
        most = max(most, len(own))
        if len(own) >= shots:
            of[question.question_id] = tuple(own[:shots])
        else:
            left_out[question.question_id] = question
    if not of:
        raise BadInput(_too_few(shots, most))
    return Examples(of, left_out, shots)


def _too_few(shots: int, most: int) -> str:
    needed = f"No question of this study can be asked with {_counted(shots)}"
    if most:
        return f"{needed}: of its task and subject there are {most} at most. Ask with shots={most} or fewer."
    return (
        f"{needed}: its bank holds none. They come with an import of MMLU (its dev split), or as rows with role = "
        "example in a table of your own (`oversight bank import`), before the study is planned."
    )


def _counted(shots: int) -> str:
    return f"{shots} example{'' if shots == 1 else 's'}"
