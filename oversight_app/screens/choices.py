"""A question with options on a reading page, nothing preselected; marks are looked at again before they count."""

from collections.abc import Iterable, Sequence

import streamlit as st

from oversight_app.screens import jottings
from oversight_app.screens.plain import exact, label
from oversight_app.screens.wording import say, say_html


def ask(
    key: str, text: str, options: Sequence[str], *, horizontal: bool = False, is_needed: bool = False
) -> None:
    """One question; its widget has this key, and its value is the option's index."""
    with st.container(key=f"check_{key}"):
        st.html(asked(text, is_needed=is_needed))
        jottings.bring_back(key)
        st.radio(
            named(text, is_needed=is_needed),
            options=range(len(options)),
            format_func=lambda option: label(options[option]),
            index=None,
            key=key,
            horizontal=horizontal,
            label_visibility="collapsed",
        )
        jottings.keep(key)


def asked(text: str, *, is_needed: bool = False) -> str:
    """A question for the eye. Screen readers hear it as the name of its field, without Markdown's escapes."""
    needed = f' <span class="ov-needed">{say_html("survey.needed")}</span>' if is_needed else ""
    return f'<p class="ov-check" aria-hidden="true">{exact(text)}{needed}</p>'


def named(text: str, *, is_needed: bool = False) -> str:
    """A question as the name of its field."""
    return label(f"{text} ({say('survey.needed')})" if is_needed else text)


def marked(key: str, n_options: int) -> int | None:
    """The index that is marked; None where nothing is, or what no option says."""
    value: object = st.session_state.get(key)
    return value if type(value) is int and 0 <= value < n_options else None


def all_marked(questions: Iterable[tuple[str, int]]) -> tuple[int, ...]:
    """What is marked on questions given as (key, number of options); shorter where something is missing."""
    return tuple(value for key, n in questions if (value := marked(key, n)) is not None)
