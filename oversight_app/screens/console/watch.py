"""The view of a running study: what stands where, and who; it draws itself anew every few seconds."""

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.screens.console import accuracy, enrolment, figures, people, visitor

EVERY_S = 5.0
"""How often the figures are counted anew: quick enough for somebody who watches, and little for the record."""


def show(session: Session) -> None:
    """Draw it: what a researcher does stands still, what is counted moves."""
    enrolment.show(session)
    _counted()
    accuracy.show(session)


@st.fragment(run_every=EVERY_S)
def _counted() -> None:
    visitor.must_be_in()
    seen = watching.overview()
    if enrolment.is_outdated(seen.enrolment):
        st.rerun()
    figures.show(seen)
    people.filters()
    people.show(seen)
    figures.show_totals(seen)
