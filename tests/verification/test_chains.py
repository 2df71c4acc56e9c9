"""Each way to spoil one row of a stream is named with stream, seq and column."""

from typing import Any

import pytest

from oversight_app.store.audit import Link
from oversight_app.store.chain import GENESIS, row_hash
from oversight_app.verification.chains import check_chain

N = 6


def make_links(stream: str = "p1", n: int = N) -> list[Link]:
    links, last = [], GENESIS
    for seq in range(1, n + 1):
        row = ("NextAsked", 1, f"2026-01-05T09:00:0{seq}.000000Z", f'{{"n":{seq}}}')
        link = row_hash(last, stream, seq, *row)
        links.append(Link(stream, seq, *row, last, link))
        last = link
    return links


def spoiled(seq: int, **changes: Any) -> list[Link]:
    return [link._replace(**changes) if link.seq == seq else link for link in make_links()]


def found(links: list[Link], noted: dict[int, str] | None = None) -> list[str]:
    return [str(finding) for finding in check_chain("p1", links, noted).findings]


def test_a_stream_as_it_was_written_has_no_finding() -> None:
    chain = check_chain("p1", make_links(), {3: make_links()[2].hash, N: make_links()[-1].hash})

    assert chain.findings == ()
    assert (chain.n, chain.last_seq, chain.head) == (N, N, make_links()[-1].hash)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"body": '{"n":9}'}, "stream p1, seq 3, column body: changed"),
        ({"body": '{"n": 3}'}, "stream p1, seq 3, column body: changed; it is not what this tool writes"),
        ({"kind": "DebriefRead"}, "stream p1, seq 3, column kind: changed; it was NextAsked"),
        ({"version": 2}, "stream p1, seq 3, column version: changed; it was 1"),
        (
            {"at": "2026-01-05T09:07:03.000000Z"},
            "stream p1, seq 3, column at: changed; it was 2026-01-05T09:00:03.000000Z",
        ),
        ({"hash": "f" * 64}, "stream p1, seq 3, column hash: changed; it was "),
        ({"prev_hash": "f" * 64}, "stream p1, seq 3, column prev_hash: changed; it was "),
    ],
)
def test_a_changed_column_is_named(change: dict[str, Any], expected: str) -> None:
    findings = found(spoiled(3, **change))

    assert findings[0].startswith(expected)
    assert len(findings) == 1


def test_a_deleted_row_is_named() -> None:
    findings = found([link for link in make_links() if link.seq != 3])

    assert findings == ["stream p1, seq 3: missing"]


def test_several_deleted_rows_are_named_together() -> None:
    assert found([link for link in make_links() if link.seq not in (1, 2, 3)]) == [
        "stream p1, seq 1 to 3: missing"
    ]


def test_a_row_written_anew_with_its_hash_does_not_fit_the_next() -> None:
    links = make_links()
    row = links[2]._replace(body='{"n":7}')
    anew = row_hash(row.prev_hash, row.stream, row.seq, row.kind, row.version, row.at, row.body)
    links[2] = row._replace(hash=anew)

    findings = found(links)

    assert findings == [
        "stream p1, seq 4, column prev_hash: it is not the hash of the row before it; one of the two was written anew"
    ]


def test_an_end_that_was_cut_off_shows_where_somebody_had_noted_it() -> None:
    whole = make_links()

    findings = found(whole[:4], {N: whole[-1].hash})

    assert findings == ["stream p1, seq 5 to 6: missing: the stream ends at 4, and was noted to reach 6"]


def test_a_stream_written_anew_throughout_shows_where_somebody_had_noted_it() -> None:
    other = make_links()[:2]
    last = other[-1].hash
    for seq in range(3, N + 1):
        row = ("NextAsked", 1, f"2026-01-05T09:00:0{seq}.000000Z", '{"n":0}')
        link = row_hash(last, "p1", seq, *row)
        other.append(Link("p1", seq, *row, last, link))
        last = link

    findings = found(other, {4: make_links()[3].hash})

    assert findings == [
        f"stream p1, seq 4, column hash: it was noted as {make_links()[3].hash[:12]}, so the stream was written anew "
        "up to here"
    ]


def test_the_last_rows_hash_is_known_where_it_was_noted() -> None:
    whole = make_links()
    links = [*whole[:-1], whole[-1]._replace(hash="f" * 64)]

    assert found(links, {N: whole[-1].hash})[0].startswith("stream p1, seq 6, column hash: changed")
