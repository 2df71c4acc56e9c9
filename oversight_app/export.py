"""The export: everything that leaves a study, as tables, codebook and manifest. Load, decide, save.

All tables are read from one moment of the record, also while participants go on. Which columns there are, and what they
mean, is said in `analysis.columns` and nowhere else; a column that the record cannot fill stays empty. Codes of
recruiting platforms and the tokens of links stand in no table. Of people who withdrew and do not let their data be used
nothing leaves but that they came and went: a row of participants.csv without anything that was measured.

    answers.csv ... observations.csv   the tables             manifest.json      what they are of, with a hash of each
    datapackage.json                   type, unit and meaning of every column (Frictionless)
"""

import csv
import hashlib
import json
import os
import platform
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from analysis.columns import SCHEMA, Table, datapackage, ordered
from oversight_app.clock import stamp
from oversight_app.errors import NoPlan
from oversight_app.store import Store
from oversight_app.store.tables import Snapshot
from oversight_app.study.design import AssistantMode, Outcome, Protocol, split_model
from oversight_app.study.events import (
    STUDY_STREAM,
    AnalysisRegistered,
    ExportWritten,
    Happened,
    PlanFrozen,
    RehearsalBegun,
    iso,
)
from oversight_app.study.passages import paragraphs
from oversight_app.study.plan import Plan, hash_of
from oversight_app.study.questions import Question
from oversight_app.study.selection import selection_probabilities
from oversight_app.study.submissions import GIVING_BACK
from oversight_app.whole_folder import new_folder

Row = Mapping[str, Any]

WHY_EMPTY: Mapping[Table, str] = {
    Table.ANSWERS: "No trial was closed when this export was made.",
    Table.PARTICIPANTS: "Nobody had agreed to take part when this export was made.",
    Table.QUESTIONS: "The plan holds no questions.",
    Table.PLAN: "Nobody had begun when this export was made; trials are drawn at that moment.",
    Table.MESSAGES: "Nobody had written to an assistant when this export was made.",
    Table.BELIEFS: "No belief was stated during a trial; a design asks for them with answer.belief_after_reply.",
    Table.MODEL_CALLS: "No model had been asked when this export was made.",
    Table.EVENTS: "Nothing had happened when this export was made.",
    Table.OBSERVATIONS: "Nothing was noted beside answers, or the design's [log] switches it off.",
    Table.SURVEY: "Nobody had come to the questionnaire when this export was made.",
}


@dataclass(frozen=True, slots=True)
class ExportPaths:
    """Where an export lies: its folder, its manifest, each table's file; `n_answers` counts the rows of answers.csv."""

    folder: Path
    manifest: Path
    tables: Mapping[str, Path]
    n_answers: int


def export_study(
    store: Store,
    out: Path | None = None,
    *,
    at: datetime,
    is_rehearsal: bool | None = None,
    truth: Mapping[str, Any] | None = None,
) -> ExportPaths:
    """Write an export of the study as it stands; by default into exports/<utc> beside the record.

    `is_rehearsal` and `truth` are what the record says of itself unless they are given. Raises NoPlan before
    the plan is frozen, BadInput where `out` is not empty or cannot be made; then nothing was written.
    """
    plan = store.plan()
    if plan is None:
        raise NoPlan(store.path.parent)
    out = store.path.parent / "exports" / stamp(at) if out is None else out
    events = store.events_of(STUDY_STREAM)
    rehearsal = next((item.event for item in events if isinstance(item.event, RehearsalBegun)), None)
    if rehearsal is not None:
        is_rehearsal = True if is_rehearsal is None else is_rehearsal
        truth = rehearsal.truth if truth is None else truth
    questions = planned_rows(store.questions(), store.rows("questions"), plan)
    with new_folder(out) as folder:
        with store.snapshot() as record:
            people = list(record.rows("participants"))
            withheld = Withheld.of(people)
            n_rows = {
                table: write_table(folder, table, withheld.without(table, rows_of(record, table, questions)))
                for table in Table
            }
            heads, counts = record.heads(), counts_of(people, record.n_invited(), record.n_deleted())
        # Participants write on; only the disk's part of the work is left, and it needs no moment of the record.
        (folder / "datapackage.json").write_text(codebook(plan), encoding="utf-8")
        manifest = manifest_of(plan, at, store.frozen()) | {
            "registration": _registration(events),
            "earlier_exports": [
                {"at": iso(item.at), "n_answers": item.event.n_answers}
                for item in events
                if isinstance(item.event, ExportWritten)
            ],
            "counts": counts,
            "withheld": {"participants": len(withheld.people), "rows": dict(sorted(withheld.n_rows.items()))},
            "stream_heads": heads,
            "is_rehearsal": bool(is_rehearsal),
            "truth": truth,
            "rows": {table.value: n for table, n in n_rows.items()},
            "empty": {table.value: WHY_EMPTY[table] for table, n in n_rows.items() if n == 0},
            "files": {path.name: sha256_of(path) for path in sorted(folder.iterdir())},
        }
        (folder / "manifest.json").write_text(
            json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    written = ExportWritten(hash_of(heads), n_rows[Table.ANSWERS], sha256_of(out / "manifest.json"))
    with store.write() as writing:
        writing.note_heads(at)
        writing.append(STUDY_STREAM, [written], at)
    tables = {table.value: out / file_of(table) for table in Table}
    return ExportPaths(out, out / "manifest.json", tables, n_rows[Table.ANSWERS])


class Withheld:
    """Who withdrew and does not let their data be used, and how many rows of theirs stay in the study for it."""

    def __init__(self, people: frozenset[str]) -> None:
        self.people = people
        self.n_rows: Counter[str] = Counter()

    @classmethod
    def of(cls, people: Iterable[Row]) -> Self:
        """Of the rows of everybody's participants table."""
        return cls(frozenset(row["participant_id"] for row in people if row["keeps_data"] == 0))

    def without(self, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
        """A table's rows as they may leave the study."""
        for row in rows:
            if row.get("participant_id", row.get("stream")) not in self.people:
                yield row
            elif table is Table.PARTICIPANTS:
                yield {name: value for name, value in row.items() if name not in _MEASURED}
            else:
                self.n_rows[table.value] += 1


_MEASURED = ("comprehension_attempts", "n_attention_failed", "external_help_reported")
"""What participants.csv says of a person's doings; the other columns say when they came, and how far."""


# -- tables ---------------------------------------------------------------------------------------


def rows_of(record: Snapshot, table: Table, questions: Sequence[Row]) -> Iterable[Row]:
    """Everybody's rows of a table; those of people who do not let their data be used are left out by `Withheld`."""
    readers: Mapping[Table, Callable[[], Iterable[Row]]] = {
        Table.ANSWERS: lambda: record.rows("answers"),
        Table.PARTICIPANTS: lambda: record.rows("participants"),
        Table.QUESTIONS: lambda: questions,
        Table.PLAN: lambda: record.rows("trials"),
        Table.MESSAGES: lambda: record.rows("messages"),
        Table.BELIEFS: lambda: record.rows("beliefs"),
        Table.SURVEY: lambda: record.rows("survey"),
        Table.OBSERVATIONS: lambda: record.rows("observations"),
        Table.MODEL_CALLS: lambda: record.rows("model_calls"),
        Table.EVENTS: lambda: record.rows("events"),
    }
    return readers[table]() if table in readers else ()


def planned_rows(bank: Sequence[Question], rows: Iterable[dict[str, Any]], plan: Plan) -> list[Row]:
    """The questions that the plan uses; the rest of the bank belongs to its publisher, not to the study."""
    form_of = {
        question_id: form
        for forms in plan.forms.values()
        for form, slots in forms.items()
        for slot in slots
        for question_id in slot.question_ids
    }
    others = {item.question_id for items in plan.practice.values() for item in items} | set(plan.attention)
    chances = selection_probabilities(bank, plan.forms, plan.design, plan.selection)
    return [
        row
        | {
            "form": form_of.get(row["question_id"]),
            "selection_prob": chances.get(row["question_id"]),
            "passage_text": "\n\n".join(paragraphs(row["passage_text"])) if row["passage_text"] else None,
        }
        for row in rows
        if row["question_id"] in form_of or row["question_id"] in others
    ]


def write_table(folder: Path, table: Table, rows: Iterable[Row], *, more: Sequence[str] = ()) -> int:
    """Write one table in the contract's columns, and `more` behind them; returns its number of rows."""
    names, n = (*ordered(table), *more), 0
    with (folder / file_of(table)).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            # csv writes None as an empty cell, and numbers so that they read back as the same number.
            writer.writerow([row.get(name) for name in names])
            n += 1
        file.flush()
        os.fsync(file.fileno())
    return n


def file_of(table: Table) -> str:
    """The name of a table\'s file."""
    return f"{table.value}.csv"


def sha256_of(path: Path) -> str:
    """64 hex digits over a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- what the tables are of -----------------------------------------------------------------------


def manifest_of(plan: Plan, at: datetime, frozen: PlanFrozen | None) -> dict[str, Any]:
    """What an export is of, as far as the plan says it."""
    design, assistant = plan.design, plan.design.assistant
    provider, model = assistant.provider_and_model
    primary = design.analysis.primary_model_alone
    primary_provider, primary_model = split_model(primary.model) if primary else (provider, model)
    return {
        "schema": SCHEMA,
        "study_id": plan.study_id,
        "title": design.title,
        "exported_at": iso(at),
        "versions": {"oversight": _version(), "python": platform.python_version()},
        "design": design.design,
        "design_hash": frozen.design_hash if frozen else plan.design_hash,
        "plan_hash": frozen.plan_hash if frozen else plan.plan_hash,
        "frozen_at": plan.frozen_at,
        "seed": design.seed,
        "is_demo": design.design == "demo",
        "pilot_only": plan.pilot_only,
        "pass_question": assistant.pass_question,
        "told_reliability": design.told_reliability,
        "assistant": {
            "provider": provider,
            "model": model,
            "second_model": assistant.second_model or None,
            "protocol": assistant.protocol.value,
            **assistant.rules_in_force,
        },
        "assistant_mode": assistant.mode.value,
        "prices_usd_per_million_tokens": {
            ":".join(split_model(name)): price.model_dump(exclude_none=True)
            for name, price in plan.prices.items()
        },
        "spending_caps_usd": assistant.spending.model_dump(exclude_none=True),
        "selection": plan.selection.about() | {"statement": plan.selection.statement}
        if plan.selection
        else None,
        "language": design.language,
        "answer": {
            "sequence": design.answer.sequence.value,
            "confidence_scale": design.answer.confidence.value,
            "scoring_rule": design.answer.scoring_rule.value,
            "prize": design.answer.prize or None,
            "currency": design.answer.currency if design.answer.prize else None,
            "belief_after_reply": design.answer.belief_after_reply,
            "reason": design.answer.reason,
            "skip": design.answer.skip,
            "feedback": design.answer.feedback.value,
        },
        "logged": [kind for kind, is_on in design.log if is_on],
        # A model that says what it thinks has an error share too, but nobody declared it.
        # Of two sides in a debate one is wrong, which says nothing of an assistant.
        "declared_error_share": assistant.error_share
        if assistant.mode is AssistantMode.ASSIGNED and assistant.protocol is not Protocol.DEBATE
        else None,
        "primary_model_alone": {
            "provider": primary_provider,
            "model": primary_model,
            "method": primary.method if primary else "zero_shot",
        },
        "analysis": {
            "family": list(design.analysis.family),
            "exclusions": list(design.analysis.exclusions),
            "margin": design.analysis.margin,
            "wmv_panel_size": design.analysis.wmv_panel_size,
            "target_n": design.analysis.target_n,
            "stopping_rule": design.analysis.stopping_rule,
        },
    }


def _registration(events: Iterable[Happened]) -> dict[str, Any] | None:
    """What was registered, the first time, with its hash and time and how much data there was; None without one."""
    for item in events:
        if isinstance(item.event, AnalysisRegistered):
            said = item.event
            return {
                "registered_at": iso(item.at),
                "sha256": said.sha256,
                "n_people": said.n_people,
                "n_answers": said.n_answers,
            } | dict(said.registered)
    return None


def counts_of(people: Iterable[Row], n_invited: int, n_deleted: int) -> dict[str, int]:
    """How many people came how far."""
    everybody = [row for row in people if row["participant_kind"] != "model"]
    # Simulated participants beside people are not counted as people; a study of simulated ones only is counted by them.
    people = [row for row in everybody if row["participant_kind"] == "human"] or everybody
    return {
        "invited": n_invited,
        "agreed_to_take_part": sum(row["consent_hash"] is not None for row in people),
        "began": sum(row["cell"] is not None for row in people),
        "completed": sum(row["outcome"] == Outcome.COMPLETED for row in people),
        "deleted": n_deleted,
        "withdrew": sum(row["outcome"] == Outcome.WITHDREW for row in people),
        "closed_trials": sum(row["n_closed"] for row in people),
        # As far as the platform's export was read; these people may have answered here all the same.
        **{
            f"{status.name.lower()}_at_platform": sum(row["platform_status"] == status for row in people)
            for status in GIVING_BACK
        },
    }


def codebook(plan: Plan, *, is_joined: bool = False) -> str:
    """The text of datapackage.json; `is_joined`: of an export of several sites."""
    name = re.sub(r"[^a-z0-9._-]+", "-", plan.study_id.lower()).strip("-._") or "export"
    package = datapackage(
        [(table.value, file_of(table)) for table in Table],
        name=name,
        title=plan.design.title,
        is_joined=is_joined,
    )
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _version() -> str | None:
    try:
        return version("oversight")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return None
