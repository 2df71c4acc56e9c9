"""Quotations by keyword search: the sentence of a passage that has most to do with some words.

Rare words count for more, a misspelt word counts for the word it resembles, and where nothing rare enough is shared
nothing is found. What is returned stands in the passage word for word, white space apart.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from oversight_app.study.passages import paragraphs
from oversight_app.study.questions import folded

_MAX_WORDS = 60
_COMMON_SHARE = 0.2
"""A word that stands in more than this share of the sentences says nothing about which one is meant."""
_LIKENESS = 85
"""From this likeness on (0-100) a word counts as a misspelling of another."""
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])")
_WORD = re.compile(r"[^\W\d_][\w'’-]*|\d[\d.,]*\d|\d")
_SAYS_NOTHING = frozenset(
    "a about after again all also an and any are as at be because been before being between both but by "
    "can could did do does down each for from had has have he her here him his how i if in into is it its "
    "just like make me more most my no nor not now of off on once one only or other our out over own same "
    "say says she should so some such than that the their them then there these they this those through "
    "to too under until up very was we were what when where which while who whom whose why will with "
    "would you your".split()
)


def sentences(text: str) -> tuple[str, ...]:
    """A text's sentences, white space folded."""
    return tuple(sentence for part in paragraphs(text) for sentence in _split(folded(part)))


def keywords(text: str) -> tuple[str, ...]:
    """The words of a text that carry its meaning, in lower case without their endings, each once."""
    words = (word.casefold() for word in _WORD.findall(text.replace("’", "'")))
    return tuple(dict.fromkeys(_stem(word) for word in words if word not in _SAYS_NOTHING))


def near_quote(passage: str, about: Iterable[str]) -> str:
    """The sentence of the passage that shares most with these keywords; empty when none shares anything telling."""
    among, stems, frequency = _index(passage)
    wanted = _known(about, frequency)
    weights = {
        stem: math.log(1 + len(among) / frequency[stem])
        for stem in wanted
        if frequency[stem] <= max(2, _COMMON_SHARE * len(among))
    }
    scores = [sum(weights.get(stem, 0.0) for stem in found) / math.sqrt(8 + len(found)) for found in stems]
    best = max(scores, default=0.0)
    return _cut(among[scores.index(best)]) if best > 0 else ""


def is_known(text: str, words: Iterable[str]) -> bool:
    """Whether one of these keywords stands in the text."""
    frequency = _index(text)[2]
    return any(word in frequency for word in words)


@lru_cache(maxsize=64)
def _index(passage: str) -> tuple[tuple[str, ...], tuple[frozenset[str], ...], Counter[str]]:
    """Sentences, the keywords of each, and in how many each stands; remembered, as one passage is asked often."""
    among = sentences(passage)
    stems = tuple(frozenset(keywords(sentence)) for sentence in among)
    return among, stems, Counter(stem for found in stems for stem in found)


def _split(text: str) -> Sequence[str]:
    parts: list[str] = []
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        # The closing quotation mark belongs to the sentence that it closes.
        closing = len(end.group().rstrip())
        parts.append(text[begin : end.start() + closing])
        begin = end.end()
    return [part for part in (*parts, text[begin:]) if part]


def _known(about: Iterable[str], frequency: Counter[str]) -> set[str]:
    """The keywords as the passage spells them; those that it does not have fall away."""
    found = set()
    for stem in about:
        if stem in frequency:
            found.add(stem)
        elif len(stem) > 4:
            near = process.extractOne(stem, list(frequency), scorer=fuzz.ratio, score_cutoff=_LIKENESS)
            if near:
                found.add(near[0])
    return found


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _cut(sentence: str) -> str:
    words = sentence.split()
    return sentence if len(words) <= _MAX_WORDS else " ".join(words[:_MAX_WORDS])
