"""How long a sitting may take: what has to be announced before anybody begins.

Every limit and every reading phase is taken to be used up. Which of a form's questions somebody meets makes little
difference, so a study question counts with its form's mean. Rests, texts and the questionnaire come on top.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from oversight_app.study.cells import Cell
from oversight_app.study.design import Condition, TaskDesign
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question

UNTIMED_S = 120.0
"""What an untimed question is taken to need where a number has to be said."""


@dataclass(frozen=True, slots=True)
class Length:
    """Some questions: how many, the seconds of their limits, of their reading phases, and how many have no limit."""

    n_questions: float = 0
    limits_s: float = 0.0
    reading_s: float = 0.0
    n_untimed: float = 0

    @property
    def seconds(self) -> float:
        """Of limits and reading phases."""
        return self.limits_s + self.reading_s

    @property
    def about_s(self) -> float:
        """Seconds, with a guess for the questions without a limit."""
        return self.seconds + UNTIMED_S * self.n_untimed

    def times(self, n: float) -> "Length":
        """So often."""
        return Length(self.n_questions * n, self.limits_s * n, self.reading_s * n, self.n_untimed * n)


def longest(plan: Plan, questions: Mapping[str, Question]) -> Length:
    """The longest way through a study, practice and attention checks included."""
    means = {
        (task, form, condition): _mean(plan.design.tasks[task], condition, (questions[i] for i in ids))
        for task, forms in plan.forms.items()
        for form, slots in forms.items()
        for ids in [[question_id for slot in slots for question_id in slot.question_ids]]
        for condition in (Condition.HUMAN_ALONE, Condition.HUMAN_WITH_MODEL)
    }
    return max((_of_cell(plan, cell, questions, means) for cell in plan.cells), key=lambda it: it.about_s)


def _of_cell(
    plan: Plan,
    cell: Cell,
    questions: Mapping[str, Question],
    means: Mapping[tuple[str, str, Condition], Length],
) -> Length:
    blocks = [
        (plan.design.tasks[task].questions_per_condition, means[task, form, condition])
        for condition, form in zip(cell.conditions, cell.forms, strict=True)
        for task in cell.tasks
    ]
    practice = [
        _length(_task_of(plan, questions[item.question_id]), condition, questions[item.question_id])
        for condition in cell.conditions
        for item in plan.practice.get(condition, ())
        if item.task in cell.tasks
    ]
    # A check stands among the questions of a block, with their limit and without their reading phase.
    check = _sum(replace(mean, reading_s=0.0) for _, mean in blocks)
    return _sum(
        [
            *(mean.times(n) for n, mean in blocks),
            *practice,
            check.times(plan.design.sitting.attention_checks / len(blocks)),
        ]
    )


def _task_of(plan: Plan, question: Question) -> TaskDesign:
    """The task whose times hold for a practice question: its own, where the design has it."""
    tasks = plan.design.tasks
    return tasks[question.task] if question.task in tasks else next(iter(tasks.values()))


def _length(task: TaskDesign, condition: Condition, question: Question) -> Length:
    limit_s = task.limit_s(question.n_words, condition)
    reading_s = task.reading_s if question.passage is not None else 0.0
    return Length(1, limit_s or 0.0, reading_s, limit_s is None)


def _mean(task: TaskDesign, condition: Condition, sample: Iterable[Question]) -> Length:
    lengths = [_length(task, condition, question) for question in sample]
    return _sum(lengths).times(1 / len(lengths))


def _sum(lengths: Iterable[Length]) -> Length:
    lengths = list(lengths)
    return Length(
        sum(it.n_questions for it in lengths),
        sum(it.limits_s for it in lengths),
        sum(it.reading_s for it in lengths),
        sum(it.n_untimed for it in lengths),
    )
