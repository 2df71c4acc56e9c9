"""How a passage is laid out for reading. The stored text stays as the publisher made it; this is what is shown of it.

The published texts carry the traces of a printed page and of stripped HTML: lines broken in mid-sentence, paragraphs
indented (which Markdown would set as code), an italic word alone on its line with the comma that followed it on the
next, a line break inside a sentence turned into a blank line, `&amp;` left over. Unwrapping mends the layout only: the
characters that are not white space stay the same and in the same order, `&amp;` and its like apart.
"""

import html
import re
from functools import lru_cache

# Not str.split(): it takes U+0085 for white space, which in these texts is a lost ellipsis, and NBSP for a plain space.
_WHITE = " \t\n\r\f\v"
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANK_LINES = re.compile(r"\n[ \t\f\v\xa0]*(?:\n[ \t\f\v\xa0]*)+")
# Complete entities only: html.unescape alone would also read `&copy` in "R&copying".
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# Punctuation that belongs to the word before: not the point of `.38` and not one of an ellipsis.
_POINT = r"(?:[,;!?]|\.(?![\d.]| \.))"
# Where a tag was taken out, white space stayed: "in the Times , that". Not after another point: ". . . , and".
_STRAY_SPACE = re.compile(rf"(?<=[^\s.,;:!?—]) (?={_POINT}(?:$|[\s\"'’”)\]]))")
# A line that begins so goes on without a space: `,"`, `. Her`, `?—`, `) and`, a closing quote, `'s`.
_CLOSES = re.compile(rf"{_POINT}|[:)\]}}”]|[\"'’](?=$|[\s,.;:!?)—-])|['’](?:s|d|m|t|ll|re|ve)\b")
# A line that ends so wants none behind it: an opening bracket or quote.
_OPENS = re.compile(r"(?:[(\[{“‘]|(?:^|[\s(\[—])[\"'])$")
# A paragraph that begins so goes on with the sentence of the one before.
_GOES_ON = re.compile(rf"(?:{_POINT}|\))(?=[\s\"'’”)—])")
# A sentence that an ellipsis leaves open may go on in lower case; what stands before a colon is complete.
_ENDS_SENTENCE = re.compile(r"(?:(?<!\.)(?<!\. )\.|[!?:])[\"'’”)\]]*$")
_HAS_WORD = re.compile(r"\w")


# A page is made afresh for each showing and a prompt for each reply, thousands of times from the same few passages.
@lru_cache(maxsize=256)
def paragraphs(text: str) -> tuple[str, ...]:
    """The passage as paragraphs of running text, each without line ends; empty for a text of white space alone.

    A single line end is a space, a blank line ends a paragraph, unless it stands inside a sentence: then what follows
    begins in lower case, or with the punctuation that belongs to the word before.

        "A universe with countless\\n\\n  places in which\\nto hide.\\n\\n  He ran."
        -> ("A universe with countless places in which to hide.", "He ran.")
    """
    plain = _LINE_END.sub("\n", _ENTITY.sub(lambda entity: html.unescape(entity[0]), text))
    joined: list[str] = []
    for block in _BLANK_LINES.split(plain):
        piece = _unwrapped(block)
        if joined and _goes_on(joined[-1], piece):
            joined[-1] = _join(joined[-1], piece)
        elif piece:
            joined.append(piece)
    return tuple(joined)


def n_words(text: str) -> int:
    """Words in a passage as a reader counts them: pieces between white space that hold a letter or a digit."""
    return sum(1 for word in text.split() if _HAS_WORD.search(word))


def _unwrapped(block: str) -> str:
    running = ""
    for line in block.split("\n"):
        # Inside a line, white space counted only while type was set in columns.
        words = " ".join(filter(None, re.split(f"[{_WHITE}]+", line))).strip("\xa0 ")
        running = _join(running, words)
    return _STRAY_SPACE.sub("", running)


def _join(left: str, right: str) -> str:
    if not left or not right:
        return left or right
    return left + ("" if _CLOSES.match(right) or _OPENS.search(left) else " ") + right


def _goes_on(left: str, right: str) -> bool:
    """Whether a blank line between these two stands inside a sentence."""
    if not right or not _HAS_WORD.search(left):
        return False
    if right[0].islower():
        return not _ENDS_SENTENCE.search(left)
    return bool(_GOES_ON.match(right) and _HAS_WORD.search(right))
