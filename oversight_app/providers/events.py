"""The events of a streamed answer, as the plain JSON that they are.

The SDKs connect, authenticate and read statuses; but they make an object of every part of each event, which at thirty
words a second for a hundred people is more than a processor can do. All three APIs send server-sent events
(https://html.spec.whatwg.org/multipage/server-sent-events.html) with one JSON object each, and that is little to read.

A name that stands beside an object without a `type` becomes its `type`: the two always agree, and some servers leave
one of them out. Comments, fields of other names, and what is left at the end without an empty line, are nothing.

Nobody has checked what an object holds: `text_in`, `count_in` and `part_of` do, where it is read.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_MARK = b"\xef\xbb\xbf"
_DONE = b"[DONE]"


class Events:
    """Reads one stream, given in whatever pieces it arrives."""

    def __init__(self) -> None:
        self.is_over = False
        """Whether the service has said that nothing follows."""
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._name = b""
        self._is_first = True
        self._ended_in_cr = False

    def completed_by(self, piece: bytes) -> Iterator[Any]:
        """The events whose end is in this piece, read one by one; raises ValueError at one that is not JSON."""
        for line in self._lines(piece):
            if line:
                self._note(line)
                continue
            data, name = b"\n".join(self._data), self._name
            self._data, self._name = [], b""
            if data.startswith(_DONE):
                self.is_over = True
                return
            if data:
                yield _read(data, name)

    def _lines(self, piece: bytes) -> Iterator[bytes]:
        """The lines that end in this piece: at CR, LF or both, of which the second may come later."""
        if self._ended_in_cr and piece.startswith(b"\n"):
            piece = piece[1:]
        if not piece:
            return
        self._ended_in_cr = piece.endswith(b"\r")
        *whole, last = piece.splitlines(keepends=True)
        if last.endswith((b"\n", b"\r")):
            whole.append(last)
            last = b""
        for line in whole:
            yield b"".join((*self._line, line)).rstrip(b"\r\n")
            self._line = []
        if last:
            self._line.append(last)

    def _note(self, line: bytes) -> None:
        if self._is_first:
            line, self._is_first = line.removeprefix(_MARK), False
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.removeprefix(b" ")


def _read(data: bytes, name: bytes) -> Any:
    event = json.loads(data.decode())
    if name and isinstance(event, dict):
        event.setdefault("type", name.decode())
    return event


def text_in(part: Mapping[str, Any], field: str) -> str:
    """A text; empty where it is missing. Raises TypeError for anything else: nothing is made up of it."""
    value = part.get(field)
    if value is None or isinstance(value, str):
        return value or ""
    raise TypeError(f"{field} is no text")


def count_in(part: Mapping[str, Any], field: str) -> int | None:
    """A counter; None where the service does not say, or says something else."""
    value = part.get(field)
    return value if type(value) is int else None


def part_of(part: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """An object in another; empty where it is missing. Raises TypeError for anything else."""
    value = part.get(field)
    if value is None or isinstance(value, dict):
        return value or {}
    raise TypeError(f"{field} is no object")
