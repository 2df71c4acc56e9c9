"""The check that the instructions were understood. The keys are not here; the proctor knows them."""

from collections.abc import Callable

import streamlit as st

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact, label
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import ComprehensionPage


def show(page: ComprehensionPage, answer: Callable[[tuple[int, ...]], None]) -> None:
    """Every question, nothing preselected, one button."""
    heading = say("comprehension.heading") if page.attempt == 1 else say("comprehension.heading_again")
    with reading("check", heading, attempt=page.attempt):
        if page.attempt == 1:
            prose(f"<p>{say_html('comprehension.opening')}</p>")
        else:
            _explain(page)
        for i, (text, options) in enumerate(page.questions, start=1):
            _question(i, text, options)
        acting.button(
            say("buttons.continue"), key="continue", act=lambda: answer(_marked(page)), type="primary"
        )
        acting.reminder("continue")


def _question(i: int, text: str, options: tuple[str, ...]) -> None:
    with st.container(key=f"check_{i}"):
        # Hidden from screen readers, who hear it as the name of its options, without Markdown's escapes.
        st.html(f'<p class="ov-check" aria-hidden="true">{exact(text)}</p>')
        st.radio(
            text,
            options=range(len(options)),
            format_func=lambda option: label(options[option]),
            index=None,
            key=f"comprehension_{i}",
            label_visibility="collapsed",
        )


def _explain(page: ComprehensionPage) -> None:
    hints = "".join(f"<li>{exact(hint)}</li>" for hint in page.hints)
    prose(
        '<div class="ov-note" role="status"><p>'
        f"<strong>{say_html('comprehension.not_yet')}</strong> "
        f"{say_html('comprehension.attempts_left', n=page.attempts_left)}</p>"
        f"{f'<ul>{hints}</ul>' if hints else ''}</div>"
    )


def _marked(page: ComprehensionPage) -> tuple[int, ...]:
    """The marked options that are really on the page; shorter than the questions where some are missing."""
    marked = (
        (st.session_state.get(f"comprehension_{i}"), len(options))
        for i, (_, options) in enumerate(page.questions, start=1)
    )
    return tuple(value for value, n in marked if type(value) is int and 0 <= value < n)
