"""The bar on top: which question, and how much time is left.

The countdown runs in the browser from the milliseconds that remain, so no clock needs to agree with another, and asks
the server to look once it is at zero. The server's clock decides. The same script measures how long an answer took by
the browser's clock, and says on the submit button from when on it counts.
"""

from collections.abc import Mapping
from hashlib import blake2s

import streamlit as st

from oversight_app.screens import assets
from oversight_app.screens.marks import fields_of
from oversight_app.screens.wording import say
from oversight_app.study.page import QuestionPage, ReadingPage

_LONGEST_MS = 1_000_000_000
_CALLS_S = (60, 30, 10)
"""How many seconds before the end the time that is left is read out."""


def show(page: QuestionPage, participant_id: str) -> None:
    """One constant key: the component stays mounted from question to question."""
    is_studys = is_the_studys(page)
    _mount(
        n=page.n,
        where=where(page),
        where_short=_where_short(page),
        share=(page.n_of_part - 1) / page.n_in_part,
        remaining_ms=page.remaining_ms,
        total_ms=page.total_ms,
        left=say("timer.study_left") if is_studys else say("timer.left"),
        whose=say("timer.study") if is_studys else "",
        answer=fields_of(page).answer,
        min_ms=0 if page.awaits_initial else page.min_ms,
        early=say("timer.early", n="{n}"),
        shown_ms=page.shown_ms,
        trial=trial_name(participant_id, page.n),
    )


def trial_name(participant_id: str, n: int) -> str:
    """What a browser keeps something of this question under, and of nobody else's.

    Somebody else may have sat in the same tab before, at a question with the same number.
    """
    return blake2s(f"{participant_id}/{n}".encode(), digest_size=6).hexdigest()


def show_reading(page: ReadingPage) -> None:
    """The same bar over a passage that stands alone: the time left for reading."""
    _mount(
        n=-page.n,  # the question has this number, and its clock comes after this one
        where=say("reading.where_practice" if page.is_practice else "reading.where"),
        where_short=say("reading.where_short"),
        share=0,
        remaining_ms=page.remaining_ms,
        total_ms=page.total_ms,
        left=say("timer.left"),
        whose="",
    )


def is_the_studys(page: QuestionPage) -> bool:
    """Whether the clock on this page is that of the whole sitting, which ends before the question's own would."""
    return (
        page.sitting_left_ms is not None
        and page.remaining_ms is not None
        and page.sitting_left_ms <= page.remaining_ms
    )


def where(page: QuestionPage) -> str:
    """Which question of how many; practice counts for itself."""
    if page.is_practice:
        return say("question.practice_number", n=page.n_of_part, total=page.n_in_part)
    return say("question.number", n=page.n_of_part, total=page.n_in_part)


def _where_short(page: QuestionPage) -> str:
    if page.is_practice:
        return say("timer.practice_number_short", n=page.n_of_part, total=page.n_in_part)
    return say("timer.number_short", n=page.n_of_part, total=page.n_in_part)


def _mount(**data: object) -> None:
    calls = [[seconds, say("timer.seconds_left", n=seconds)] for seconds in _CALLS_S]
    assets.timer(
        key="timer", data=data | {"calls": calls}, on_expired_change=_look, on_submitted_change=_look
    )


def _look() -> None:
    """The run that follows reads the record, and finds what is due closed."""


def response_time_s(n: int, button: str) -> float | None:
    """Seconds from first paint to the click on this button by the browser's clock; None when it did not say."""
    state: object = st.session_state.get("timer")
    said: object = state.get("submitted") if isinstance(state, Mapping) else None
    if not isinstance(said, dict) or said.get("n") != n or said.get("by", "submit") != button:
        return None
    milliseconds: object = said.get("ms")
    if type(milliseconds) is not int or not 0 <= milliseconds < _LONGEST_MS:
        return None
    return milliseconds / 1000
