"""Participants' streams and the rows made of them, a part of the people at a time.

A study of a thousand people has hundreds of thousands of events; parts are held against the record by a process each.
Every part looks at a moment of its own, at events and rows of the same one.
"""

import gc
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from oversight_app.projections import keep_all, planned_questions
from oversight_app.store import Store
from oversight_app.store.audit import Audit, Difference, Link, audit
from oversight_app.store.store import Record
from oversight_app.study.events import STUDY_STREAM, from_body
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question
from oversight_app.study.sitting import Sitting
from oversight_app.verification.chains import Chain, check_chain
from oversight_app.verification.finding import Finding

_EVENTS_WORTH_A_PROCESS = 20_000
_LAST = "\U0010ffff"
_TOLD = 20

Noted = Mapping[str, Mapping[int, str]]
"""By stream and seq, the hashes that others have on record."""
Names = tuple[str, str]
"""From this name to that, both included."""


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a part: its streams, and what is wrong with them and their rows."""

    chains: tuple[Chain, ...]
    removed: frozenset[str]
    """Streams that were deleted by the moment at which this part was read."""
    findings: tuple[Finding, ...]


def check_people(
    path: Path, noted: Noted, empty: bytes, *, with_tables: bool = True, processes: int | None = None
) -> list[Part]:
    """Hold every participant's stream against its chain, and the tables against the streams.

    `empty` is the file of a record in which nothing stands, to make the tables in.
    """
    with audit(path) as opened:
        names = opened.names()
    n = sum(count for _, count in names)
    most = processes or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = list(_split(names, max(1, min(most or 1, n // _EVENTS_WORTH_A_PROCESS))))
    if len(parts) == 1:
        return [check_part(path, parts[0], noted, empty, with_tables=with_tables)]
    # Never a fork: whoever calls may have threads. What a process makes is gone with it, so nothing is collected.
    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn"), initializer=gc.disable) as pool:
        job = partial(check_part, path, noted=noted, empty=empty, with_tables=with_tables)
        return list(pool.map(job, parts))


def _split(names: Sequence[tuple[str, int]], n_parts: int) -> Iterator[Names]:
    """Ranges of names with about as many events each; together they are all names that there can be."""
    total, sofar, first = sum(n for _, n in names), 0, ""
    for name, n in names:
        sofar += n
        if n_parts > 1 and sofar >= total / n_parts:
            yield first, name
            first, total, sofar, n_parts = name + "\0", total - sofar, 0, n_parts - 1
    yield first, _LAST


def check_part(path: Path, names: Names, noted: Noted, empty: bytes, *, with_tables: bool = True) -> Part:
    """Hold the streams of these names against their chains, and the rows of these people against the streams."""
    with audit(path) as record, tempfile.TemporaryDirectory() as folder:
        chains: list[Chain] = []
        made = Path(folder) / "made.db"
        made.write_bytes(empty)
        frozen = planned(record) if with_tables else None
        findings: list[Finding] = []
        with Store.open(made, synchronous="OFF") as store, store.write() as writing:
            for stream, links in record.streams(names):
                if stream == STUDY_STREAM:
                    continue
                rows = list(links)
                chain = check_chain(stream, rows, noted.get(stream))
                chains.append(chain)
                if not chain.findings and frozen is not None:
                    findings += make_rows(writing, stream, rows, *frozen)
        broken = {chain.stream for chain in chains if chain.findings}
        broken |= {finding.place.removeprefix("stream ") for finding in findings}
        removed = frozenset(record.removed())
        if frozen is not None:
            whole = {chain.stream for chain in chains}
            findings += _told(record, made, names, broken, whole)
    wrong = [finding for chain in chains for finding in chain.findings]
    return Part(tuple(chains), removed, (*wrong, *findings))


def planned(record: Audit) -> tuple[Plan, Mapping[str, Question]] | None:
    """The plan and its questions; None where they cannot be read, which is said elsewhere."""
    stored = record.plan()
    try:
        plan = Plan.model_validate_json(stored[1]) if stored else None
        return None if plan is None else (plan, planned_questions(plan, record.questions()))
    except (ValueError, KeyError):
        return None


def make_rows(
    record: Record, stream: str, rows: Iterable[Link], plan: Plan, questions: Mapping[str, Question]
) -> list[Finding]:
    """Make the rows of one stream in a record made for it."""
    try:
        happened = (
            (from_body(row.kind, row.version, row.body), datetime.fromisoformat(row.at)) for row in rows
        )
        keep_all(record, Sitting(stream), happened, plan=plan, questions=questions)
    except Exception as error:
        # Whatever is wrong with one sitting must not hide what is wrong with the others.
        return [
            Finding(
                f"stream {stream}", f"no sitting can be made of its events ({type(error).__name__}: {error})"
            )
        ]
    return []


def _told(record: Audit, made: Path, names: Names, broken: set[str], streams: set[str]) -> list[Finding]:
    """Differences between tables and streams; those of a stream that is broken itself say nothing new."""
    findings: list[Finding] = []
    orphans: dict[str, set[str]] = {}
    for difference in record.differences(made, names):
        if difference.participant_id in broken:
            continue
        if difference.participant_id not in streams:
            orphans.setdefault(difference.participant_id, set()).add(difference.table)
        else:
            findings.append(_finding(difference))
    for participant_id, tables in sorted(orphans.items()):
        held = (
            f"the tables {', '.join(sorted(tables))} hold"
            if len(tables) > 1
            else f"the table {min(tables)} holds"
        )
        findings.append(Finding(f"stream {participant_id}", f"missing, though {held} rows of it"))
    if len(findings) > _TOLD:
        more = Finding(
            "tables", f"{len(findings) - _TOLD} more differences; `oversight rebuild` makes them again"
        )
        findings = [*findings[:_TOLD], more]
    return findings


def _finding(difference: Difference) -> Finding:
    place = f"table {difference.table}, row {' '.join(difference.key)}"
    if difference.column:
        return Finding(
            f"{place}, column {difference.column}",
            f"found {_shown(difference.stored)}, the events make it {_shown(difference.made)}",
        )
    return Finding(place, "missing" if difference.is_missing else "no event made it")


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
