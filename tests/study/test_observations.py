"""What a page may say of behaviour, and what is kept of it."""

import json
from typing import Any

import pytest

from oversight_app.study.design import ConfidenceScale
from oversight_app.study.observations import MOST_IN_BATCH, body_of, read_batch

PAGE = "0123456789abcdef"
FOCUS = {"kind": "focus", "what": "blur"}
CLIPBOARD = {"kind": "clipboard", "what": "paste", "length": 12, "parts": ["chat"]}
SCROLL = {"kind": "scroll", "at": 0.25, "furthest": 1}
TERM = {"kind": "search", "what": "term", "term": "lighthouse", "hits": 3}
QUOTE = {"kind": "search", "what": "quote", "status": "not_found"}
CHOICE = {"kind": "choices", "mark": "answer", "option": 0}
TYPING = {
    "kind": "typing",
    "field": "chat",
    "until_ms": 9000,
    "keys": 31,
    "deletions": 2,
    "pastes": 0,
    "length": 29,
}
EVERY_KIND = (FOCUS, CLIPBOARD, SCROLL, TERM, QUOTE, CHOICE, TYPING)


def seen(what: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"n": 4, "phase": "question", "ms": 1500} | what | changes


def raw(*observations: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({"page": PAGE, "seq": 1, "whose": PAGE, "seen": observations} | changes).encode()


def body(what: dict[str, Any], order: str = "CADB", scale: str = "five_points") -> dict[str, Any]:
    batch = read_batch(raw(seen(what)))
    assert batch is not None
    return dict(body_of(batch.seen[0], order, ConfidenceScale(scale)))


@pytest.mark.parametrize("what", EVERY_KIND)
def test_each_kind_is_read_and_keeps_all_that_it_says(what: dict[str, Any]) -> None:
    kept = body(what)

    assert (kept["ms"], kept["phase"]) == (1500, "question")
    said = {name: value for name, value in what.items() if name not in ("kind", "option")}
    assert {name: kept[name] for name in said} == said
    assert "kind" not in kept
    assert "n" not in kept


@pytest.mark.parametrize("what", EVERY_KIND)
@pytest.mark.parametrize(
    "changes",
    [
        {"n": 0},
        {"n": "4"},
        {"n": 4.5},
        {"n": True},
        {"ms": -1},
        {"ms": 1e30},
        {"ms": None},
        {"phase": "feedback"},
        {"kind": "keys"},
        {"text": "what somebody typed"},
    ],
)
def test_what_no_page_of_ours_says_is_refused(what: dict[str, Any], changes: dict[str, Any]) -> None:
    assert read_batch(raw(seen(what, **changes))) is None


@pytest.mark.parametrize(
    "what",
    [
        FOCUS | {"what": "closed"},
        CLIPBOARD | {"parts": []},
        CLIPBOARD | {"parts": ["elsewhere"]},
        CLIPBOARD | {"length": -1},
        CLIPBOARD | {"text": "the pasted words"},
        SCROLL | {"at": 1.01},
        SCROLL | {"furthest": "1"},
        TERM | {"term": ""},
        TERM | {"term": "x" * 201},
        TERM | {"status": "exact"},
        TERM | {"hits": None},
        QUOTE | {"term": "a quotation"},
        QUOTE | {"status": "<script>"},
        CHOICE | {"option": 5},
        CHOICE | {"mark": "correct"},
        CHOICE | {"percent": 101},
        TYPING | {"field": "elsewhere"},
        TYPING | {"value": "typed"},
        {name: value for name, value in TYPING.items() if name != "keys"},
    ],
)
def test_a_field_with_another_value_or_another_field_is_refused(what: dict[str, Any]) -> None:
    assert read_batch(raw(seen(what))) is None


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 50_000,
        raw(seen(FOCUS))[:-1],
        raw(),
        raw(*[seen(FOCUS)] * (MOST_IN_BATCH + 1)),
        raw(seen(FOCUS), page=PAGE.upper()),
        raw(seen(FOCUS), page=PAGE[:-1]),
        raw(seen(FOCUS), page=None),
        raw(seen(FOCUS), seq=0),
        raw(seen(FOCUS), seq="1"),
        raw(seen(FOCUS), whose="p1"),
        raw(seen(FOCUS), more=1),
        raw(seen(SCROLL)).replace(b"0.25", b"NaN"),
        raw(seen(SCROLL)).replace(b"0.25", b"1e999"),
    ],
)
def test_what_is_no_batch_is_refused(wrong: bytes) -> None:
    assert read_batch(wrong) is None


def test_one_strange_observation_spoils_its_batch() -> None:
    assert read_batch(raw(seen(FOCUS), seen(FOCUS, kind=""))) is None
    assert read_batch(raw(*[seen(FOCUS)] * MOST_IN_BATCH)) is not None


@pytest.mark.parametrize(
    ("what", "scale", "kept"),
    [
        ({"mark": "answer", "option": 0}, "five_points", {"choice": "C"}),
        ({"mark": "initial_answer", "option": 3}, "percent", {"choice": "B"}),
        ({"mark": "belief", "option": 2}, "none", {"choice": "D"}),
        ({"mark": "confidence", "option": 2}, "five_points", {"confidence": 0.6}),
        ({"mark": "initial_confidence", "percent": 70}, "percent", {"confidence": 0.7}),
        (
            {"mark": "confidence", "percent": 12.5, "option": 1},
            "distribution",
            {"choice": "A", "confidence": 0.125},
        ),
        ({"mark": "belief_confidence", "option": 0}, "five_points", {"confidence": 0.25}),
        ({"mark": "confidence"}, "percent", {}),
        ({"mark": "answer", "option": 4}, "five_points", {}),
    ],
)
def test_a_mark_is_kept_as_the_record_knows_it(
    what: dict[str, Any], scale: str, kept: dict[str, Any]
) -> None:
    found = body({"kind": "choices"} | what, order="CADB", scale=scale)

    assert found == {"ms": 1500, "phase": "question", "mark": what["mark"]} | kept
