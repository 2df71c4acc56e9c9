"""The reading phase: the passage alone, before the question and its clock."""

from functools import partial

import streamlit as st

from oversight_app.proctor import Proctor
from oversight_app.screens import acting, heartbeat, passage, timer
from oversight_app.screens.frame import top
from oversight_app.screens.wording import say
from oversight_app.study.page import ReadingPage


def show(page: ReadingPage, participant_id: str, proctor: Proctor) -> None:
    """The bar with the time left for reading, the passage, and the button that brings the question."""
    with st.container(key="bar", horizontal=True):
        timer.show_reading(page)
        heartbeat.leave_button(say("question.leave"), partial(proctor.withdraw, participant_id))
    with st.container(key="desk_passage"):
        st.html(f'<h1 class="ov-unseen" tabindex="-1">{say("reading.heading")}</h1>')
        passage.show(page)
        acting.button(
            say("reading.go_on"),
            key="next",
            act=partial(proctor.read_passage, participant_id, page.n),
            type="primary",
        )
    top(f"reading {page.n}")
    heartbeat.beat()
