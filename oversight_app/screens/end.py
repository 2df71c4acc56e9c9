"""The end: how it ended, and the code to hand in."""

import streamlit as st

from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say, say_html
from oversight_app.study.design import Outcome
from oversight_app.study.page import EndPage

_WORDS = {
    Outcome.COMPLETED: ("end.completed_heading", "end.completed"),
    Outcome.SCREENED_OUT: ("end.screened_out_heading", "end.screened_out"),
    Outcome.FAILED_CHECKS: ("end.failed_checks_heading", "end.failed_checks"),
    Outcome.TIMED_OUT: ("end.timed_out_heading", "end.timed_out"),
    Outcome.TECHNICAL_ERROR: ("end.technical_error_heading", "end.technical_error"),
    Outcome.NO_CONSENT: ("end.no_consent_heading", "end.no_consent"),
    Outcome.STUDY_FULL: ("end.study_full_heading", "end.study_full"),
    Outcome.WITHDREW: ("end.withdrew_heading", "end.withdrew"),
}


def show(page: EndPage) -> None:
    """Nothing is left to do but to take the code along."""
    heading, sentence = _WORDS.get(Outcome(page.outcome), ("end.ended_heading", "end.ended"))
    with reading("end", say(heading)):
        prose(f"<p>{say_html(sentence)}</p>")
        if page.code:
            prose(f"<p>{say_html('end.your_code')}</p>")
            with st.container(key="completion_code"):
                # Not st.code: its part of the page comes over the line only now, and this is the moment to be paid.
                st.html(f'<code class="ov-code" title="{say_html("end.code")}">{exact(page.code)}</code>')
        if page.url:
            # A link drawn by us: a button would open a second tab, and the first would look unfinished.
            prose(
                f'<p><a class="ov-button" href="{exact(page.url)}" rel="noreferrer">{say_html("end.hand_in")}</a></p>'
            )
        if page.code:
            prose(f'<p class="ov-small">{say_html("end.handed_in")}</p>')
