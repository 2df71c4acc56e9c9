"""A researcher's act: done in a button's callback, its refusal shown as a sentence beside it."""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from oversight_app.errors import OversightError
from oversight_app.screens.console import visitor
from oversight_app.screens.plain import exact

_SAID = "_console_said"


def button(
    label: str,
    *,
    key: str,
    act: Callable[[], object],
    done: str = "",
    type: Literal["primary", "secondary", "tertiary"] = "secondary",
    **look: Any,
) -> None:
    """A button that does `act`; `said(key)` shows how that went."""
    st.button(label, key=key, type=type, on_click=_attempt, args=(key, act, done), **look)


def said(key: str) -> None:
    """What there is to say of the last act here, once."""
    where, text, is_refusal = st.session_state.get(_SAID, ("", "", False))
    if where == key and text:
        del st.session_state[_SAID]
        kind, role = ("ov-reminder", "alert") if is_refusal else ("ov-small", "status")
        st.html(f'<p class="{kind}" role="{role}">{exact(text)}</p>')


def _attempt(key: str, act: Callable[[], object], done: str) -> None:
    if visitor.session() is None:
        return  # the page that is drawn next says so
    try:
        act()
    except OversightError as error:
        st.session_state[_SAID] = (key, str(error), True)
        return
    st.session_state[_SAID] = (key, done, False)
