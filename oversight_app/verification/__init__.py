"""Verification: an export comes from its database, the database from its frozen plan, and nothing was altered.

    file -> schema -> chains of all streams -> heads noted in the study's stream, and kept elsewhere
         -> plan and bank against their hashes -> files of the folder against the frozen copies
         -> tables against what the events make of them -> an export against manifest and tables

Nothing is written, and the record may be served meanwhile. What a chain of hashes cannot prove is said in the README:
against somebody who can write the whole file and recompute every hash only a head that was kept elsewhere helps.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from oversight_app.clock import SystemClock
from oversight_app.errors import BadInput
from oversight_app.store.at_rest import look_again
from oversight_app.store.audit import Audit, Link, audit, empty_record, schema_of
from oversight_app.store.upgrading import missing_steps
from oversight_app.study.events import (
    STUDY_STREAM,
    Event,
    HeadsNoted,
    ParticipantDeleted,
    PlanFrozen,
    from_body,
)
from oversight_app.study_folder import StudyFolder
from oversight_app.verification.chains import Chain, check_chain
from oversight_app.verification.exported import check_export
from oversight_app.verification.finding import Finding, Head, Verification
from oversight_app.verification.frozen import check_bank, check_files, check_plan
from oversight_app.verification.parts import Part, check_people, planned
from oversight_app.verification.witnesses import Witness, check_witnesses, read_witness, witnesses_in

__all__ = ["Finding", "Head", "Verification", "Witness", "read_witness", "verify_record", "verify_study"]

_CLOCK = SystemClock()


def verify_study(
    study: Path,
    *,
    export: Path | None = None,
    witnesses: Sequence[Witness] = (),
    processes: int | None = None,
) -> Verification:
    """Hold the study in a folder, its files and, where given, an export of it against the record.

    `witnesses` stand beside those that lie in the folder. `processes`: how many may work at once; default as many as
    there are processors. Raises BadInput where there is no study, StoreError where its file cannot be read at all.
    """
    folder = StudyFolder.open(study)
    known = [*witnesses_in(study), *witnesses]
    return verify_record(folder.record, folder=folder, export=export, witnesses=known, processes=processes)


def verify_record(
    path: Path,
    *,
    folder: StudyFolder | None = None,
    export: Path | None = None,
    witnesses: Sequence[Witness] = (),
    with_tables: bool = True,
    processes: int | None = None,
) -> Verification:
    """Hold a record against itself; with its folder, its files too. For backups, which have no folder, as well.

    `with_tables`: hold the tables against the events, too, which is most of the work.
    """
    if lacking := missing_steps(path):
        raise BadInput(
            f"{path} is of an earlier release (it lacks {', '.join(lacking)}), so its tables cannot be held against "
            "its events. Bring it up to date with `oversight upgrade STUDY`, which makes a backup first."
        )
    look = partial(_look, path, folder, export, witnesses, with_tables, processes)
    return look_again(path, look, is_well=lambda found: not found.findings)


def _look(
    path: Path,
    folder: StudyFolder | None,
    export: Path | None,
    witnesses: Sequence[Witness],
    with_tables: bool,
    processes: int | None,
) -> Verification:
    clock = _Stopwatch()
    checked: list[str] = []
    findings: list[Finding] = []
    notes: list[str] = []
    empty = empty_record()
    with audit(path) as record:
        findings += [Finding(path.name, f"the file is damaged: {what}") for what in record.damage()]
        if findings:
            # Whatever is read of a damaged file may be wrong in any way; what follows would only repeat it.
            return Verification(record.study_id(), None, 0, 0, 0, 0, ["the file itself"], findings)
        findings += _schema(record, schema_of(empty))
        checked.append("the file and its schema")
        clock.lap("file")
        events, study, broken = _study_stream(record)
        findings += study.findings
        noted = _noted(events)
        deleted = {event.participant_id: event for event in events if isinstance(event, ParticipantDeleted)}
        findings += _unexplained_removals(record, deleted.keys())
        frozen = next((event for event in events if isinstance(event, PlanFrozen)), None)
        findings += check_plan(record, frozen)
        readable = planned(record)
        if readable is not None:
            findings += check_bank(record, readable[0], record.questions())
            checked.append("plan, questions and passages against their hashes")
            if folder is not None:
                differing, absent = check_files(folder, readable[0])
                findings += differing
                notes += absent
                checked.append("study.toml and texts against the frozen copies")
        clock.lap("plan")
        findings += check_witnesses(record, witnesses)
        if witnesses:
            checked.append(f"heads kept in {len(witnesses):,} other places")
    parts = check_people(path, noted, empty, with_tables=with_tables, processes=processes)
    findings += _of_people(parts, noted, deleted.keys())
    chains = [chain for part in parts for chain in part.chains]
    n_events = study.n + sum(chain.n for chain in chains)
    checked.append("the chain of every stream, and heads noted in the study's own")
    if readable is not None and with_tables:
        checked.append("sittings, trials, messages, calls, beliefs and survey against the events")
    clock.lap("people")
    if export is not None:
        with audit(path) as record:
            came = check_export(record, export)
        findings += came.findings
        notes += came.notes
        checked.append(came.checked)
        clock.lap("export")
    since = sum(max(0, chain.last_seq - max(noted.get(chain.stream, {0: ""}))) for chain in chains)
    head = Head(study.last_seq, study.head) if study.n and not broken else None
    with audit(path) as record:
        study_id = record.study_id()
    return Verification(
        study_id, head, len(chains) + 1, n_events, since, len(deleted), checked, findings, notes, clock.laps
    )


def _schema(record: Audit, wanted: dict[str, str]) -> Iterable[Finding]:
    """Tables and triggers that are not as this release makes them; without the triggers events could be changed."""
    found = record.schema()
    for name in sorted(wanted.keys() - found.keys()):
        yield Finding(f"schema, {name}", "missing")
    for name in sorted(found.keys() - wanted.keys()):
        yield Finding(f"schema, {name}", "not of this tool")
    for name in sorted(wanted.keys() & found.keys()):
        if wanted[name] != found[name]:
            yield Finding(f"schema, {name}", "not as this release makes it")


def _study_stream(record: Audit) -> tuple[list[Event], Chain, bool]:
    links: list[Link] = [link for _, rows in record.streams((STUDY_STREAM, STUDY_STREAM)) for link in rows]
    chain = check_chain(STUDY_STREAM, links)
    events: list[Event] = []
    for link in links:
        try:
            events.append(from_body(link.kind, link.version, link.body))
        except (ValueError, KeyError, TypeError):
            continue  # its row is among the findings, or it is of a later release, which `missing_steps` refuses
    return events, chain, bool(chain.findings)


def _noted(events: Iterable[Event]) -> dict[str, dict[int, str]]:
    noted: dict[str, dict[int, str]] = {}
    for event in events:
        if isinstance(event, HeadsNoted):
            for stream, (seq, link) in event.heads.items():
                noted.setdefault(stream, {})[seq] = link
    return noted


def _unexplained_removals(record: Audit, deleted: Iterable[str]) -> Iterable[Finding]:
    for stream in sorted(record.removed() - set(deleted)):
        yield Finding(f"table removals, row {stream}", "the study's stream says nothing of its deletion")


def _of_people(
    parts: Sequence[Part], noted: dict[str, dict[int, str]], deleted: Iterable[str]
) -> Iterable[Finding]:
    there = {chain.stream for part in parts for chain in part.chains}
    removed = frozenset[str]().union(*(part.removed for part in parts)) | set(deleted)
    told = set()
    for part in parts:
        for finding in part.findings:
            told.add(finding.place)
            yield finding
    for stream in sorted(noted.keys() - there - removed):
        if f"stream {stream}" not in told:
            yield Finding(f"stream {stream}", f"missing: it was noted to reach {max(noted[stream])}")
    for stream in sorted(there & set(deleted)):
        yield Finding(f"stream {stream}", "there, though the study's stream says that it was deleted")


class _Stopwatch:
    """How long each part took, in seconds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = _CLOCK.monotonic()

    def lap(self, name: str) -> None:
        now = _CLOCK.monotonic()
        self.laps[name] = now - self._since
        self._since = now
