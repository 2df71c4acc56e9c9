"""The page when something on our side failed. It says what matters: what is saved, and what to do."""

import streamlit as st

from oversight_app.screens.frame import prose


def show() -> None:
    """One calm sentence. No widget and no fragment: the run that failed may hold them already."""
    with st.container(key="trouble"):
        prose(
            '<div class="ov-note" role="alert"><p><strong>The page could not be shown just now.</strong> '
            "Everything that was saved before is kept. Please reload the page in a moment, and look whether your "
            "last mark is there.</p></div>"
        )
