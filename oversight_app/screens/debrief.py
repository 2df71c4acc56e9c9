"""The debrief, and the one question after it. No answer to it is a reason to refuse pay, and the page says so."""

from typing import Protocol

import streamlit as st

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import from_markdown, titled
from oversight_app.study.page import DebriefPage

_ANSWERS = ("No", "Yes")


class Finish(Protocol):
    """The proctor's verb, for this participant."""

    def __call__(self, *, external_help: bool | None) -> None:
        """Take the answer, and end the sitting."""
        ...


def show(page: DebriefPage, finish: Finish) -> None:
    """The text, the question, and the end."""
    heading, text = titled(page.text, "Thank you")
    with reading("End", heading):
        prose(from_markdown(text))
        if page.asks_external_help:
            st.radio(
                "One last question: did you look anything up, use another assistant, ask somebody, or know any of the "
                "questions before? Please answer honestly; your answer changes nothing about your pay.",
                options=_ANSWERS,
                index=None,
                horizontal=True,
                key="survey_external_help",
            )
        acting.button(
            "Finish", key="continue", act=lambda: finish(external_help=_external_help()), type="primary"
        )
        acting.reminder("continue")


def _external_help() -> bool | None:
    """None when it was not answered."""
    value = st.session_state.get("survey_external_help")
    return _ANSWERS.index(value) == 1 if value in _ANSWERS else None
