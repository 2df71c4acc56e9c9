"""Text as it is: study texts exactly, researchers' Markdown by a strict reader, labels past Streamlit's Markdown.

Streamlit's own Markdown would set "$5 and $10" as a formula, turn `->` into an arrow and fetch pictures from anywhere.
"""

import html
import re

from markdown_it import MarkdownIt

# Raw HTML stays text, and a picture would have to be served by us: neither is a researcher's text.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_REPLACED_AFTERWARDS = re.compile(r"(\\[-:<>=.(@w/])")
_JOINER = "\u2060"
_LONG_QUESTION = 280


def exact(text: str) -> str:
    """HTML that shows the text character for character; white space is kept by the class it stands in."""
    return html.escape(text)


def length_class(question: str) -> str:
    """The class that sets a long question lighter, as text and not as a headline; empty for a short one."""
    return " is-long" if len(question) > _LONG_QUESTION else ""


def titled(markdown: str, otherwise: str) -> tuple[str, str]:
    """A text's own heading, where it begins with one, and the rest of it."""
    first, _, rest = markdown.lstrip().partition("\n")
    if first.startswith("# "):
        return first.removeprefix("# ").strip(), rest
    return otherwise, markdown


def from_markdown(text: str) -> str:
    """HTML of a researcher's Markdown: CommonMark with tables, nothing clever."""
    return str(_MARKDOWN.render(text))


def label(text: str) -> str:
    """A widget label that a screen reader reads as this text; for the eye the exact text stands beside it.

    A backslash stops Markdown; the word joiner stops the replacements that Streamlit makes after unescaping (`->` and
    the like). White space, line breaks too, reads as one space.
    """
    return _REPLACED_AFTERWARDS.sub(
        rf"{_JOINER}\1{_JOINER}", _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
    )
