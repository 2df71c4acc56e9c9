"""The export: everything that leaves a study, as tables, codebook and manifest. Load, decide, save.

All tables are read from one moment of the record, also while participants go on. Which columns there are, and what they
mean, is said in `analysis.columns` and nowhere else; a column that the record cannot fill stays empty. Codes of
recruiting platforms and the tokens of links stand in no table. Of people who withdrew and do not let their data be used
nothing leaves but that they came and went: a row of participants.csv without anything that was measured.

    answers.csv ... page_times.csv     the tables             manifest.json      what they are of, with a hash of each
    datapackage.json, codebook.md      type, unit and meaning of every column, for programs (Frictionless) and people
    wide.csv, *.parquet                where they are asked for: one row per person; the tables with their types
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.columns import COLUMNS, GUARD, GUARD_RULE, WIDE, Table
from oversight_app.clock import stamp
from oversight_app.errors import NoPlan
from oversight_app.export_files.codebooks import Beside, write_codebooks
from oversight_app.export_files.manifest import counts_of, file_of, manifest_of, registration_of, sha256_of
from oversight_app.export_files.public import TABLES as PUBLIC_TABLES
from oversight_app.export_files.public import Public, Publisher
from oversight_app.export_files.public_readme import PUBLIC_NOTE, public_manifest, public_readme
from oversight_app.export_files.rows import planned_rows, rows_of
from oversight_app.export_files.tables import TableFiles
from oversight_app.export_files.why_empty import WHY_EMPTY
from oversight_app.export_files.wide import Wide
from oversight_app.export_files.withheld import Withheld
from oversight_app.store import Store
from oversight_app.store.tables import Snapshot
from oversight_app.study.events import STUDY_STREAM, ExportWritten, RehearsalBegun, iso
from oversight_app.study.plan import Plan, hash_of
from oversight_app.whole_folder import new_folder

Row = Mapping[str, Any]


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
    beside: Beside | None = None,
    public: Public | None = None,
) -> ExportPaths:
    """Write an export of the study as it stands; by default into exports/<utc> beside the record.

    `public` makes one that anybody may read (`export_files.public`). `is_rehearsal` and `truth` are what the record
    says of itself unless they are given. Raises NoPlan before the plan is frozen, BadInput where `out` is not empty or
    cannot be made; then nothing was written.
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
    beside, tables = beside or Beside(), PUBLIC_TABLES if public else tuple(Table)
    with new_folder(out) as folder:
        files = TableFiles(folder, parquet=beside.parquet, excel=beside.excel)
        wide = Wide() if beside.wide else None
        with store.snapshot() as record:
            people = list(record.rows("participants"))
            withheld = Withheld.of(people)
            publisher = _publisher(public, record, people, questions, plan) if public else None
            n_rows: dict[Table, int] = {}
            for table in tables:
                rows: Iterable[Row] = withheld.without(table, rows_of(record, table, questions))
                rows = publisher.rows(table, rows) if publisher else rows
                rows = wide.watching(table, rows) if wide else rows
                n_rows[table] = files.write(table.value, COLUMNS[table], rows)
            heads, counts = record.heads(), counts_of(people, record.n_invited(), record.n_deleted())
            enrolment = record.enrolment(plan.design.sitting.max_participants).about()
        # Participants write on; only the disk's part of the work is left, and it needs no moment of the record.
        n_wide = {WIDE: files.write(WIDE, wide.columns, wide.rows())} if wide else {}
        write_codebooks(folder, plan, tables, wide, beside, PUBLIC_NOTE if public else "")
        manifest = manifest_of(plan, at, store.frozen()) | {
            "registration": registration_of(events),
            "earlier_exports": [
                {"at": iso(item.at), "n_answers": item.event.n_answers}
                for item in events
                if isinstance(item.event, ExportWritten)
            ],
            "counts": counts,
            "enrolment": enrolment,
            "withheld": {"participants": len(withheld.people), "rows": dict(sorted(withheld.n_rows.items()))},
            "stream_heads": heads,
            "is_rehearsal": bool(is_rehearsal),
            "truth": truth,
            "cells": {"guard": GUARD, "rule": GUARD_RULE, "byte_order_mark": beside.excel},
            "rows": {table.value: n for table, n in n_rows.items()} | n_wide,
            "empty": {table.value: WHY_EMPTY[table] for table, n in n_rows.items() if n == 0},
        }
        if public and publisher:
            manifest = public_manifest(manifest, public, publisher)
            (folder / "README.md").write_text(public_readme(manifest, public, publisher), encoding="utf-8")
        manifest["files"] = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
        (folder / "manifest.json").write_text(
            json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    written = ExportWritten(hash_of(heads), n_rows[Table.ANSWERS], sha256_of(out / "manifest.json"))
    with store.write() as writing:
        writing.note_heads(at)
        writing.append(STUDY_STREAM, [written], at)
    paths = {table.value: out / file_of(table) for table in tables}
    return ExportPaths(out, out / "manifest.json", paths, n_rows[Table.ANSWERS])


def _publisher(
    public: Public, record: Snapshot, people: Iterable[Row], questions: Sequence[Row], plan: Plan
) -> Publisher:
    return Publisher(
        public,
        people=people,
        trials=record.rows("trials"),
        questions=questions,
        ids=record.platform_ids(),
        free_items={item.key for item in plan.survey if item.kind == "text"},
    )
