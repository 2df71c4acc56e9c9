"""Marks around quotations never change the text."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from oversight_app.screens.quoted import with_marks

PASSAGE = ("It was a bright cold day in April.", "The clocks were striking thirteen & more <so>.")
_PHRASES = ("a bright cold day", "the clocks were striking", "thirteen & more <so>", "words of another kind")
_PIECES = st.lists(st.sampled_from([*_PHRASES, *"\"“”„«» \n>.,!?)('<&…*"]))


@given(_PIECES.map("".join))
def test_whatever_is_quoted_the_text_stays_character_for_character(text: str) -> None:
    marked = with_marks(text, PASSAGE, ("words of another kind",))

    assert html.unescape(re.sub(r"</?(?:mark|button)[^>]*>", "", marked)) == text
    assert marked.count("<mark") == marked.count("<button") == marked.count("</button>")


def test_a_text_cannot_break_out_of_the_attributes() -> None:
    marked = with_marks('> a bright cold day" onclick="x" & <b>\n', PASSAGE, ())

    (button,) = re.findall(r"<button [^>]*>", marked)
    assert re.findall(r' ([\w-]+)="', button) == [
        "type",
        "class",
        "data-likeness",
        "data-words",
        "data-mark",
        "title",
        "aria-label",
    ]


def test_the_point_behind_a_quotation_stays_beside_it() -> None:
    marked = with_marks("It was “a bright cold day”, it says.", PASSAGE, ())

    assert re.search(r"</mark>”,<button[^>]*></button> it says\.$", marked)
