"""The end: how it ended, and the code to hand in.

The page is drawn from the record, where the end stands as written: whoever sees a code can rely on everything before it
being saved.
"""

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
_IS_WORK_DONE = (Outcome.COMPLETED, Outcome.TIMED_OUT, Outcome.TECHNICAL_ERROR)
"""The others get a code too, so that their platform learns how it ended, but nothing was completed."""


def show(page: EndPage, participant_id: str) -> None:
    """Nothing is left to do but to take the code along."""
    outcome = Outcome(page.outcome)
    heading, sentence = _WORDS.get(outcome, ("end.ended_heading", "end.ended"))
    with reading("end", say(heading)):
        prose(f"<p>{say_html(sentence)}</p>" + _wish(page))
        if page.code:
            _hand_in(page, is_done=outcome in _IS_WORK_DONE)
        else:
            prose(f"<p>{say_html('end.close')}</p>")
        if outcome is not Outcome.NO_CONSENT:
            # Everybody may have their data deleted, and this name finds them.
            prose(f'<p class="ov-small">{say_html("end.deletion", name=participant_id)}</p>')


def _wish(page: EndPage) -> str:
    """What somebody who left said about their answers."""
    if page.outcome != Outcome.WITHDREW:
        return ""
    match page.keeps_data:
        case True:
            return f"<p>{say_html('end.keeps_data')}</p>"
        case False:
            return f"<p>{say_html('end.discards_data')}</p>"
        case None:
            return f"<p>{say_html('end.leaves_open')}</p>"


def _hand_in(page: EndPage, *, is_done: bool) -> None:
    prose(f"<p>{say_html('end.your_code') if is_done else say_html('end.code_if_asked')}</p>")
    with st.container(key="completion_code"):
        # Not st.code: its part of the page comes over the line only now, and this is the moment to be paid.
        st.html(f'<code class="ov-code" title="{say_html("end.code")}">{exact(page.code)}</code>')
    if page.url:
        # A link drawn by us: a button would open a second tab, and the first would look unfinished.
        words = say_html("end.hand_in") if is_done else say_html("end.back")
        prose(f'<p><a class="ov-button" href="{exact(page.url)}" rel="noreferrer">{words}</a></p>')
        prose(f'<p class="ov-small">{say_html("end.handed_in") if is_done else say_html("end.close")}</p>')
    else:
        prose(f'<p class="ov-small">{say_html("end.give_code") if is_done else say_html("end.close")}</p>')
