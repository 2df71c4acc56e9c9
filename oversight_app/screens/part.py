"""A part of the question page that answers to a mark by itself: what else stands on the page is not drawn anew.

Most of what participants do is to mark something, and a whole page costs four times as much as its options. The mark
is saved in the widget's callback, as everywhere; whatever else has changed meanwhile asks for the whole page.
"""

from collections.abc import Callable

import streamlit as st

from oversight_app.screens import acting, taken_over


def show(name: str, draw: Callable[[], None], is_still_asked: Callable[[], bool]) -> None:
    """Draw it now, and again after each mark in it; `is_still_asked`: whether the page is still about this question."""
    drawn: list[bool] = []

    @st.fragment
    def part() -> None:
        # A whole run has just drawn the page from the record. After a mark there is something to compare: the time may
        # be over, another tab may have taken over, and a sentence that asked for this very mark has done its work.
        if drawn and (acting.has_reminded() or taken_over.has_changed() or not is_still_asked()):
            st.rerun()
        drawn.append(True)
        draw()

    # Alone in a container, as taken_over.py says: it takes what stands beside it away with it, once in many times.
    with st.container(key=f"part_{name}"):
        part()
