"""Registering the analysis: write down what will be done before anybody answers, and note in the record that it was.

Load, decide, save. The first registration counts and stands: its content, its hash, its time and how much data there
was are an event of the study, and every export carries them. The files are copies for people to publish.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from oversight_app.errors import BadInput, NoPlan
from oversight_app.store import Store
from oversight_app.study.events import STUDY_STREAM, AnalysisRegistered, Happened, iso
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.registration import as_markdown, registered

FILE = "registration.md"

Power = Callable[[Plan, dict[str, Question]], Sequence[Mapping[str, Any]]]
"""The expected power of each task with target_n participants, handed in by the doors: the analysis says it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration: its text's file, the file for programs beside it, its hash and time, and what there was then."""

    markdown: Path
    value: Path
    sha256: str
    at: str
    n_people: int
    n_answers: int
    is_new: bool


def register(store: Store, power: Power, *, at: datetime, out: Path | None = None) -> Registered:
    """Register the analysis of a planned study, or write the files of its registration again.

    Raises NoPlan before the plan is frozen, BadInput where a file of that name holds something else. Then nothing was
    written and nothing noted.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    markdown = store.path.parent / FILE if out is None else out
    if markdown.suffix.lower() == ".json":
        raise BadInput(f"{markdown}: the registration is Markdown; choose a name that ends in .md.")
    value = markdown.with_suffix(".json")
    before = registration_of(store)
    event, moment = before or (_decided(store, plan, power), iso(at))
    text = as_markdown(event.registered, event.n_people, event.n_answers)
    if before and _sha256(text) != event.sha256:
        raise BadInput(
            f"This study was registered at {moment} by another release of this tool, whose words differ (SHA-256 "
            f"{event.sha256}). That registration stands; keep its file."
        )
    body = {
        "sha256": event.sha256,
        "registered_at": moment,
        "n_people": event.n_people,
        "n_answers": event.n_answers,
    }
    as_json = json.dumps(body | dict(event.registered), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    _must_be_the_same(markdown, text)
    # Of a file for programs only the registration that was noted counts: an older one is never silently lost.
    if before:
        _must_be_the_same(value, as_json)
    elif value.exists():
        raise BadInput(
            f"{value} exists already; nothing was written. Move it away, or give another name with --out."
        )
    if not markdown.parent.is_dir():
        raise BadInput(f"{markdown.parent} is no folder; nothing was written.")
    if not before:
        # First the record, then its copies: whatever happens to the files, the same command writes them again.
        with store.write() as record:
            record.append(STUDY_STREAM, [event], at)
    _write(markdown, text)
    _write(value, as_json)
    return Registered(
        markdown, value, event.sha256, moment, event.n_people, event.n_answers, is_new=not before
    )


def registration_of(store: Store) -> tuple[AnalysisRegistered, str] | None:
    """The registration that stands, the first one, with its time; None without one."""
    return next(_registrations(store.events_of(STUDY_STREAM)), None)


def _registrations(events: Sequence[Happened]) -> Any:
    return ((it.event, iso(it.at)) for it in events if isinstance(it.event, AnalysisRegistered))


def _decided(store: Store, plan: Plan, power: Power) -> AnalysisRegistered:
    frozen = store.frozen()
    hashes = (frozen.design_hash, frozen.plan_hash) if frozen else (plan.design_hash, plan.plan_hash)
    questions = {question.question_id: question for question in store.questions()}
    content = registered(plan, hashes, power(plan, questions))
    with store.snapshot() as record:
        n_people = sum(
            row["cell"] is not None and row["participant_kind"] != "model"
            for row in record.rows("participants")
        )
        n_answers = sum(1 for _ in record.rows("answers"))
    return AnalysisRegistered(
        _sha256(as_markdown(content, n_people, n_answers)), n_people, n_answers, content
    )


def _must_be_the_same(path: Path, text: str) -> None:
    try:
        differs = path.exists() and path.read_text(encoding="utf-8") != text
    except (OSError, UnicodeDecodeError):
        differs = True
    if differs:
        raise BadInput(
            f"{path} exists already and holds something else; nothing was written. Move it away, or give another name "
            "with --out."
        )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}).") from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
