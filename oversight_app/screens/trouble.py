"""The page when something on our side failed. It says what matters: what is saved, and what to do."""

import streamlit as st

from oversight_app.screens.frame import prose
from oversight_app.screens.wording import say_html


def show() -> None:
    """One calm sentence. No widget and no fragment: the run that failed may hold them already."""
    with st.container(key="trouble"):
        prose(
            f'<div class="ov-note" role="alert" lang="{say_html("language.code")}">'
            f"<p><strong>{say_html('trouble.heading')}</strong> {say_html('trouble.text')}</p></div>"
        )
