"""Forms: the fixed question sample of each task, drawn once and split into two halves of the same kind.

A form is a tuple of slots. A slot is what one participant answers at one place of a form: a question that stands alone,
or a passage with the questions that are rotated over participants. MMLU is stratified by subject, a passage task by
passage (design, section 10).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from random import Random

from pydantic import BaseModel, ConfigDict

from oversight_app.errors import BankError
from oversight_app.study.cells import FORMS
from oversight_app.study.design import HUMAN_CONDITIONS, Condition, Design, Protocol, TaskDesign
from oversight_app.study.questions import LETTERS, Passage, Question, Role, folded
from oversight_app.study.unequal import drawn

PILOT_PASSAGES = 20
"""With fewer passages than this the interval over passages is not to be trusted: the study is a pilot."""


_ROUNDING = 1e-6


class Slot(BaseModel):
    """One place of a form: one question, or one passage with the questions rotated over participants."""

    model_config = ConfigDict(frozen=True)

    passage_id: str
    question_ids: tuple[str, ...]


class PracticeItem(BaseModel):
    """A practice question with the stance that everybody meets on it (empty without an assistant)."""

    model_config = ConfigDict(frozen=True)

    task: str
    question_id: str
    stance: str


def usable(
    questions: Iterable[Question], task: str, design: TaskDesign
) -> tuple[list[Question], Counter[str]]:
    """The study questions a task may draw from, and how many were left out for which reason.

    Left out: another role, subjects not asked for, doubtful keys, keys printed twice among the options, copies of a
    practice item or an example, passages that practice is about, later copies of a question already in, and the copy of
    a passage under a second id.
    """
    questions = list(questions)
    others = [question for question in questions if question.role is not Role.STUDY]
    elsewhere = {question.content_hash for question in others}
    as_read = _passages_as_read(questions)
    practised = {as_read[q.passage] for q in others if q.passage is not None and q.role is Role.PRACTICE}
    id_of_passage: dict[str, str] = {}
    kept: dict[str, Question] = {}
    left_out: Counter[str] = Counter()
    for question in questions:
        if question.task != task or question.role is not Role.STUDY:
            continue
        content_hash = question.content_hash
        passage = as_read[question.passage] if question.passage is not None else ""
        if design.subjects and question.subject not in design.subjects:
            left_out["subject not asked for"] += 1
        elif question.has_doubled_key:
            left_out["key printed twice"] += 1
        elif question.key_flag and design.leave_out_flagged:
            left_out["doubtful key"] += 1
        elif content_hash in elsewhere:
            left_out["copy of a practice item or an example"] += 1
        elif passage in practised:
            left_out["passage of a practice item"] += 1
        elif content_hash in kept:
            left_out["copy of another question"] += 1
        elif passage and id_of_passage.setdefault(passage, question.passage_id) != question.passage_id:
            left_out["copy of another passage"] += 1
        else:
            kept[content_hash] = question
    return list(kept.values()), left_out


def draw_forms(
    questions: Iterable[Question],
    task: str,
    design: TaskDesign,
    rng: Random,
    chances: Mapping[str, float] | None = None,
) -> dict[str, tuple[Slot, ...]]:
    """Both forms of a task; raises BankError with the counts wanted and had.

    `chances` holds the probability of each eligible question to be drawn, where a selection was made.
    """
    questions = list(questions)
    pool, left_out = usable(questions, task, design)
    has_passages = any(question.passage_id for question in pool)
    if chances:
        return _selected(pool, chances, task, design, rng)
    slots = _passage_slots(pool, design, rng) if has_passages else _subject_slots(pool, rng)
    per_form = design.passages_per_condition if has_passages else design.questions_per_condition
    wanted = per_form * len(FORMS)
    if len(slots) < wanted:
        what = (
            f"passages with {design.rotate_over} or more usable questions"
            if has_passages
            else "usable questions"
        )
        reasons = ", ".join(f"{reason}: {n}" for reason, n in sorted(left_out.items())) or "none left out"
        tasks = sorted({question.task for question in questions if question.role is Role.STUDY})
        if task not in tasks:
            reasons = f"questions of {', '.join(tasks)} only" if tasks else "no questions at all"
        way_out = f"Import more questions, or lower tasks.{task}.questions_per_condition"
        if has_passages:
            way_out += " or rotate_over, or take more from each passage with questions_per_passage"
        raise BankError(
            f"The design wants {wanted} {what} of task {task!r} ({per_form} for each of two forms), the banks have "
            f"{len(slots)} ({reasons}). {way_out}."
        )
    return _split(slots if has_passages else _stratified(slots, pool, wanted, rng), wanted, rng)


def draw_practice(
    questions: Iterable[Question], design: Design, rng: Random
) -> dict[str, tuple[PracticeItem, ...]]:
    """The practice items of each human condition, the same for every participant.

    No item serves twice. Stances alternate between the right answer and a wrong one, so that people meet an assistant
    that errs before it counts. A task without practice items of its own borrows MMLU's.
    """
    pools: dict[str, list[Question]] = defaultdict(list)
    seen: set[str] = set()
    for question in questions:
        if question.role is Role.PRACTICE and question.content_hash not in seen:
            seen.add(question.content_hash)
            pools[question.task].append(question)
    practice: dict[str, list[PracticeItem]] = {condition: [] for condition in HUMAN_CONDITIONS}
    n_assisted = 0
    for task, task_design in design.tasks.items():
        pool = pools[task] if pools[task] else pools["mmlu"]
        wanted = task_design.practice_per_condition * len(HUMAN_CONDITIONS)
        if len(pool) < wanted:
            raise BankError(
                f"The design wants {wanted} practice items of task {task!r}, the banks have {len(pool)}. "
                f"Lower tasks.{task}.practice_per_condition."
            )
        for i in range(wanted):
            condition = HUMAN_CONDITIONS[i % len(HUMAN_CONDITIONS)]
            question = pool.pop(0)
            stance = ""
            if condition is Condition.HUMAN_WITH_MODEL:
                is_wrong = n_assisted % 2 == 1
                if design.assistant.protocol is Protocol.DEBATE:
                    stance = sides(question, is_wrong_first=is_wrong, rng=rng)
                else:
                    stance = stance_on(question, is_wrong=is_wrong, rng=rng)
                n_assisted += 1
            practice[condition].append(
                PracticeItem(task=task, question_id=question.question_id, stance=stance)
            )
    return {condition: tuple(items) for condition, items in practice.items()}


def stance_on(question: Question, *, is_wrong: bool, rng: Random) -> str:
    """The original letter that the assistant argues for: the key, or a wrong option.

    The wrong option is uniform unless the bank names the distractor that misleads readers most.
    """
    if not is_wrong:
        return LETTERS[question.correct]
    if question.distractor is not None:
        return LETTERS[question.distractor]
    return rng.choice([letter for i, letter in enumerate(LETTERS) if i != question.correct])


def sides(question: Question, *, is_wrong_first: bool, rng: Random) -> str:
    """The original letters of the two sides of a debate, in the order of speaking: the key, and a wrong option."""
    right, wrong = (stance_on(question, is_wrong=is_wrong, rng=rng) for is_wrong in (False, True))
    return wrong + right if is_wrong_first else right + wrong


def n_passages(forms: Mapping[str, Sequence[Slot]]) -> int:
    """How many passages a task's forms hold together; 0 for a task without passages."""
    return len({slot.passage_id for slots in forms.values() for slot in slots if slot.passage_id})


def _passages_as_read(questions: Iterable[Question]) -> dict[Passage, str]:
    """Each passage once with its folded text: folding 30 kB anew for each question would take seconds."""
    return {
        passage: folded(passage.text) for passage in {q.passage for q in questions if q.passage is not None}
    }


def _subject_slots(pool: Sequence[Question], rng: Random) -> list[Slot]:
    shuffled = rng.sample(list(pool), len(pool))
    return [Slot(passage_id="", question_ids=(question.question_id,)) for question in shuffled]


def _passage_slots(pool: Sequence[Question], design: TaskDesign, rng: Random) -> list[Slot]:
    by_passage: dict[str, list[str]] = defaultdict(list)
    for question in pool:
        by_passage[question.passage_id].append(question.question_id)
    slots = [
        Slot(passage_id=passage_id, question_ids=tuple(rng.sample(ids, design.rotate_over)))
        for passage_id, ids in by_passage.items()
        if passage_id and len(ids) >= design.rotate_over
    ]
    return rng.sample(slots, len(slots))


def _stratified(slots: Sequence[Slot], pool: Sequence[Question], wanted: int, rng: Random) -> list[Slot]:
    """`wanted` slots, each subject in proportion to its share of the pool, subject by subject.

    A systematic draw: subjects in random order, a random start, then every (pool / wanted)-th question. A subject gets
    its share rounded down or up by lot, so that every question of the pool is equally likely to be drawn. (The largest
    remainders would never draw from the smaller subjects when there are fewer places than subjects.)
    """
    subject_of = {question.question_id: question.subject for question in pool}
    by_subject: dict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_subject[subject_of[slot.question_ids[0]]].append(slot)
    subjects = rng.sample(sorted(by_subject), len(by_subject))
    in_order = [slot for subject in subjects for slot in by_subject[subject]]
    start = rng.randrange(len(in_order))
    return [in_order[(start + i * len(in_order)) // wanted] for i in range(wanted)]


def _selected(
    pool: Sequence[Question], chances: Mapping[str, float], task: str, design: TaskDesign, rng: Random
) -> dict[str, tuple[Slot, ...]]:
    """Both forms, each question drawn with its own probability: alone, or in its passage once that is drawn.

    The questions of a passage that take turns add up to `rotate_over` given the passage, so their probabilities say
    that of the passage too.
    """
    again = f"The bank or tasks.{task} has changed since; run `oversight select` again."
    known = {question.question_id: question for question in pool}
    if lost := [question_id for question_id in chances if question_id not in known]:
        raise BankError(
            f"selection.csv names {len(lost)} questions of task {task!r} that cannot be used, such as "
            f"{lost[0]}. {again}"
        )
    groups: dict[str, list[str]] = defaultdict(list)
    for question_id in rng.sample(list(chances), len(chances)):
        question = known[question_id]
        groups[question.passage_id or question.subject].append(question_id)
    has_passages = any(known[question_id].passage_id for question_id in chances)
    per_slot = design.rotate_over if has_passages else 1
    wanted = len(FORMS) * (design.passages_per_condition if has_passages else design.questions_per_condition)
    n_slots = fsum(chances.values()) / per_slot
    if abs(n_slots - wanted) > _ROUNDING * wanted:
        what = f"passages with {per_slot} questions each" if has_passages else "questions"
        raise BankError(
            f"The design wants {wanted} {what} of task {task!r}, selection.csv was made for {n_slots:g}. {again}"
        )
    order = rng.sample(sorted(groups), len(groups))
    if not has_passages:
        ids = [question_id for group in order for question_id in groups[group]]
        taken = drawn([chances[question_id] for question_id in ids], rng)
        return _split([Slot(passage_id="", question_ids=(ids[i],)) for i in taken], wanted, rng)
    of_passage = {
        group: fsum(chances[question_id] for question_id in groups[group]) / per_slot for group in order
    }
    slots = []
    for i in drawn([of_passage[group] for group in order], rng):
        ids = groups[order[i]]
        within = drawn([chances[question_id] / of_passage[order[i]] for question_id in ids], rng)
        slots.append(Slot(passage_id=order[i], question_ids=tuple(ids[k] for k in within)))
    return _split(slots, wanted, rng)


def _split(slots: Sequence[Slot], wanted: int, rng: Random) -> dict[str, tuple[Slot, ...]]:
    """Deal neighbours (of one subject, where subjects are) to the two forms by a coin each."""
    forms: dict[str, list[Slot]] = {form: [] for form in FORMS}
    for i in range(0, wanted, len(FORMS)):
        for form, slot in zip(FORMS, rng.sample(slots[i : i + len(FORMS)], len(FORMS)), strict=True):
            forms[form].append(slot)
    return {form: tuple(dealt) for form, dealt in forms.items()}
