"""The page when something on our side failed. It says what matters: what is saved, and what to do."""

import streamlit as st

from oversight_app.screens.frame import prose
from oversight_app.screens.heartbeat import beat


def show() -> None:
    """One calm sentence; the page tries again by itself."""
    with st.container(key="trouble"):
        prose(
            '<div class="ov-note" role="alert"><p><strong>The page could not be shown just now.</strong> '
            "What you have marked is saved. Please reload the page in a moment.</p></div>"
        )
    beat(lambda: False)
