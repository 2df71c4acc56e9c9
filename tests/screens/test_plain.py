"""Texts past Streamlit's Markdown."""

import re

from hypothesis import given
from hypothesis import strategies as st

from oversight_app.screens.plain import exact, from_markdown, label


def test_exact_text_survives_html() -> None:
    assert exact("<p> & \"x\" 'y'\n  z") == "&lt;p&gt; &amp; &quot;x&quot; &#x27;y&#x27;\n  z"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\u2060")))
def test_a_label_read_back_is_the_text_with_its_white_space_folded(text: str) -> None:
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", label(text).replace("\u2060", ""))

    assert unescaped == " ".join(text.split())


def test_a_label_breaks_what_streamlit_replaces_after_unescaping() -> None:
    assert "->" not in label("a -> b").replace("\\", "")
    assert ":smile:" not in label(":smile:").replace("\\", "")
    assert ">=" not in label(">=").replace("\\", "")


def test_markdown_keeps_money_and_arrows() -> None:
    assert from_markdown("$5 -> $10 -- :smile:") == "<p>$5 -&gt; $10 -- :smile:</p>\n"
