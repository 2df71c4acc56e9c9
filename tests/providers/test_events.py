"""Server-sent events, in whatever pieces they arrive."""

import json
from random import Random
from typing import Any

import pytest

from oversight_app.providers.events import Events, count_in, part_of, text_in

SAID = [{"type": "a", "text": "It is B – “the ice” 😀\r\n"}, {"type": "b"}, {"c": [1, None]}]


def stream(end: str = "\n", space: str = " ") -> bytes:
    lines = [
        ": a comment, as servers send to keep a line alive",
        f"event:{space}a",
        f"data:{space}{json.dumps(SAID[0], ensure_ascii=False)}",
        "",
        ":",
        "",
        "retry: 10",
        "id: 7",
        f"event:{space}b",
        f"data:{space}{{}}",
        "",
        f'data:{space}{{"c":',
        f"data:{space}[1, null]}}",
        "",
        "",
    ]
    return end.join(lines).encode()


def read(*pieces: bytes) -> list[Any]:
    events = Events()
    return [event for piece in pieces for event in events.completed_by(piece)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("space", [" ", ""])
def test_events_are_the_same_whatever_ends_their_lines_and_wherever_they_are_cut(
    end: str, space: str
) -> None:
    whole, dice = stream(end, space), Random(7)

    assert read(whole) == SAID
    assert read(*(whole[i : i + 1] for i in range(len(whole)))) == SAID
    for _ in range(100):
        cuts = sorted(dice.choices(range(len(whole) + 1), k=4))
        assert read(*(whole[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True))) == SAID


def test_an_event_is_there_as_soon_as_its_empty_line_is() -> None:
    events = Events()

    assert list(events.completed_by(b'data: {"n": 1}\r\n')) == []
    assert list(events.completed_by(b"\r")) == [{"n": 1}]
    assert list(events.completed_by(b'\ndata: {"n": 2}\r\n\r\n')) == [{"n": 2}]


def test_what_comes_before_a_broken_event_is_read() -> None:
    events = Events().completed_by(b'data: {"n": 1}\n\ndata: {"n\n\ndata: {"n": 3}\n\n')

    assert next(events) == {"n": 1}
    with pytest.raises(ValueError, match="Unterminated"):
        next(events)


def test_bytes_that_are_no_text_are_an_error_and_not_replaced() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        read(b'data: {"text": "\xff"}\n\n')


def test_nothing_follows_what_says_that_it_is_the_end() -> None:
    events = Events()

    assert list(events.completed_by(b'data: {"n": 1}\n\ndata: [DONE]\n\ndata: {"n": 2}\n\n')) == [{"n": 1}]
    assert events.is_over


def test_an_event_that_has_not_ended_is_none() -> None:
    assert read(b'data: {"n": 1}\n\ndata: {"n": 2}\n') == [{"n": 1}]


def test_a_mark_of_the_byte_order_is_not_part_of_the_first_line() -> None:
    assert read(b"\xef\xbb", b'\xbfdata: {"n": 1}\n\n') == [{"n": 1}]
    assert read(b"\xef\xbb\xbf" + b'data: {"n": 1}\n\n') == [{"n": 1}]


def test_a_field_of_another_kind_is_an_error_and_a_missing_one_is_not() -> None:
    part: dict[str, Any] = {"text": "a", "none": None, "n": 3, "part": {"k": 1}, "flag": True}

    assert [text_in(part, name) for name in ("text", "none", "absent")] == ["a", "", ""]
    assert [count_in(part, name) for name in ("n", "none", "absent", "text", "flag")] == [3, *[None] * 4]
    assert [part_of(part, name) for name in ("part", "none", "absent")] == [{"k": 1}, {}, {}]
    with pytest.raises(TypeError, match="n is no text"):
        text_in(part, "n")
    with pytest.raises(TypeError, match="text is no object"):
        part_of(part, "text")
