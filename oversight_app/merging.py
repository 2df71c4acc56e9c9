"""Joining the records of several sites into one export.

The plan is frozen once; each lab works on its own copy of the planned study folder, so all have the same plan and
bank, and people of their own. The joined export is read by the analysis like any other. What cannot be joined without
a loss or a guess is refused, and the message says what to do.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.columns import COLUMNS, GUARD, GUARD_RULE, SITE, Table
from oversight_app.errors import BadInput, NoPlan
from oversight_app.export_files.codebooks import Beside, write_codebooks
from oversight_app.export_files.manifest import counts_of, manifest_of, sha256_of
from oversight_app.export_files.rows import Row, planned_rows, rows_of
from oversight_app.export_files.tables import TableFiles
from oversight_app.export_files.why_empty import WHY_EMPTY
from oversight_app.export_files.withheld import Withheld
from oversight_app.store.audit import Audit, audit
from oversight_app.store.upgrading import missing_steps
from oversight_app.study.events import STUDY_STREAM, Event, PlanFrozen, RehearsalBegun, from_body
from oversight_app.study.plan import Plan
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import verify_record
from oversight_app.whole_folder import new_folder

_NOTE = (
    f"This export is of several sites. Every table but questions.csv ends in `{SITE.name}`: {SITE.meaning}"
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Where a joined export lies, and how many answers are of each site."""

    folder: Path
    n_answers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Site:
    name: str
    record: Audit
    plan: Plan
    events: Sequence[Event]

    @property
    def frozen(self) -> PlanFrozen | None:
        return next((event for event in self.events if isinstance(event, PlanFrozen)), None)

    @property
    def rehearsal(self) -> RehearsalBegun | None:
        return next((event for event in self.events if isinstance(event, RehearsalBegun)), None)


def sites_of(given: Sequence[str]) -> dict[str, Path]:
    """Study folders by the name of their site: what stands before "=", or else the folder's name. Raises BadInput."""
    if len(given) < 2:
        raise BadInput("Joining takes two studies or more; name each as [SITE=]STUDY.")
    sites: dict[str, Path] = {}
    for each in given:
        name, sign, path = each.partition("=")
        folder = Path(path if sign else each)
        site = name if sign else folder.resolve().name
        if not site or site in sites:
            raise BadInput(
                f"{each}: the site {site!r} is named twice, or has no name. Write SITE=STUDY for each."
            )
        sites[site] = folder
    return sites


def merge_studies(out: Path, sites: Mapping[str, Path], *, at: datetime) -> Merged:
    """Write one export of several records of the same plan; raises BadInput for what cannot be joined.

    Each record is proven on the way (its file, its chains, its plan) and nothing in it is changed.
    """
    with ExitStack() as stack:
        opened = [_opened(stack, name, StudyFolder.open(path)) for name, path in sites.items()]
        first = opened[0]
        _must_be_of_one_plan(opened)
        _must_not_clash(opened)
        n_rows: Counter[str] = Counter()
        n_answers: Counter[str] = Counter({site.name: 0 for site in opened})
        withheld = {site.name: Withheld.of(site.record.snapshot().rows("participants")) for site in opened}
        with new_folder(out) as folder:
            files = TableFiles(folder)
            for table in Table:
                if table is Table.QUESTIONS:
                    n_rows[table.value] = files.write(table.value, COLUMNS[table], _questions(first))
                else:
                    rows = _rows(opened, table, withheld, n_answers)
                    n_rows[table.value] = files.write(table.value, (*COLUMNS[table], SITE), rows)
            write_codebooks(folder, first.plan, tuple(Table), None, Beside(), _NOTE, is_joined=True)
            manifest = _manifest(opened, withheld, n_answers, at) | {
                "cells": {"guard": GUARD, "rule": GUARD_RULE, "byte_order_mark": False},
                "rows": dict(n_rows),
                "empty": {table.value: WHY_EMPTY[table] for table in Table if not n_rows[table.value]},
                "files": {path.name: sha256_of(path) for path in sorted(folder.iterdir())},
            }
            text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
            (folder / "manifest.json").write_text(text, encoding="utf-8")
    return Merged(out, dict(n_answers))


def _opened(stack: ExitStack, name: str, folder: StudyFolder) -> _Site:
    if lacking := missing_steps(folder.record):
        raise BadInput(
            f"{name}: {folder.path} is of an earlier release (it lacks {', '.join(lacking)}). Bring it up to date with "
            f"`oversight upgrade {folder.path}`, and join again."
        )
    found = verify_record(folder.record, with_tables=False)
    if not found.is_sound:
        raise BadInput(f"{name}: {folder.record} is not sound: {found.findings[0]}. See `oversight verify`.")
    record = stack.enter_context(audit(folder.record))
    stored = record.plan()
    if stored is None:
        raise NoPlan(folder.path)
    events = [
        from_body(link.kind, link.version, link.body)
        for _, links in record.streams((STUDY_STREAM, STUDY_STREAM))
        for link in links
    ]
    return _Site(name, record, Plan.model_validate_json(stored[1]), events)


def _must_be_of_one_plan(sites: Sequence[_Site]) -> None:
    first = sites[0]
    for site in sites[1:]:
        if site.frozen != first.frozen:
            raise BadInput(
                f"{first.name} and {site.name} have different plans ({_plan_hash(first)} and {_plan_hash(site)}), so "
                "their answers are of two studies. Plan once, and give each site a copy of the planned folder; studies "
                "of different plans are exported and analysed each by itself."
            )
        if (site.rehearsal is None) != (first.rehearsal is None):
            a, b = (first, site) if first.rehearsal else (site, first)
            raise BadInput(
                f"{a.name} is a rehearsal and {b.name} is not; people and simulated ones are never joined."
            )


def _must_not_clash(sites: Sequence[_Site]) -> None:
    heads: dict[str, tuple[str, str]] = {}
    for site in sites:
        for stream, head in site.record.heads().items():
            if stream == STUDY_STREAM:
                continue
            if stream in heads:
                other, same = heads[stream][0], heads[stream][1] == head
                what = (
                    "with the same events: one is perhaps a copy of the other"
                    if same
                    else "with different events"
                )
                raise BadInput(
                    f"{stream} is on record at {other} and at {site.name}, {what}. Nobody can be in two places: leave "
                    f"one of the two out, or delete {stream} at one of them with `oversight delete`. For a model that "
                    "answers alone, ask it at one site only."
                )
            heads[stream] = (site.name, head)


def _plan_hash(site: _Site) -> str:
    return site.frozen.plan_hash[:12] if site.frozen else "none"


def _questions(site: _Site) -> list[Row]:
    return planned_rows(site.record.questions(), site.record.snapshot().rows("questions"), site.plan)


def _rows(
    sites: Sequence[_Site], table: Table, withheld: Mapping[str, Withheld], n_answers: Counter[str]
) -> Iterator[Row]:
    for site in sites:
        rows = rows_of(site.record.snapshot(), table, ())
        for row in withheld[site.name].without(table, rows):
            n_answers[site.name] += table is Table.ANSWERS
            yield dict(row) | {SITE.name: site.name}


def _manifest(
    sites: Sequence[_Site], withheld: Mapping[str, Withheld], n_answers: Mapping[str, int], at: datetime
) -> dict[str, Any]:
    first = sites[0]
    sources = []
    counts: Counter[str] = Counter()
    n_withheld: Counter[str] = Counter()
    heads: dict[str, str] = {}
    for site in sites:
        snapshot, of_site = site.record.snapshot(), site.record.heads()
        people = list(snapshot.rows("participants"))
        of_people = counts_of(people, snapshot.n_invited(), snapshot.n_deleted())
        counts.update(of_people)
        n_withheld.update(withheld[site.name].n_rows)
        heads |= {stream: head for stream, head in of_site.items() if stream != STUDY_STREAM}
        sources.append(
            {
                "site": site.name,
                "study_head": of_site.get(STUDY_STREAM),
                "streams": len(of_site),
                "answers": n_answers[site.name],
                "counts": of_people,
            }
        )
    n_people = sum(len(each.people) for each in withheld.values())
    return manifest_of(first.plan, at, first.frozen) | {
        "counts": dict(counts),
        "withheld": {"participants": n_people, "rows": dict(sorted(n_withheld.items()))},
        "sources": sources,
        "stream_heads": heads,
        "is_rehearsal": first.rehearsal is not None,
        "truth": first.rehearsal.truth if first.rehearsal else None,
    }
