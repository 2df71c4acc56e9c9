"""How likely the plan's draw was to take a question, for those who want to weight answers back to the bank."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from oversight_app.study.design import Design
from oversight_app.study.forms import Slot, usable
from oversight_app.study.questions import Question


def selection_probabilities(
    questions: Iterable[Question], forms: Mapping[str, Mapping[str, Sequence[Slot]]], design: Design
) -> dict[str, float]:
    """The probability with which each drawn question was drawn into one of the forms: drawn / usable.

    A task without passages draws each usable question with the same probability, whatever its subject. In a passage
    task it is that of the passage among all with enough questions, times that of the question within it: with 20 of 50
    passages and 3 of 4 questions each, 0.4 * 0.75. A question of which the bank as it is now does not say it is left
    out.
    """
    bank = list(questions)
    found: dict[str, float] = {}
    for task, of_task in forms.items():
        slots = [slot for slots in of_task.values() for slot in slots]
        pool, _ = usable(bank, task, design.tasks[task])
        chances = (
            _by_passage(slots, pool, design.tasks[task].rotate_over)
            if any(slot.passage_id for slot in slots)
            else _alone(slots, pool)
        )
        found |= {question_id: chance for question_id, chance in chances.items() if 0 < chance <= 1}
    return found


def _alone(slots: Sequence[Slot], pool: Sequence[Question]) -> dict[str, float]:
    known = {question.question_id for question in pool}
    drawn = [slot.question_ids[0] for slot in slots]
    return {question_id: len(drawn) / len(pool) for question_id in drawn if question_id in known}


def _by_passage(slots: Sequence[Slot], pool: Sequence[Question], rotate_over: int) -> dict[str, float]:
    n_questions = Counter(question.passage_id for question in pool if question.passage_id)
    n_passages = sum(n >= rotate_over for n in n_questions.values())
    return {
        question_id: len(slots) / n_passages * len(slot.question_ids) / n_questions[slot.passage_id]
        for slot in slots
        if n_questions[slot.passage_id]
        for question_id in slot.question_ids
    }
