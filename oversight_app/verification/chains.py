"""The chain of one stream: each row holds the hash of the row before it, so a change, a gap or a graft shows.

A hash says that a row was changed and not in which column. So what is likely is tried: the neighbours' word for a hash,
another kind or version, one character of the time. What makes the hash right again names the column, and often what
stood there; what is left is the body.
"""

import json
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from oversight_app.store.audit import Link
from oversight_app.store.chain import GENESIS, row_hash
from oversight_app.study.events import KINDS, canonical
from oversight_app.verification.finding import Finding

_TOLD = 20
"""So many findings of one stream are told; a thousand would hide the first."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A stream as it was found: its number of rows, the last one's seq and hash, and what is wrong with it."""

    stream: str
    n: int
    last_seq: int
    head: str
    findings: tuple[Finding, ...]


def check_chain(stream: str, links: Iterable[Link], noted: Mapping[int, str] | None = None) -> Chain:
    """Walk a stream from its beginning; `noted` holds hashes by seq that others have on record."""
    rows = list(links)
    findings = [*_faults(rows, noted or {}), *_contradicted(rows, noted or {})]
    if len(findings) > _TOLD:
        more = Finding(f"stream {stream}", f"{len(findings) - _TOLD} more findings like these")
        findings = [*findings[:_TOLD], more]
    last = rows[-1] if rows else None
    return Chain(stream, len(rows), last.seq if last else 0, last.hash if last else GENESIS, tuple(findings))


def _faults(rows: list[Link], noted: Mapping[int, str]) -> Iterator[Finding]:
    for i, link in enumerate(rows):
        before = rows[i - 1] if i else None
        seq, last = (before.seq, before.hash) if before else (0, GENESIS)
        after = rows[i + 1].prev_hash if i + 1 < len(rows) else noted.get(link.seq)
        made = _hash(link)
        if link.seq != seq + 1:
            yield from _gap(link, seq)
        if made != link.hash:
            yield _altered(link, made, last, after, seq + 1)
        elif (
            link.seq == seq + 1
            and link.prev_hash != last
            and (before is None or _hash(before) == before.hash)
        ):
            # Both rows fit their own hash, so one of them was written anew, hash and all.
            yield Finding(
                _place(link, "prev_hash"),
                "it is not the hash of the row before it; one of the two was written anew",
            )


def _contradicted(rows: list[Link], noted: Mapping[int, str]) -> Iterator[Finding]:
    """What somebody else has on record of a seq, and the stream does not hold."""
    if not rows:
        return
    found = {link.seq: link for link in rows}
    for seq, link_hash in sorted(noted.items()):
        if seq > rows[-1].seq:
            yield Finding(
                f"stream {rows[0].stream}, seq {rows[-1].seq + 1} to {seq}",
                f"missing: the stream ends at {rows[-1].seq}, and was noted to reach {seq}",
            )
        elif seq in found and found[seq].hash != link_hash and _hash(found[seq]) == found[seq].hash:
            yield Finding(
                _place(found[seq], "hash"),
                f"it was noted as {link_hash[:12]}, so the stream was written anew up to here",
            )


def _gap(link: Link, seq: int) -> Iterator[Finding]:
    if link.seq > seq + 1:
        missing = f"seq {seq + 1}" if link.seq == seq + 2 else f"seq {seq + 1} to {link.seq - 1}"
        yield Finding(f"stream {link.stream}, {missing}", "missing")


def _altered(link: Link, made: str, last: str, after: str | None, seq: int) -> Finding:
    if after is not None and after == made:
        return Finding(_place(link, "hash"), f"changed; it was {made[:12]}")
    if _hash(link, prev_hash=last) == link.hash:
        return Finding(_place(link, "prev_hash"), f"changed; it was {last[:12]}")
    if _hash(link, seq=seq) == link.hash:
        return Finding(_place(link, "seq"), f"changed; it was {seq}")
    for kind in KINDS:
        if _hash(link, kind=kind) == link.hash:
            return Finding(_place(link, "kind"), f"changed; it was {kind}")
    for version in range(1, 10):
        if _hash(link, version=version) == link.hash:
            return Finding(_place(link, "version"), f"changed; it was {version}")
    for at in _near(link.at):
        if _hash(link, at=at) == link.hash:
            return Finding(_place(link, "at"), f"changed; it was {at}")
    try:
        is_canonical = canonical(json.loads(link.body)) == link.body
    except ValueError:
        is_canonical = False
    how = "changed" if is_canonical else "changed; it is not what this tool writes"
    return Finding(_place(link, "body"), f"{how} (or another column of the row together with it)")


def _near(at: str) -> Iterator[str]:
    """The times that differ in one character."""
    for i in range(len(at)):
        for character in string.digits + "-T:.Z":
            yield at[:i] + character + at[i + 1 :]


def _hash(link: Link, **changes: str | int) -> str:
    row = link._replace(**changes) if changes else link  # type: ignore[arg-type]  # each name with its own type
    return row_hash(row.prev_hash, row.stream, row.seq, row.kind, row.version, row.at, row.body)


def _place(link: Link, column: str) -> str:
    return f"stream {link.stream}, seq {link.seq}, column {column}"
