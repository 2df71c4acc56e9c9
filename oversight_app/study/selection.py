"""Which questions a plan's draw was likely to take: by a selection made beforehand, or all of a kind alike.

A selection (`oversight select`) is made from what was known before the study, and gives each eligible question a
probability above 0. `plan` draws by it and freezes a copy; so estimates can always be weighted back to all eligible
questions, whichever answers chose them.

    selection.csv    one row per eligible question: the figures, the gap, the probability
    selection.json   what it was made from and by which rule, and the hash of the other file
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.columns import unguarded
from oversight_app.errors import BadInput
from oversight_app.study.design import Design
from oversight_app.study.forms import Slot, usable
from oversight_app.study.gap import Answerer
from oversight_app.study.questions import Question

COLUMNS = (
    "question_id task subject passage_id difficult expert_accuracy expert_source model_accuracy n_model "
    "human_accuracy n_human human_source gap size selection_prob "
    "model_accuracy_held_out n_model_held_out human_accuracy_held_out n_human_held_out"
).split()
"""Of selection.csv; `size` is what a question is drawn in proportion to. What is held out took no part in it. Its words
are guarded like an export's, so that no spreadsheet runs an id of somebody's bank as a formula."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Value):
    """One file of earlier answers: its name without a path, what it holds, and how much of it met this bank."""

    name: str
    sha256: str
    study_id: str = ""
    is_rehearsal: bool = False
    n_answers: int
    """Of the model alone and of people alone, practice and void ones left out."""
    n_matched: int


class Expected(_Value):
    """What earlier answers say of one kind of answerer; see `gap.Expectation`. Fractions."""

    by: Answerer
    eligible: float
    chosen_by_calibration: float
    chosen_fresh: float | None
    n_questions: int


class TaskSelection(_Value):
    """How the questions of one task were selected."""

    n_eligible: int
    n_drawn: int
    """Questions in both forms, rotated ones included."""
    rotate_over: int
    filters: dict[str, float | bool]
    left_out: dict[str, int]
    expert_sources: dict[str, int]
    model_weight: float
    human_weight: float
    human_source: str
    """pilot (earlier answers of people alone), bank (its readers without time), or empty."""
    n_model_answers: int
    n_human_answers: int
    n_people: int
    n_people_held_out: int
    n_runs_held_out: int
    """Of the model, over the questions; 0 where it answered each once."""
    expected: tuple[Expected, ...]
    smallest_prob: float
    largest_prob: float
    effective_n: float
    """What the draw is worth when it is weighted back: so many questions drawn with equal chances."""


class Selection(_Value):
    """A selection as it was made; `csv` is the text of selection.csv, to the byte."""

    schema_version: int = 1
    made_at: str
    seed: int
    oversample: float
    """A question with the whole gap is so many times as likely as one without."""
    calibration: float
    """Share of people, and of a model's runs, whose answers choose."""
    model: str = ""
    method: str = ""
    simulated_people: bool = False
    sources: tuple[Source, ...] = ()
    tasks: dict[str, TaskSelection]
    csv_sha256: str
    csv: str = ""

    def chances(self, task: str) -> dict[str, float]:
        """The probability of each eligible question of a task to be in the study; empty without a selection."""
        if task not in self.tasks:
            return {}
        rows = csv.DictReader(self.csv.split("\n"))
        return {
            unguarded(row["question_id"]): float(row["selection_prob"]) for row in rows if row["task"] == task
        }

    def about(self) -> dict[str, object]:
        """Everything but the table, as selection.json and the manifest hold it."""
        return self.model_dump(mode="json", exclude={"csv"})

    @property
    def statement(self) -> str:
        """What a reader of results has to know of it."""
        parts = [self._of_task(name, task) for name, task in self.tasks.items()]
        named = ", ".join(part for part in (self.model, self.method) if part)
        told = (
            f"{' '.join(parts)} Estimates are about such questions and not about the bank; weighted by "
            "1 / selection_prob they are about all eligible questions."
        )
        if any(task.n_model_answers for task in self.tasks.values()):
            told += (
                f" The model whose answers chose them{f' ({named})' if named else ''} is less accurate on them by "
                "construction, so a comparison with it alone favours people."
            )
        return f"{told} Performance gap recovered is not given for questions selected in this way."

    def _of_task(self, name: str, task: TaskSelection) -> str:
        on = []
        if task.n_model_answers:
            on.append(f"{task.n_model_answers:,} earlier answers of the model alone")
        if task.n_human_answers:
            who = "simulated people" if self.simulated_people else "people"
            on.append(f"{task.n_human_answers:,} of {task.n_people:,} {who} alone")
        if task.human_source == "bank" or "bank" in task.expert_sources:
            on.append("what the bank says of its own readers")
        filters = ", ".join(
            key if value is True else f"{key} {value:g}" for key, value in task.filters.items()
        )
        low = " and ".join(
            who for who, weight in (("the model", task.model_weight), ("people", task.human_weight)) if weight
        )
        by = f" by gap (experts right, {low} wrong)" if low and self.oversample > 1 else ""
        return (
            f"The {task.n_drawn:,} questions of {name} were selected{by} from {task.n_eligible:,} eligible ones with "
            "known probabilities"
            + (f", on {' and '.join(on)}" if on else "")
            + (f", after the filters {filters}" if filters else "")
            + "."
        )


def read_selection(table: str, about: str, *, file: str) -> Selection:
    """A selection from the texts of its two files; raises BadInput unless they are as `oversight select` left them."""
    again = "Run `oversight select` again, or delete both files to draw without a selection."
    try:
        selection = Selection.model_validate_json(about)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        raise BadInput(f"{file}: {place}: {first['msg']}. {again}") from None
    if hashlib.sha256(table.encode()).hexdigest() != selection.csv_sha256:
        raise BadInput(
            f"selection.csv beside {file} is not as it was written, so its probabilities cannot be trusted. {again}"
        )
    return selection.model_copy(update={"csv": table})


def selection_probabilities(
    questions: Iterable[Question],
    forms: Mapping[str, Mapping[str, Sequence[Slot]]],
    design: Design,
    selection: Selection | None = None,
) -> dict[str, float]:
    """The probability with which each drawn question was drawn into one of the forms.

    By the selection where a task has one; else drawn / usable. A task without passages draws each usable question with
    the same probability, whatever its subject. In a passage task it is that of the passage among all with enough
    questions, times that of the question within it: with 20 of 50 passages and 3 of 4 questions each, 0.4 * 0.75. A
    question of which the bank as it is now does not say it is left out.
    """
    bank = list(questions)
    found: dict[str, float] = {}
    for task, of_task in forms.items():
        slots = [slot for slots in of_task.values() for slot in slots]
        if selection is not None and task in selection.tasks:
            chances = selection.chances(task)
            found |= {
                question_id: chances[question_id] for slot in slots for question_id in slot.question_ids
            }
            continue
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
