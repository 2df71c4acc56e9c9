"""The bar on top: which question, and how much time is left.

The countdown runs in the browser from the milliseconds that remain, so no clock needs to agree with another, and asks
the server to look once it is at zero. The server's clock decides.
"""

from collections.abc import Mapping

import streamlit as st

from oversight_app.screens import assets
from oversight_app.study.page import QuestionPage

_LONGEST_MS = 1_000_000_000


def show(page: QuestionPage) -> None:
    """One constant key: the component stays mounted from question to question."""
    kind = "Practice question" if page.is_practice else "Question"
    assets.timer(
        key="timer",
        data={
            "n": page.n,
            "where": f"{kind} {page.n_of_part} of {page.n_in_part}",
            "where_short": f"{'Practice ' if page.is_practice else ''}{page.n_of_part}/{page.n_in_part}",
            "share": (page.n_of_part - 1) / page.n_in_part,
            "remaining_ms": page.remaining_ms,
            "total_ms": page.total_ms,
        },
        on_expired_change=_look,
        on_submitted_change=_look,
    )


def _look() -> None:
    """The run that follows reads the record, and finds what is due closed."""


def response_time_s(n: int) -> float | None:
    """Seconds from first paint to the click on Submit by the browser's clock; None when it did not say."""
    state: object = st.session_state.get("timer")
    said: object = state.get("submitted") if isinstance(state, Mapping) else None
    if not isinstance(said, dict) or said.get("n") != n:
        return None
    milliseconds: object = said.get("ms")
    if type(milliseconds) is not int or not 0 <= milliseconds < _LONGEST_MS:
        return None
    return milliseconds / 1000
