"""The reading phase: the passage alone, before the question and its clock."""

from functools import partial

import streamlit as st

from oversight_app.proctor import Proctor
from oversight_app.screens import acting, briefing, heartbeat, passage, timer, watch
from oversight_app.screens.frame import top
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import ReadingPage


def show(page: ReadingPage, participant_id: str, proctor: Proctor) -> None:
    """The bar with the time left for reading, the passage, and the button that brings the question."""
    with st.container(key="bar", horizontal=True):
        timer.show_reading(page)
        briefing.button(proctor.plan)
        heartbeat.leave_button(say("question.leave"), partial(proctor.withdraw, participant_id))
    with st.container(key="desk_passage"):
        passage.show(page)
        with st.container(key="read"):
            st.html(
                f'<h1 class="ov-unseen" tabindex="-1">{say_html("reading.heading")}</h1>'
                f'<p class="ov-small">{say_html("reading.hint")}</p>'
            )
            acting.button(
                say("reading.go_on"),
                key="next",
                act=partial(proctor.read_passage, participant_id, page.n),
                type="primary",
            )
    watch.show(page, participant_id)
    top(f"reading {page.n}")
    heartbeat.beat(partial(_is_still_reading, proctor, participant_id, page.n))


def _is_still_reading(proctor: Proctor, participant_id: str, n: int) -> bool:
    page = proctor.page(participant_id)
    return isinstance(page, ReadingPage) and page.n == n
