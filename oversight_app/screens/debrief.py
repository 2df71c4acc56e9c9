"""The debrief, and the one question after it. No answer to it is a reason to refuse pay, and the page says so."""

from typing import Protocol

import streamlit as st

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import from_markdown, titled
from oversight_app.screens.wording import say
from oversight_app.study.page import DebriefPage


class Finish(Protocol):
    """The proctor's verb, for this participant."""

    def __call__(self, *, external_help: bool | None) -> None:
        """Take the answer, and end the sitting."""
        ...


def show(page: DebriefPage, finish: Finish) -> None:
    """The text, the question, and the end."""
    heading, text = titled(page.text, say("debrief.heading"))
    with reading("end", heading):
        prose(from_markdown(text))
        if page.asks_external_help:
            st.radio(
                say("debrief.external_help"),
                options=(False, True),
                format_func=lambda helped: say("choices.yes") if helped else say("choices.no"),
                index=None,
                horizontal=True,
                key="survey_external_help",
            )
        acting.button(
            say("debrief.finish"),
            key="continue",
            act=lambda: finish(external_help=_external_help()),
            type="primary",
        )
        acting.reminder("continue")


def _external_help() -> bool | None:
    """None when it was not answered, or with what no button says."""
    value: object = st.session_state.get("survey_external_help")
    return value if isinstance(value, bool) else None
