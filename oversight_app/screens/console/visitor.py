"""Who looks at the console, asked of the gate in every run, in every part that runs by itself, and before every act.

A tab keeps its connection for hours; that somebody was in when it was opened says nothing of now.
"""

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session


def session() -> Session | None:
    """Who is in; None after signing out, also in another tab, and when the time is over."""
    return watching.session(_cookie())


def must_be_in() -> None:
    """In a part that runs by itself: draw the whole page anew for somebody who is out, which shows nothing."""
    if session() is None:
        st.rerun()


def leave() -> None:
    """Sign out."""
    watching.gate().leave(_cookie())


def _cookie() -> str:
    return str(st.context.cookies.get(watching.cookie_name(), ""))
