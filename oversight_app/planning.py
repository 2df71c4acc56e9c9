"""Planning: design, bank, texts, prompts and dice become one frozen plan.

`draft` only decides: it draws everything and touches nothing, so that `check` can ask it what would come. `freeze`
saves what it decided. `plan_summary` says what participants and the researcher have to expect.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from oversight_app.banks import attention_checks, practice_questions
from oversight_app.clock import Clock
from oversight_app.errors import BankError, DesignError, StudyStateError
from oversight_app.providers import planned_prices, unhonoured
from oversight_app.store import Store
from oversight_app.study.bank_hash import bank_hash
from oversight_app.study.design import ENDINGS, HUMAN_CONDITIONS, Design, Outcome
from oversight_app.study.duration import longest
from oversight_app.study.events import STUDY_STREAM, PlanFrozen, iso
from oversight_app.study.forms import PILOT_PASSAGES, Slot, draw_forms, draw_practice, n_passages
from oversight_app.study.materials import Materials
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question, Role
from oversight_app.study.selection import Selection
from oversight_app.study.transcript import check_prompts

REQUIRED_TEXTS = ("consent", "instructions", "debrief")
HOLES = ("told_reliability", "logged", "prize")
"""What a text for participants may leave to be filled in."""

_HOLE = re.compile(r"\{(\w+)\}")
_CODE_LETTERS = (
    "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # read aloud or copied by hand, 0 and O, 1 and I are the same
)

HalfWidth = Callable[[str, int, int, int, int | None], float | None]
"""`analysis.power.expected_half_width`, handed in by the doors: (layout, participants, items, answers, passages)."""


# -- deciding --------------------------------------------------------------------------------------


def draft(
    study_id: str,
    design: Design,
    questions: Sequence[Question],
    materials: Materials,
    *,
    at: datetime,
    selection: Selection | None = None,
) -> Plan:
    """The plan that these make; raises BankError where the bank cannot satisfy the design, or not by the selection.

    Raises DesignError for texts, for settings that the assistant's service cannot honour, for caps that cannot be kept.
    """
    _check_texts(materials.texts, design)
    check_prompts(materials.prompts)
    assistant = design.assistant
    problems = [
        problem
        for model in assistant.models
        for problem in unhonoured(model, temperature=assistant.temperature, effort=assistant.effort or "")
    ]
    if problems:
        raise DesignError("study.toml: " + " ".join(problems))
    codes = {outcome: _code(design, study_id, outcome) for outcome in ENDINGS}
    forms: dict[str, dict[str, tuple[Slot, ...]]] = {}
    used: set[str] = set()
    by_id = {question.question_id: question for question in questions}
    for task, task_design in design.tasks.items():
        # The same content may stand in two banks under two tasks; one person must not meet it twice.
        rest = [q for q in questions if not used or q.role is not Role.STUDY or q.content_hash not in used]
        chances = selection.chances(task) if selection is not None else None
        forms[task] = draw_forms(rest, task, task_design, _dice(design, f"forms/{task}"), chances)
        used |= {by_id[question_id].content_hash for question_id in _question_ids(forms[task])}
    read = as_planned(materials, design)
    return Plan(
        study_id=study_id,
        frozen_at=iso(at),
        design=design,
        forms=forms,
        practice=draw_practice(questions, design, _dice(design, "practice")),
        texts=dict(materials.texts),
        prompts=dict(materials.prompts),
        words=dict(materials.words),
        comprehension=read.comprehension,
        screening=read.screening,
        survey=read.survey,
        example=read.example,
        attention=_attention(questions, design),
        prices=planned_prices(design),
        selection=selection,
        bank_hash=bank_hash(questions),
        completion_code=codes[Outcome.COMPLETED],
        codes=codes,
        pilot_only=any(0 < n_passages(of_task) < PILOT_PASSAGES for of_task in forms.values()),
    )


def with_builtin(questions: Sequence[Question], design: Design) -> list[Question]:
    """The bank with the built-in practice items, and with instructed questions where the design wants them.

    Both only as far as they are not there yet; instructed questions of a researcher's own leave the built-in ones out.
    """
    known = {question.question_id for question in questions}
    has_checks = any(question.role is Role.ATTENTION for question in questions)
    checks = attention_checks(design.language) if design.sitting.attention_checks and not has_checks else []
    return [*questions, *(q for q in (*practice_questions(), *checks) if q.question_id not in known)]


def _check_texts(texts: Mapping[str, str], design: Design) -> None:
    missing = [name for name in REQUIRED_TEXTS if not texts.get(name, "").strip()]
    if missing:
        raise DesignError(
            f"texts/{missing[0]}.md is missing or empty; participants must read {', '.join(REQUIRED_TEXTS)}."
        )
    for name, text in texts.items():
        for hole in _HOLE.findall(text):
            if hole not in HOLES:
                allowed = ", ".join(f"{{{name}}}" for name in HOLES)
                raise DesignError(f"texts/{name}.md: nothing fills {{{hole}}}; allowed are {allowed}.")
    if any(is_on for _, is_on in design.log) and "{logged}" not in texts["consent"]:
        raise DesignError(
            "texts/consent.md does not say what is noted beside answers. Put {logged} where the list shall stand, "
            "or switch everything off under [log]."
        )


def _question_ids(forms: Mapping[str, Sequence[Slot]]) -> list[str]:
    return [question_id for slots in forms.values() for slot in slots for question_id in slot.question_ids]


def _dice(design: Design, purpose: str) -> Random:
    """As `Plan.dice`, before there is a plan."""
    return Random(f"{design.seed}/{purpose}")


def _code(design: Design, study_id: str, outcome: Outcome) -> str:
    """The code of an outcome: the design's own, or one drawn for this study."""
    own = design.outcomes.get(outcome)
    if own is not None and own.code:
        return own.code
    if outcome is Outcome.COMPLETED and design.sitting.completion_code:
        return design.sitting.completion_code
    # The ready-made designs share a seed, and a code that is the same in every study would soon be known.
    purpose = f"{outcome}_code" if outcome is not Outcome.COMPLETED else "completion_code"
    return "".join(_dice(design, f"{purpose}/{study_id}").choices(_CODE_LETTERS, k=8))


def as_planned(materials: Materials, design: Design) -> Materials:
    """What of a study's files its participants read: where some never meet the assistant, nobody is told of it."""
    if design.conditions.allocation == "within":
        return materials
    example = materials.example
    return replace(
        materials,
        comprehension=tuple(q for q in materials.comprehension if not q.about_assistant),
        example=None if example is None else example.model_copy(update={"reply": ""}),
    )


def _attention(questions: Sequence[Question], design: Design) -> tuple[str, ...]:
    wanted = design.sitting.attention_checks
    found = [question.question_id for question in questions if question.role is Role.ATTENTION]
    if len(found) < wanted:
        raise BankError(
            f"The design wants {wanted} attention checks per person, the banks have {len(found)}. "
            "Lower sitting.attention_checks, or import questions with role = attention."
        )
    return tuple(found) if wanted else ()


# -- saving ----------------------------------------------------------------------------------------


def freeze(
    store: Store,
    design: Design,
    materials: Materials,
    *,
    clock: Clock,
    selection: Selection | None = None,
    by: str = "",
) -> Plan:
    """Freeze the plan of a study; raises StudyStateError when it has one, or people, already. Then nothing changed.

    `by` is the name given at the console.
    """
    must_be_unplanned(store)
    at = clock.now()
    before = store.questions()
    questions = with_builtin(before, design)
    plan = draft(store.study_id(), design, questions, materials, at=at, selection=selection)
    if len(questions) > len(before):
        store.save_questions(questions[len(before) :], [], source="builtin", at=at)
    with store.write() as record:
        # Once more inside the transaction: two commands may have come this far together.
        must_be_unplanned(store)
        record.save_plan(plan)
        record.append(STUDY_STREAM, [PlanFrozen(plan.plan_hash, plan.design_hash, by)], at)
    return plan


def must_be_unplanned(store: Store) -> None:
    """Raise StudyStateError when the study has a plan, or people, already."""
    plan = store.plan()
    if plan is not None:
        raise StudyStateError(
            f"This study has a plan already, frozen at {plan.frozen_at}; nothing was changed. "
            "For another design make a new study folder with `oversight init` and plan that one."
        )
    if store.heads().keys() - {STUDY_STREAM}:
        raise StudyStateError(
            "This study has participants already; nothing was changed. "
            "Make a new study folder with `oversight init` and plan that one."
        )


# -- telling ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One task of a plan. `n_questions` counts both forms, rotated ones included; `n_people` those with this task.

    `half_width` is that of the interval expected for human_with_model - human_alone, a fraction; None without one.
    """

    task: str
    per_condition: int
    n_questions: int
    n_passages: int
    n_people: int
    half_width: float | None

    def describe(self) -> str:
        """One line."""
        passages = f" on {self.n_passages} passages" if self.n_passages else ""
        expected = (
            "there are too few people or questions for an interval"
            if self.half_width is None or self.half_width >= 1
            else f"the interval for human_with_model - human_alone is expected to reach "
            f"{100 * self.half_width:.1f} percentage points to each side "
            "(in most single studies, within a third of that)"
        )
        return (
            f"{self.task}: {self.per_condition} questions per person and condition, from {self.n_questions}{passages}; "
            f"with {self.n_people} people {expected}."
        )


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What a plan means for people: cells, tasks, duration, and what to be warned of."""

    cells: tuple[str, ...]
    tasks: tuple[TaskSummary, ...]
    n_people: int
    minutes_at_most: float
    """Of questions, for one person: every limit and every reading phase used up."""
    limit_minutes: float | None
    """Of the whole sitting, where the design has one."""
    untimed: tuple[str, ...]
    warnings: tuple[str, ...]

    def describe(self) -> str:
        """The summary as lines of text, warnings left out."""
        return "\n".join(
            [
                f"{len(self.cells)} cells: {', '.join(self.cells)}",
                "  (HA: alone, HM: with the model; the letter after it is the form; what stands first comes first)",
                *(task.describe() for task in self.tasks),
                f"Duration: {self._duration()}.",
            ]
        )

    def _duration(self) -> str:
        at_most = f"at most {self.minutes_at_most:.0f} minutes of questions per person"
        without = f"{' and '.join(self.untimed)} without a time limit"
        if self.limit_minutes is not None:
            questions = f"{at_most}, and {without}" if self.untimed else at_most
            return f"{questions}; the sitting ends after {self.limit_minutes:.0f} minutes, rests left out"
        if not self.untimed:
            return at_most
        return f"{at_most}, and {without}" if self.minutes_at_most else f"{without}, so it cannot be said"


def plan_summary(plan: Plan, questions: Mapping[str, Question], half_width: HalfWidth) -> PlanSummary:
    """What a plan means for people; `questions` by id hold at least those of the plan."""
    design = plan.design
    share = len(design.tasks) if design.conditions.tasks == "between" else 1
    tasks = tuple(
        _task_summary(plan, task, design.analysis.target_n // share, half_width) for task in design.tasks
    )
    limit_s = design.sitting.limit_s
    warnings = []
    for task in tasks:
        if 0 < task.n_passages < PILOT_PASSAGES:
            warnings.append(
                f"Pilot only: task {task.task} has {task.n_passages} passages. Below {PILOT_PASSAGES} the interval "
                "over passages is not to be trusted, and the report will repeat this."
            )
    length = longest(plan, questions)
    if limit_s is not None and limit_s < length.about_s:
        warnings.append(
            f"sitting.limit_s is {limit_s:g}, but the questions can take {length.about_s:.0f} seconds: whoever uses "
            "their time is cut off before the end. Raise it, or ask fewer questions."
        )
    return PlanSummary(
        cells=tuple(cell.name for cell in plan.cells),
        tasks=tasks,
        n_people=design.analysis.target_n,
        minutes_at_most=length.seconds / 60,
        limit_minutes=None if limit_s is None else limit_s / 60,
        untimed=tuple(name for name, task in design.tasks.items() if task.time_limit_s == "none"),
        warnings=tuple(warnings),
    )


def _task_summary(plan: Plan, task: str, n_people: int, half_width: HalfWidth) -> TaskSummary:
    design = plan.design.tasks[task]
    within = plan.design.conditions.allocation == "within"
    forms = plan.forms[task]
    ids = _question_ids(forms)
    passages = n_passages(forms)
    # Where each passage has one question, the questions say it all.
    clusters = passages if 0 < passages < len(ids) else None
    per_person = design.questions_per_condition * (len(HUMAN_CONDITIONS) if within else 1)
    return TaskSummary(
        task=task,
        per_condition=design.questions_per_condition,
        n_questions=len(ids),
        n_passages=passages,
        n_people=n_people,
        half_width=half_width(layout_of(plan.design), n_people, len(ids), n_people * per_person, clusters),
    )


def layout_of(design: Design) -> str:
    """How conditions, people and questions meet, in the words of `analysis.power.Layout`."""
    if design.conditions.allocation == "between":
        return "BP"
    return "CB" if design.conditions.question_samples == "shared" else "DI"
