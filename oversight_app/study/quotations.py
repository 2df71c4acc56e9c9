"""Where a text quotes: between quotation marks of several languages, and in blocks set off by `>`.

Marks that have a direction are believed; a straight mark opens where a word begins behind it and closes where one ends
before it. A mark that never closes opens nothing. Where a quotation goes on over a blank line and the mark is set again
there, as in print, two quotations are seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_LENGTH = 3000
"""A mark that closes later than this was not meant to."""

_DEEPEST = 3
"""Nobody quotes deeper inside a quotation; a row of opening marks is something else."""

_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", "»": "«", '"': '"'}
_MARK = re.compile(r'[“”„«»"]')
_BLOCK = re.compile(r"^[ ]{0,3}>.*(?:\n[ ]{0,3}>.*)*", re.MULTILINE)
_BLOCK_SIGN = re.compile(r"[ ]{0,3}>(?:[ ]?>)*[ ]?")
_LATER_SIGNS = re.compile(rf"(?<=\n){_BLOCK_SIGN.pattern}")
_BLANK_LINE = re.compile(r"\n[ \t]*(?:>[ \t]*)?\n[ \t]*(?:>[ \t]*)?$")


@dataclass(frozen=True, slots=True)
class Span:
    """A quotation at `[begin:end]` of a text, its marks left out; `text` is what is quoted, without signs of a block.

    `inner` are quotations between marks inside a block.
    """

    begin: int
    end: int
    text: str
    inner: tuple["Span", ...] = ()


def quotations(text: str) -> Iterator[Span]:
    """The quotations of a text in their order; none overlaps another."""
    marked = list(_marked(text))
    blocks = list(_blocks(text, marked))
    alone = [span for span in marked if not any(b.begin < span.end and span.begin < b.end for b in blocks)]
    yield from sorted([*blocks, *alone], key=lambda span: span.begin)


def _blocks(text: str, marked: list[Span]) -> Iterator[Span]:
    for block in _BLOCK.finditer(text):
        sign = _BLOCK_SIGN.match(text, block.start())
        span = _span(text, sign.end() if sign else block.start(), block.end())
        if span is not None:
            inner = tuple(s for s in marked if span.begin <= s.begin and s.end <= span.end)
            yield Span(span.begin, span.end, span.text, inner)


def _marked(text: str) -> Iterator[Span]:
    at = 0
    while mark := _MARK.search(text, at):
        at = mark.end()
        end = _end_of(text, mark.start()) if _opens(text, mark.start()) else None
        if end is not None:
            span = _span(text, mark.end(), end)
            if span is not None:
                yield span
            at = end + 1 if _MARK.match(text, end) else end


def _end_of(text: str, opened: int) -> int | None:
    """Where the quotation that opens here ends; None where it does not."""
    opener, depth = text[opened], 0
    for mark in _MARK.finditer(text, opened + 1, opened + MAX_LENGTH):
        at, sign = mark.start(), mark[0]
        blank = _BLANK_LINE.search(text, opened, at) if sign == opener and not depth else None
        if blank is not None and _opens(text, at):
            return blank.start()
        if sign in _CLOSED_BY[opener] and (sign != '"' or _closes(text, at)):
            if depth == 0:
                return at
            depth -= 1
        elif sign == opener and _opens(text, at):
            if opener == '"':
                return None  # it opens again before it closed
            depth += 1
            if depth > _DEEPEST:
                return None
    return None


def _opens(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if text[at] == "”" or not after:
        return False
    if text[at] in "“„«":
        return True
    return not after.isspace() and not before.isalnum() and before not in tuple(".,;!?…)]}'’%")


def _closes(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return not before.isspace() and not after.isalnum()


def _span(text: str, begin: int, end: int) -> Span | None:
    """The span without white space at its ends; None for nothing."""
    quoted = text[begin:end]
    if not quoted.strip():
        return None
    begin += len(quoted) - len(quoted.lstrip())
    end = begin + len(quoted.strip())
    return Span(begin, end, _LATER_SIGNS.sub("", text[begin:end]))
