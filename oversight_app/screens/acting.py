"""Handing a participant's action to the proctor, and their reminder back to them.

A button acts in its callback, before the page is drawn, so that one run answers a click. A server that was restarted
knows no callbacks; but the first thing that a tab asks it for is the whole page (heartbeat), and a click waits until
that is drawn (turnstile). A button's value in the page's body acts on nothing: it may be another page by then.
"""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from oversight_app.errors import Refusal, Reminder
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say

_REMINDER = "_reminder"
_REMINDED = "_reminded"


def button(
    label: str,
    *,
    key: str,
    act: Callable[[], None],
    type: Literal["primary", "secondary", "tertiary"] = "secondary",
    **look: Any,
) -> None:
    """A button that does `act`; a reminder shows beside it through `reminder(key)`."""
    st.button(label, key=key, type=type, on_click=attempt, args=(key, act), **look)


def attempt(where: str, act: Callable[[], None]) -> None:
    """Do it; a Reminder is kept for the page, any other refusal means that the page was out of date and is redrawn."""
    said: Reminder | None = None
    try:
        act()
    except Reminder as reminder:
        said = reminder
    except Refusal:
        pass
    # Only now: the next click may end this run wherever session state is touched, and this one must count.
    st.session_state.pop(_REMINDER, None)
    if said is not None:
        remind(where, said)


def remind(where: str, reminder: Reminder) -> None:
    """Keep its sentence for the next drawing of this place."""
    st.session_state[_REMINDER] = (where, say(f"reminders.{reminder.key}", **reminder.values))


def reminder(where: str) -> None:
    """The sentence that the last action left here, once."""
    place, sentence = st.session_state.get(_REMINDER, ("", ""))
    if place == where:
        del st.session_state[_REMINDER]
        st.session_state[_REMINDED] = True
        st.html(f'<p class="ov-reminder" role="alert">{exact(sentence)}</p>')


def has_reminded() -> bool:
    """Whether a sentence of that kind was drawn since this was asked last, so that it may still be on the page."""
    return bool(st.session_state.pop(_REMINDED, False))
