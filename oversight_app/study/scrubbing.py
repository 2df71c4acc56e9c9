"""Taking out of free text what names or reaches somebody: addresses, numbers, ids.

Found by form, so some of it is missed (names above all) and some harmless text is hit. Whoever publishes the rest has
to read it; the folder's README says so.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.%+'-]+\s?(?:@|\[at\]|\(at\))\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)),
    (
        "url",
        re.compile(
            r"(?:https?|ftp)://\S+|www\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|io|me|uk|de)\b/?\S*",
            re.I,
        ),
    ),
    ("handle", re.compile(r"(?<![\w@])@[A-Za-z_]\w{1,30}")),
    # A worker of MTurk, and anybody or anything of Prolific.
    ("id", re.compile(r"\b(?:A[0-9A-Z]{12,14}|[0-9a-f]{24})\b")),
    ("ip", re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")),
    # Seven digits or more with signs between them; decimals have a point, and from 1914-1918 is no number.
    (
        "phone",
        re.compile(r"(?<![\w.])(?!\d{4}\s?[-/]\s?\d{4}\b)\+?\(?\d(?:[\s()/-]{0,2}\d){6,14}(?![\w]|\.\d)"),
    ),
)
_SHORTEST_ID = 4
"""A platform's or a lab's id that is shorter ("7", "p1") would be found in too many words."""


class Scrubber:
    """Puts [email], [url], [handle], [id], [ip] and [phone] in their place; `ids` are taken out wherever they stand."""

    def __init__(self, ids: Iterable[str]) -> None:
        known = sorted({word for word in ids if len(word) >= _SHORTEST_ID}, key=len, reverse=True)
        # One expression of thousands of ids would be tried at every letter; words are looked up instead.
        self._words = {word.casefold() for word in known if re.fullmatch(r"\w+", word)}
        others = [re.escape(word) for word in known if not re.fullmatch(r"\w+", word)]
        self._others = re.compile("|".join(others), re.IGNORECASE) if others else None
        self.clean = lru_cache(maxsize=4096)(self._clean)

    def _clean(self, text: str) -> str:
        """The text without what is known or looks like it."""
        if self._others:
            text = self._others.sub("[id]", text)
        text = re.sub(r"\w+", lambda found: "[id]" if found[0].casefold() in self._words else found[0], text)
        for name, form in _FORMS:
            text = form.sub(f"[{name}]", text)
        return text
