"""Quotations in a reply, held against the passage: word for word there, nearly, or not there at all.

A reader expects of a quotation mark that the words stand in the text. White space, capitals, the shape of quotation
marks and dashes, emphasis and the point or comma that is set inside a closing mark do not count; every word does. An
ellipsis joins parts that stand in the passage in this order. "Nearly" is a few letters or a word, and never a *not* or
a number: a quotation that turns a sentence round is not a near one, however few letters that takes.

Only what is set as a quotation is looked at, and only where it is long enough to be one: a word or two in quotation
marks is a manner of speaking. Apostrophes and single quotation marks begin nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

from oversight_app.study.quotations import Span, quotations

LEAST_WORDS = 3
LEAST_CHARACTERS = 15
"""A quotation has as many words or as many characters as this."""
_LIKENESS = 85.0
"""From this likeness on (0-100, rapidfuzz's ratio) words are nearly the passage's."""
_NEAR = 400
"""A short part beside an ellipsis, which could stand anywhere, stands within so many characters of the long one."""
_MAX_PLACES = 20


class Likeness(StrEnum):
    """How a quotation compares with the passage."""

    EXACT = "exact"
    NEARLY = "nearly"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation at `text[begin:end]`, marks left out; `words` are the passage's own, one string per part."""

    begin: int
    end: int
    likeness: Likeness
    words: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def quotes(text: str, passage: tuple[str, ...], besides: tuple[str, ...] = ()) -> tuple[Quote, ...]:
    """The quotations of a reply in their order, compared with the paragraphs of a passage.

    Words that are not the passage's but stand in one of `besides` (the question, its options, what the participant
    wrote) are quoted from there, and are none of these.
    """
    if not passage:
        return ()
    source = _source(passage)
    others = [_folded(other).text for other in besides]
    found: list[Quote] = []
    for span in quotations(text):
        best = _compared(span, source, others)
        inner = [quote for part in span.inner if (quote := _compared(part, source, others)) is not None]
        # A set-off block may hold more than the quotation: who says it, or where it stands.
        if inner and (best is None or best.likeness is Likeness.NOT_FOUND):
            found += inner
        elif best is not None:
            found.append(best)
    return tuple(found)


# -- comparing ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text without what does not count, and where each character of it stood."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """The passage as one text, and folded."""

    text: str
    folded: _Folded

    def words(self, begin: int, end: int) -> str:
        """The passage's own words at a place of the folded text."""
        return self.text[self.folded.places[begin] : self.folded.places[end - 1] + 1]


@lru_cache(maxsize=256)
def _source(passage: tuple[str, ...]) -> _Source:
    text = " ".join(passage)
    return _Source(text, _folded(text))


def _compared(span: Span, source: _Source, others: list[str]) -> Quote | None:
    """The quotation and its likeness; None where it is too short to be one, or quoted from something else."""
    whole = _trimmed(_folded(span.text).text)
    if _is_short(whole):
        return None
    likeness, places = _look_up(whole, source.folded.text)
    if likeness is not Likeness.EXACT and any(_first(whole, other) is not None for other in others):
        return None
    return Quote(span.begin, span.end, likeness, tuple(source.words(*place) for place in places))


def _look_up(whole: str, source: str) -> tuple[Likeness, list[tuple[int, int]]]:
    place = _first(whole, source)
    if place is not None:
        return Likeness.EXACT, [place]
    parts = [part for part in map(_trimmed, whole.split(_ELLIPSIS)) if part]
    if len(parts) > 1:
        in_order = _in_order(parts, source)
        if in_order:
            return Likeness.EXACT, in_order
    near = [_first(part, source) or _nearly(part, source) for part in parts]
    found = [place for place in near if place is not None]
    if found and len(found) == len(parts) and not any(_is_short(part) for part in parts):
        return Likeness.NEARLY, found
    return Likeness.NOT_FOUND, []


def _in_order(parts: list[str], source: str) -> list[tuple[int, int]]:
    """Where all parts stand word for word, one after the other; empty where they do not."""
    longest = max(range(len(parts)), key=lambda i: len(parts[i]))
    for count, place in enumerate(_all(parts[longest], source)):
        if count == _MAX_PLACES:
            break
        after = _onwards(parts[longest + 1 :], source, place)
        before = _backwards(parts[:longest], source, place)
        if after is not None and before is not None:
            return [*before, place, *after]
    return []


def _onwards(parts: list[str], source: str, place: tuple[int, int]) -> list[tuple[int, int]] | None:
    found = []
    for part in parts:
        reach = place[1] + _NEAR if _is_short(part) else len(source)
        following = next(_all(part, source, place[1], reach), None)
        if following is None:
            return None
        found.append(place := following)
    return found


def _backwards(parts: list[str], source: str, place: tuple[int, int]) -> list[tuple[int, int]] | None:
    found: list[tuple[int, int]] = []
    for part in reversed(parts):
        reach = max(0, place[0] - _NEAR) if _is_short(part) else 0
        previous = list(_all(part, source, reach, place[0]))
        if not previous:
            return None
        place = previous[-1]
        found.insert(0, place)
    return found


def _first(words: str, source: str) -> tuple[int, int] | None:
    return next(_all(words, source), None)


def _all(words: str, source: str, begin: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Every place where these are whole words: "he ran" does not stand in "she ran"."""
    last = len(source) if end is None else min(end, len(source))
    at = source.find(words, begin, last)
    while at != -1:
        place = (at, at + len(words))
        if place == _to_whole_words(place, source):
            yield place
        at = source.find(words, at + 1, last)


def _nearly(words: str, source: str) -> tuple[int, int] | None:
    """The place that these words resemble most, if they do resemble it."""
    if len(words) > len(source) or _is_short(words):
        return None
    aligned = fuzz.partial_ratio_alignment(words, source, score_cutoff=_LIKENESS)
    if aligned is None or aligned.dest_end <= aligned.dest_start:
        return None
    begin, end = _to_whole_words((aligned.dest_start, aligned.dest_end), source)
    there = _trimmed(source[begin:end])
    begin = source.index(there, begin)
    end = begin + len(there)
    if not there or fuzz.ratio(words, there) < _LIKENESS or _telling(words) != _telling(there):
        return None
    return begin, end


def _to_whole_words(place: tuple[int, int], source: str) -> tuple[int, int]:
    """The place, with the rest of the words that it cuts."""
    begin, end = place
    while 0 < begin < len(source) and _goes_on(source[begin - 1]) and _goes_on(source[begin]):
        begin -= 1
    while 0 < end < len(source) and _goes_on(source[end - 1]) and _goes_on(source[end]):
        end += 1
    return begin, end


def _goes_on(character: str) -> bool:
    return character.isalnum() or character == "'"


def _is_short(folded: str) -> bool:
    """Whether this is too little to be a quotation, and could stand anywhere."""
    return len(_WORD.findall(folded)) < LEAST_WORDS and len(folded) < LEAST_CHARACTERS


# What turns a sentence round, in the languages of the interface.
_TURNS = frozenset(
    "no not never none nobody nothing nowhere nor neither without cannot hardly "
    "nicht nie niemals nichts niemand kein keine keinen keinem keiner ohne weder "
    "one two three four five six seven eight nine ten eleven twelve twenty hundred thousand million".split()
)
_WORD = re.compile(r"[\w']+")


def _telling(folded: str) -> Counter[str]:
    """Negations and numbers; `n't` counts as the *not* that it is."""
    words = ("not" if word.endswith("n't") or word == "cannot" else word for word in _WORD.findall(folded))
    return Counter(word for word in words if word in _TURNS or any(c.isdigit() for c in word))


# -- folding -----------------------------------------------------------------------------------------

_ELLIPSIS = "…"
_PIECE = re.compile(
    r"(?P<ellipsis>\s*\[?(?:…|\.(?:\s?\.){2,})\]?\s*)"
    r"|(?P<dash>\s*[-\u2010-\u2015\u2212]+\s*)"
    r"|(?P<white>\s+)"
    r"|(?P<apostrophe>(?<=\w)['’‘`´ʼ](?=\w))"
    # Quotation marks, emphasis, and characters that nobody sees.
    r"|(?P<nothing>[\"“”„‟«»‹›'’‘‚‛`´*_\u00ad\u200b-\u200d\u2060\ufeff])"
    # [H]e: a capital that was made to fit.
    r"|\[(?P<fitted>\w)\](?=\w)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_FOLDED_TO = {"ellipsis": _ELLIPSIS, "dash": "-", "white": " ", "apostrophe": "'", "nothing": ""}


def _folded(text: str) -> _Folded:
    characters: list[str] = []
    places: list[int] = []
    for piece in _PIECE.finditer(text):
        kind = str(piece.lastgroup)
        written = _FOLDED_TO.get(kind)
        if written is None:
            written = piece[kind].casefold()
        # A mark that was left out may have stood between two spaces.
        if written == " " and characters and characters[-1] in " -…":
            continue
        characters += written
        places += [piece.start(kind)] * len(written)
    return _Folded("".join(characters), tuple(places))


def _trimmed(folded: str) -> str:
    """Without what a sentence around it asks for: "He ran," she says."""
    return folded.strip(" ,.;:-…")
