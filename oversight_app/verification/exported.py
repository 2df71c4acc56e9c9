"""An export against the record it claims to come from: its files against its manifest, its rows against the database.

The study may have gone on since. Then the tables are made again from the events up to the heads that the manifest
names, and compared with those. Rows of somebody who was deleted since are counted and not compared.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from analysis.columns import Table
from oversight_app.export_files.rows import Row, planned_rows, rows_of
from oversight_app.export_files.withheld import Withheld
from oversight_app.store import Store
from oversight_app.store.audit import Audit, Link, audit, sha256_of
from oversight_app.store.tables import Snapshot
from oversight_app.study.events import STUDY_STREAM, ExportWritten, from_body
from oversight_app.study.page_times import page_times
from oversight_app.study.plan import hash_of
from oversight_app.verification.csv_rows import compare_rows
from oversight_app.verification.finding import Finding
from oversight_app.verification.parts import make_rows, planned

_TOLD = 20
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of an export."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    checked: str


def check_export(record: Audit, folder: Path) -> Exported:
    """Hold an export against its manifest and against the record."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        files = dict(manifest["files"])
        if "public" in manifest:
            return _public(folder, files)
        heads = dict(manifest["stream_heads"])
    except OSError as error:
        return Exported(
            (Finding(_MANIFEST, f"cannot be read: {error.strerror or error}"),), (), "no manifest"
        )
    except (ValueError, KeyError, TypeError) as error:
        return Exported((Finding(_MANIFEST, f"is no manifest of an export ({error})"),), (), "no manifest")
    findings = list(_files(folder, files))
    about = list(_manifest(record, folder, manifest, heads))
    notes: list[str] = []
    rows: list[Finding] = []
    if not any(finding.place.endswith("stream_heads") for finding in about):
        n_gone: Counter[str] = Counter()
        rows = list(_rows(record, folder, heads, n_gone))
        if n_gone:
            n = sum(n_gone.values())
            notes.append(
                f"{folder} still holds {n:,} rows of people who were deleted since ({', '.join(sorted(n_gone))}); "
                "delete the folder and export anew"
            )
    # A file whose changed cells are named need not be named again as a whole.
    told = {finding.place.split(",")[0] for finding in rows}
    findings = [finding for finding in findings if finding.place not in told]
    checked = f"{len(files)} files of {folder} against its manifest, its rows against the record"
    return Exported((*about, *rows, *findings), tuple(notes), checked)


def _public(folder: Path, files: Mapping[str, str]) -> Exported:
    """A public export cannot be led back to the record, which is its purpose: its files alone can be proven."""
    note = (
        f"{folder} is a public export: its ids lead to nobody, so its rows cannot be held against the record"
    )
    return Exported(
        tuple(_files(folder, files)), (note,), f"{len(files)} files of {folder} against its manifest"
    )


def _files(folder: Path, files: Mapping[str, str]) -> Iterator[Finding]:
    for name, sha256 in sorted(files.items()):
        path = folder / name
        if Path(name).name != name or not path.is_file():
            yield Finding(name, "missing")
        elif sha256_of(path) != sha256:
            yield Finding(name, "not the file that the manifest names (sha256)")
    for path in sorted(folder.glob("*.csv")):
        if path.name not in files:
            yield Finding(path.name, "the manifest knows of no such file")


def _manifest(
    record: Audit, folder: Path, manifest: Mapping[str, Any], heads: Mapping[str, str]
) -> Iterator[Finding]:
    """What the manifest says of the record, and what the record says of the manifest."""
    if manifest.get("study_id") != record.study_id():
        yield Finding(
            f"{_MANIFEST}, study_id",
            f"found {manifest.get('study_id')}, this record is of {record.study_id()}",
        )
    written = [event for event in _study_events(record) if isinstance(event, ExportWritten)]
    known = [event for event in written if event.heads_hash == hash_of(dict(heads))]
    if not known:
        yield Finding(f"{_MANIFEST}, stream_heads", "the record knows of no export at these heads")
        return
    sums = {event.manifest_sha256 for event in known} - {""}
    if sums and sha256_of(folder / _MANIFEST) not in sums:
        yield Finding(_MANIFEST, "changed since it was written: the record has another sha256 of it")
    stored = record.plan()
    if stored and manifest.get("plan_hash") != stored[0]:
        yield Finding(
            f"{_MANIFEST}, plan_hash", f"found {manifest.get('plan_hash')}, the record's is {stored[0]}"
        )


def _study_events(record: Audit) -> Iterator[object]:
    for _, links in record.streams((STUDY_STREAM, STUDY_STREAM)):
        for link in links:
            try:
                yield from_body(link.kind, link.version, link.body)
            except (ValueError, KeyError, TypeError):
                continue  # a broken row is named where the chain is checked


# -- rows -----------------------------------------------------------------------------------------


def _rows(record: Audit, folder: Path, heads: Mapping[str, str], n_gone: Counter[str]) -> Iterator[Finding]:
    frozen = planned(record)
    if frozen is None:
        return
    plan, _ = frozen
    removed = record.removed()
    live = record.snapshot()
    questions = planned_rows(record.questions(), live.rows("questions"), plan)
    with _as_it_stood(record, heads) as tables:
        people = list(tables.rows("participants"))
        withheld = Withheld.of(people)
        for table in Table:
            path = folder / f"{table.value}.csv"
            if not path.is_file():
                continue
            source = live if table is Table.OBSERVATIONS else tables
            expected: Iterable[Row] = rows_of(source, table, questions)
            if table is Table.EVENTS:
                expected = _until(live.rows("events"), heads)
            elif table is Table.PAGE_TIMES:
                expected = page_times(_until(live.rows("events"), heads))
            expected = withheld.without(table, expected)
            found = compare_rows(path, table, expected, removed, n_gone)
            yield from islice(found, _TOLD)
            if next(found, None) is not None:
                yield Finding(path.name, "more differences like these")


def _until(rows: Iterable[Row], heads: Mapping[str, str]) -> Iterator[Row]:
    """The events up to these heads."""
    over: set[str] = set()
    for row in rows:
        stream = row["stream"]
        if stream in heads and stream not in over:
            yield row
            if row["hash"] == heads[stream]:
                over.add(stream)


@contextmanager
def _as_it_stood(record: Audit, heads: Mapping[str, str]) -> Iterator[Snapshot]:
    """The tables at these heads: those of the record, where no participant's stream has grown or gone since."""
    now = {stream: link for stream, link in record.heads().items() if stream != STUDY_STREAM}
    if now == {stream: link for stream, link in heads.items() if stream != STUDY_STREAM}:
        yield record.snapshot()
        return
    frozen = planned(record)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stood.db"
        with Store.open(path, synchronous="OFF") as store, store.write() as writing:
            for stream, links in record.streams():
                if stream == STUDY_STREAM or stream not in heads or frozen is None:
                    continue
                make_rows(writing, stream, _links_until(links, heads[stream]), *frozen)
        with audit(path) as made:
            yield made.snapshot()


def _links_until(links: Iterable[Link], head: str) -> list[Link]:
    found: list[Link] = []
    for link in links:
        found.append(link)
        if link.hash == head:
            break
    return found
