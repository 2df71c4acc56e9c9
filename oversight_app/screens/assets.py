"""The look and the browser-side parts, read once from the files beside this one."""

import re
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_SHEETS = "\n".join(_read(name) for name in ("page.css", "question.css", "chat.css"))


def style(*, disconnected: str) -> str:
    """The look, and the sentence that the style sheet itself shows when the connection is lost."""
    return f"<style>:root {{ --ov-disconnected: {_css_string(disconnected)}; }}\n{_SHEETS}</style>"


def _css_string(text: str) -> str:
    """A string that cannot end the style sheet, whatever the text holds."""
    return '"' + re.sub(r"[\x00-\x1f\"\\<>&]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'


# Registered once: mounting the same name again keeps the one instance in the page alive over all questions.
timer = st.components.v2.component(
    "oversight_timer", html=_read("timer.html"), js=_read("timer.js"), isolate_styles=False
)
search = st.components.v2.component(
    "oversight_search", html=_read("search.html"), js=_read("search.js"), isolate_styles=False
)
top = st.components.v2.component("oversight_top", js=_read("top.js"), isolate_styles=False)
panes = st.components.v2.component("oversight_panes", js=_read("panes.js"), isolate_styles=False)
