"""The frozen plan: whether it is the one that was frozen, and whether the files beside the record still say the same.

The plan's hash is taken of its text as stored, so that a later release, which knows more keys, comes to the same. A
bank is hashed with the columns that the release had which froze it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from oversight_app.errors import OversightError
from oversight_app.planning import as_planned
from oversight_app.store.audit import Audit
from oversight_app.study.bank_hash import bank_hashes
from oversight_app.study.events import PlanFrozen
from oversight_app.study.plan import Plan, hash_of
from oversight_app.study.questions import Question
from oversight_app.study_folder import StudyFolder
from oversight_app.verification.finding import Finding

_ABSENT = object()


def check_plan(record: Audit, frozen: PlanFrozen | None) -> Iterator[Finding]:
    """The plan in the record against the hashes that the study's stream has of it."""
    stored = record.plan()
    if stored is None:
        if frozen is not None:
            yield Finding("table plans", "missing, though the study's stream says that a plan was frozen")
        return
    plan_hash, body = stored
    if frozen is None:
        yield Finding("stream study", "no PlanFrozen, though there is a plan; nothing vouches for it")
    try:
        values = json.loads(body)
    except ValueError as error:
        yield Finding("table plans, column body", f"no plan can be read from it ({error})")
        return
    found = hash_of(values)
    if frozen is not None and found != frozen.plan_hash:
        is_design = hash_of(values.get("design")) != frozen.design_hash
        part = "its design was changed" if is_design else "it was changed outside its design"
        yield Finding(
            "table plans, column body",
            f"{part}: its hash is {found[:12]}, frozen was {frozen.plan_hash[:12]}",
        )
    if plan_hash != (frozen.plan_hash if frozen else found):
        yield Finding(
            "table plans, column plan_hash", f"found {plan_hash[:12]}, which is not the plan's hash"
        )


def check_bank(record: Audit, plan: Plan, questions: list[Question]) -> Iterator[Finding]:
    """Questions and passages against the hashes that they were imported with, and all against the plan's."""
    named = [
        Finding(f"table passages, passage {name}", "changed since the import")
        for name in record.wrong_passages()
    ]
    kept = record.content_hashes()
    for question in questions:
        # A passage that was changed is named once, and not again with each of its questions.
        if kept.get(question.question_id) != question.content_hash and not named:
            named.append(
                Finding(
                    f"table questions, question {question.question_id}", "its text or an option was changed"
                )
            )
    yield from named
    if not named and plan.bank_hash not in bank_hashes(questions):
        yield Finding(
            "table questions",
            f"not the bank that was frozen ({plan.bank_hash[:12]}): a question is missing or added, or a key or "
            "another column beside text and options was changed",
        )


def check_files(folder: StudyFolder, plan: Plan) -> tuple[list[Finding], list[str]]:
    """The design and the texts in the folder against the frozen copies; findings, and notes on what is not there."""
    if not folder.design_file.is_file():
        return [], [
            f"there is no {folder.design_file.name} beside the record; the frozen copy in it is what counts"
        ]
    try:
        design = folder.read_design()
    except OversightError as error:
        return [Finding(folder.design_file.name, f"no design can be read from it: {error}")], []
    findings = [
        Finding(
            f"study.toml, {key}",
            f"differs from the frozen design: found {_shown(now)}, frozen is {_shown(then)}",
        )
        for key, now, then in differing(design.model_dump(mode="json"), plan.design.model_dump(mode="json"))
    ]
    if not folder.texts.is_dir():
        return findings, [
            "there is no folder texts beside the record; the frozen copies in it are what counts"
        ]
    try:
        materials = as_planned(folder.read_materials(plan.design.language), plan.design)
    except OversightError as error:
        return [*findings, Finding("texts", f"cannot be read: {error}")], []
    findings += [_text("texts", name, ".md", how) for name, how in _changed(materials.texts, plan.texts)]
    own = {path.stem for path in (folder.path / "prompts").glob("*.md")}
    prompts = {name: text for name, text in materials.prompts.items() if name in own}
    findings += [
        _text("prompts", name, ".md", how)
        for name, how in _changed(prompts, {name: text for name, text in plan.prompts.items() if name in own})
    ]
    for name in ("comprehension", "screening", "survey", "example"):
        if getattr(materials, name) != getattr(plan, name):
            findings.append(_text("texts", name, ".toml", "differs from the frozen copy"))
    return findings, []


def differing(now: Any, then: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The keys, as in tasks.mmlu.time_limit_s, in which two designs differ, with both values."""
    if isinstance(now, Mapping) and isinstance(then, Mapping):
        for name in [*now, *(name for name in then if name not in now)]:
            inner = f"{key}.{name}" if key else str(name)
            yield from differing(now.get(name, _ABSENT), then.get(name, _ABSENT), inner)
    elif now != then:
        yield key, now, then


def _changed(now: Mapping[str, str], then: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(now.keys() | then.keys()):
        if name not in now:
            yield name, "missing; the frozen copy is in the record"
        elif name not in then:
            yield name, "added since the plan was frozen; no participant reads it"
        elif now[name] != then[name]:
            yield name, "differs from the frozen copy"


def _text(folder: str, name: str, ending: str, how: str) -> Finding:
    return Finding(f"{folder}/{name}{ending}", how)


def _shown(value: object) -> str:
    text = "nothing" if value is _ABSENT or value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
