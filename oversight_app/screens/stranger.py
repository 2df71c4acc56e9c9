"""The page for a visitor without a link of this study."""

import streamlit as st

from oversight_app.screens.frame import prose, top
from oversight_app.screens.wording import say_html


def show() -> None:
    """Say how one comes in, and nothing else."""
    with st.container(key="sheet"):
        st.html(f'<h1 class="ov-heading">{say_html("stranger.heading")}</h1>')
        prose(f'<p>{say_html("stranger.text")}</p><p class="ov-small">{say_html("stranger.cookies")}</p>')
        top("stranger")
