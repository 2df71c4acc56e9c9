"""The end: how it ended, and the code to hand in."""

import streamlit as st

from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact
from oversight_app.study.design import Outcome
from oversight_app.study.page import EndPage

_WORDS = {
    Outcome.COMPLETED: ("You have finished", "Thank you for taking part. All your answers are saved."),
    Outcome.NO_CONSENT: (
        "You are not taking part",
        "You did not agree, so you were asked nothing. You can close this page.",
    ),
    Outcome.FAILED_CHECKS: (
        "The study ends here for you",
        "The check about the instructions was not passed, so the study cannot go on. Thank you for your time. If you "
        "have a question about your payment, please write to the person who invited you.",
    ),
    Outcome.WITHDREW: (
        "You have left the study",
        "Thank you for your time. If you want your data to be deleted or have a question about your payment, please "
        "write to the person who invited you. You can close this page.",
    ),
}


def show(page: EndPage) -> None:
    """Nothing is left to do but to take the code along."""
    outcome = Outcome(page.outcome)
    heading, sentence = _WORDS.get(outcome, ("The study has ended", "You can close this page."))
    with reading("End", heading):
        prose(f"<p>{exact(sentence)}</p>")
        if page.code:
            prose("<p>Your completion code:</p>")
            with st.container(key="completion_code"):
                # Not st.code: its part of the page comes over the line only now, and this is the moment to be paid.
                st.html(f'<code class="ov-code" title="Your completion code">{exact(page.code)}</code>')
        if page.url:
            # A link drawn by us: a button would open a second tab, and the first would look unfinished.
            prose(
                f'<p><a class="ov-button" href="{exact(page.url)}" rel="noreferrer">Hand in the code</a></p>'
            )
        if page.code:
            prose('<p class="ov-small">Once you have handed in the code, you can close this page.</p>')
