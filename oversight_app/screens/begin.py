"""The last page before the place is taken."""

from typing import Protocol

import streamlit as st

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import from_markdown
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import BeginPage


class Begin(Protocol):
    """The proctor's verb, for this participant."""

    def __call__(self, *, pledged: bool) -> None:
        """Take the place."""
        ...


def show(page: BeginPage, begin: Begin) -> None:
    """What is ahead, and the button that starts it."""
    with reading("questions", say("begin.heading")):
        prose(
            f"<p>{say_html('begin.questions', n=page.n_questions)} {say_html('begin.minutes', n=page.minutes)}</p>"
            f"<p>{say_html('begin.saved')}</p>"
        )
        if page.pledge:
            prose(f'<div class="ov-note">{from_markdown(page.pledge)}</div>')
            st.checkbox(say("begin.pledge"), key="pledge")
        acting.button(
            say("begin.begin"), key="begin", act=lambda: begin(pledged=_has_pledged()), type="primary"
        )
        acting.reminder("begin")


def _has_pledged() -> bool:
    return st.session_state.get("pledge") is True
