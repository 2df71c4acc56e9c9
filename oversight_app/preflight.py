"""Before anybody is paid: everything that would stop a study, or spoil it, looked for without changing anything."""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from oversight_app import planning
from oversight_app.banks import practice_questions
from oversight_app.clock import Clock
from oversight_app.errors import BadInput, OversightError, ProviderError
from oversight_app.providers import check_provider, sends_key_in_clear
from oversight_app.store import Store
from oversight_app.study.bonus_told import bonus_told
from oversight_app.study.design import Design, ScoringRule
from oversight_app.study.doubts import doubts
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.shortfalls import expected_bytes, power, shortfalls
from oversight_app.study.workload import expectations
from oversight_app.study_folder import PLACEHOLDER, StudyFolder
from oversight_app.words import ENGLISH

_LITTLE_SPACE = 1024**3
_NO_SPACE = 50 * 1024**2
_FAIR_ATTEMPTS = 2
_LEFT_OPEN = re.compile(
    r"\b(?:TODO|TBD|FIXME|XXX+)\b|(?i:\blorem ipsum\b)|\[(?:YOUR|INSERT|NAME|EMAIL|E-MAIL)\b[^\]]*\]"
)
"""Marks that people leave where they mean to write something later."""
_REACHED_BY = re.compile(r"\S@\S|https?://|\bwww\.|\+?\d[\d /()-]{6,}\d")
"""An e-mail address, a web address or a telephone number."""

_T = TypeVar("_T")

Power = Callable[[Plan, dict[str, Question]], Sequence[Mapping[str, Any]]]
"""The power of each task with target_n participants, handed in by the doors, as for a registration."""


@dataclass(slots=True)
class Findings:
    """What was found: `facts` to know, `warnings` to think about, `obstacles` that would stop the study."""

    facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    plan: Plan | None = None
    """The plan that was judged: the frozen one, or the one that would be frozen now; None where there is none."""


def inspect(
    folder: StudyFolder,
    *,
    half_width: planning.HalfWidth,
    environment: Mapping[str, str],
    clock: Clock,
    power_of: Power | None = None,
) -> Findings:
    """Everything that can be said of a study before it runs; a frozen plan is judged and not the files beside it.

    `power_of` is asked only where the design states a goal of power, since it takes seconds.
    """
    found = Findings()
    with folder.open_store() as store:
        _disk(folder, store, found)
        plan = store.plan()
        if plan is None:
            plan = _draft(folder, store, found, clock.now())
        else:
            found.facts.append(f"Frozen: plan {plan.plan_hash[:12]} since {plan.frozen_at}.")
            _changed_since(folder, plan, found)
        if plan is None:
            return found
        found.plan = plan
        questions = {q.question_id: q for q in planning.with_builtin(store.questions(), plan.design)}
    summary = planning.plan_summary(plan, questions, half_width)
    found.facts += summary.describe().splitlines()
    found.warnings += summary.warnings
    found.facts += [pages(plan), *pay(plan), *expectations(plan, questions)]
    found.warnings += consent(plan) + placeholders(plan) + unfair(plan) + doubts(plan)
    found.warnings += shortfalls(plan, questions)
    _space_for_data(folder, expected_bytes(plan, questions), found)
    _power(plan, questions, power_of, found)
    _models(plan.design, environment, found)
    return found


def cautions(plan: Plan, environment: Mapping[str, str]) -> list[str]:
    """What to be warned of after `plan`: holes in the texts, models that cannot be asked."""
    found = Findings()
    _models(plan.design, environment, found)
    return [
        *consent(plan),
        *placeholders(plan),
        *unfair(plan),
        *doubts(plan),
        *found.warnings,
        *found.obstacles,
    ]


def placeholders(plan: Plan) -> list[str]:
    """Texts that the researcher has still to complete."""
    found = [
        f'texts/{name}.md still says "{PLACEHOLDER} ...]": complete it before anybody takes part.'
        for name, text in plan.texts.items()
        if PLACEHOLDER in text
    ]
    return found + [
        f'texts/{name}.md says "{left[0]}", which looks as if something were still to be written there: complete it '
        "before anybody takes part."
        for name, text in plan.texts.items()
        if (left := _LEFT_OPEN.search(text))
    ]


def consent(plan: Plan) -> list[str]:
    """A consent text that names no way to reach anybody; one that is missing or empty cannot be planned at all."""
    text = plan.texts.get("consent", "")
    if PLACEHOLDER in text or _REACHED_BY.search(text):
        return []
    return [
        "texts/consent.md names no e-mail address, web address or telephone number: people must be able to ask, and to "
        "have their data deleted, and ethics boards want it. Add one."
    ]


def pages(plan: Plan) -> str:
    """What participants walk through, so that a file that was forgotten shows."""
    n_checks = plan.design.sitting.attention_checks
    walk = [
        "consent",
        _counted("screening", len(plan.screening), "question"),
        "instructions" + (" with an example" if plan.example is not None else ""),
        _counted("check", len(plan.comprehension), "question"),
        "pledge" if plan.texts.get("pledge", "").strip() else "",
        "the questions" + (f" with {n_checks} attention checks among them" if n_checks else ""),
        _counted("questionnaire", len(plan.survey), "item") or "the questions about outside help",
        "debrief",
    ]
    return f"Pages: {', '.join(page for page in walk if page)}."


def pay(plan: Plan) -> list[str]:
    """What answers may cost, and what participants are told of a bonus."""
    design = plan.design
    answer = design.answer
    bonus = [
        f"Bonus, as the instructions say it: {line[2:]}"
        for line in bonus_told(design, plan.words).splitlines()
    ]
    if answer.scoring_rule is ScoringRule.NONE:
        return bonus
    lots = "lots are drawn for each question; " if answer.binarised else ""
    n_conditions = 2 if design.conditions.allocation == "within" else 1
    per_task = [n_conditions * task.questions_per_condition for task in design.tasks.values()]
    n = max(per_task) if design.conditions.tasks == "between" else sum(per_task)
    return [
        f"Pay: {lots}at most {answer.prize:g} {answer.currency} for a question and {n * answer.prize:g} for a person, "
        f"by the {answer.scoring_rule} rule; practice and attention checks pay nothing.",
        *bonus,
    ]


def _counted(page: str, n: int, of_what: str) -> str:
    return f"{page} ({n} {of_what}{'s' if n > 1 else ''})" if n else ""


def unfair(plan: Plan) -> list[str]:
    """What participants could rightly complain of, and recruitment platforms do not allow."""
    sitting, language = plan.design.sitting, plan.design.language
    found = []
    if plan.comprehension and sitting.comprehension_attempts < _FAIR_ATTEMPTS:
        found.append(
            "sitting.comprehension_attempts is 1: whoever misreads one sentence is out. "
            "Recruitment platforms ask for at least two attempts."
        )
    if sitting.attention_failures == 1:
        found.append(
            "sitting.attention_failures is 1: one slip ends the sitting. Recruitment platforms let nobody be refused "
            "for less than two failed attention checks."
        )
    practised = {item.question_id for items in plan.practice.values() for item in items}
    if language != ENGLISH and practised & {question.question_id for question in practice_questions()}:
        found.append(
            f"The practice items are the built-in ones, which are in English, and the study is in {language!r}. Import "
            "your own (role = practice in a table), or set practice_per_condition = 0."
        )
    return found


def _draft(folder: StudyFolder, store: Store, found: Findings, at: datetime) -> Plan | None:
    """The plan as it would be frozen now; None when something stands in the way, which is then told."""
    design = _or_obstacle(folder.read_design, found)
    language = design.language if design is not None else ENGLISH
    materials = _or_obstacle(lambda: folder.read_materials(language), found)
    if design is None or materials is None:
        return None
    questions = planning.with_builtin(store.questions(), design)
    return _or_obstacle(
        lambda: planning.draft(
            store.study_id(),
            design,
            questions,
            materials,
            at=at,
            selection=folder.read_selection(),
        ),
        found,
    )


def _space_for_data(folder: StudyFolder, needed: int, found: Findings) -> None:
    """Whether what the study will record has room, with an export and a backup beside it."""
    free, size = shutil.disk_usage(folder.path).free, f"{needed / 1024**2:,.0f} MiB"
    found.facts.append(
        f"Disk: about {size} for the record of all people, an export and a backup (an estimate)."
    )
    if _NO_SPACE <= free < needed + _NO_SPACE:
        found.warnings.append(
            f"The study is expected to need {size} of disk with an export and a backup, and {free / 1024**2:,.0f} MiB "
            f"are free where {folder.path} lies: it would stop before its end. Free some, or move the folder."
        )


def _power(plan: Plan, questions: Mapping[str, Question], power_of: Power | None, found: Findings) -> None:
    if plan.design.analysis.power_goal is None or power_of is None:
        return
    try:
        found.warnings += power(plan, power_of(plan, dict(questions)))
    except ValueError as error:
        # As where the difference added to the assumed accuracy is more than everything right.
        found.warnings.append(f"The power of this design cannot be said: {error}")


def _or_obstacle(load: Callable[[], _T], found: Findings) -> _T | None:
    try:
        return load()
    except BadInput as error:
        found.obstacles.append(str(error))
        return None


def _changed_since(folder: StudyFolder, plan: Plan, found: Findings) -> None:
    try:
        design = folder.read_design()
        now = folder.read_materials(design.language)
        # Not the interface's words: another release may have others.
        is_same = (design, now.texts) == (plan.design, plan.texts)
        is_same &= (now.screening, now.survey) == (plan.screening, plan.survey)
        is_same &= folder.read_selection() == plan.selection
    except BadInput:
        is_same = False
    if not is_same:
        found.warnings.append(
            "study.toml, texts/ or selection.csv have changed since the plan was frozen; the study runs as it was "
            "frozen."
        )


def _models(design: Design, environment: Mapping[str, str], found: Findings) -> None:
    assistant, alone = design.assistant.model, design.primary_model_alone.models
    if design.design != "demo" and design.assistant.provider_and_model[0] == "scripted":
        found.warnings.append(
            f"The assistant is {assistant}, which plays its part without any model: good for trying a study out, but "
            "no result about one. Name yours as assistant.model in study.toml before the plan is frozen."
        )
    for model in design.assistant.models:
        if problem := model_problem(model, environment):
            found.obstacles.append(f"The assistant cannot be asked: {problem}")
    found.warnings += [
        f"The model alone cannot be asked yet: {problem}"
        for model in alone
        if model != assistant and (problem := model_problem(model, environment))
    ]
    found.warnings += [
        f"{model}: the key goes to another machine over http, where others can read it; use https if it can be had."
        for model in dict.fromkeys((*design.assistant.models, *alone))
        if not model_problem(model, environment) and sends_key_in_clear(model, environment)
    ]


def model_problem(model: str, environment: Mapping[str, str]) -> str:
    """Why a model cannot be asked with this environment, empty when it can; nobody is asked to find out."""
    try:
        check_provider(model, environment)
    except (BadInput, ProviderError) as error:
        return str(error)
    return ""


def _disk(folder: StudyFolder, store: Store, found: Findings) -> None:
    free = shutil.disk_usage(folder.path).free
    size = f"{free / 1024**2:,.0f} MiB free where {folder.path} lies"
    if free < _NO_SPACE:
        found.obstacles.append(f"Too little disk space: {size}.")
    elif free < _LITTLE_SPACE:
        found.warnings.append(f"Little disk space: {size}.")
    try:
        with store.write():
            pass  # an empty transaction tells whether the record can be written
    except OversightError as error:
        found.obstacles.append(str(error))
