"""Consent: the study's text, and a choice between two equals."""

from functools import partial
from typing import Protocol

import streamlit as st

from oversight_app.screens import acting
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.plain import exact, from_markdown, titled
from oversight_app.screens.wording import say
from oversight_app.study.page import ConsentPage


class GiveConsent(Protocol):
    """The proctor's verb, for this participant."""

    def __call__(self, *, agreed: bool) -> None:
        """Take the choice."""
        ...


def show(page: ConsentPage, give_consent: GiveConsent) -> None:
    """The consent page. Nothing was recorded before one of its buttons is pressed."""
    heading, text = titled(page.text, page.title)
    with reading("consent", heading):
        name = "" if heading == page.title else f'<p class="ov-small">{exact(page.title)}</p>'
        prose(name + from_markdown(text))
        with st.container(key="choices", horizontal=True):
            acting.button(
                say("consent.agree"),
                key="consent",
                act=partial(give_consent, agreed=True),
                type="primary",
            )
            acting.button(say("consent.refuse"), key="refuse", act=partial(give_consent, agreed=False))
        acting.reminder("consent")
