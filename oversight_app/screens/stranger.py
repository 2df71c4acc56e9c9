"""The page for a visitor without a link of this study."""

import streamlit as st

from oversight_app.screens.frame import prose


def show() -> None:
    """Say how one comes in, and nothing else."""
    with st.container(key="sheet"):
        st.html('<h1 class="ov-heading">Please open your personal link</h1>')
        prose(
            "<p>This page is for invited participants. Open the link that you received; it brings you to your place in "
            "the study, also when you have been there before.</p>"
            '<p class="ov-small">The page uses one cookie to know you again, so cookies must be allowed.</p>'
        )
