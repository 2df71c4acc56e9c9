"""Enrolment: whether newcomers may take part, and how many; each change goes on record with who made it."""

from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.screens.console import doing
from oversight_app.screens.plain import exact
from oversight_app.study.enrolment import MOST_PLACES, Enrolment, EnrolmentState

_DRAWN = "_enrolment_drawn"
_SAYS = {
    EnrolmentState.OPEN: "Newcomers may take part.",
    EnrolmentState.PAUSED: "Newcomers are asked to try again later; whoever takes part goes on.",
    EnrolmentState.CLOSED: "Newcomers are told that the study is full; whoever takes part goes on.",
}


def show(session: Session) -> None:
    """The state in words, and the buttons that change it."""
    researcher = watching.here().researcher
    stands = researcher.enrolment()
    st.session_state[_DRAWN] = stands
    with st.container(key="oc_enrolment", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<p class="oc-state is-{stands.state}"><b>Enrolment is {stands.state}.</b> {_SAYS[stands.state]}</p>'
        )
        for label, key, state in (
            ("Pause", "enrolment_pause", EnrolmentState.PAUSED),
            (
                "Reopen" if stands.state is not EnrolmentState.OPEN else "Open",
                "enrolment_open",
                EnrolmentState.OPEN,
            ),
            ("Close", "enrolment_close", EnrolmentState.CLOSED),
        ):
            if state is not stands.state:
                doing.button(label, key=key, act=partial(researcher.put_enrolment, state, session.by))
        _target(stands, session)
    for key in ("enrolment_pause", "enrolment_open", "enrolment_close"):
        doing.said(key)


def is_outdated(stands: Enrolment) -> bool:
    """Whether somebody else has changed it since it was drawn."""
    drawn = st.session_state.get(_DRAWN)
    return drawn is not None and drawn != stands


def _target(stands: Enrolment, session: Session) -> None:
    if stands.target is None:
        return
    with st.popover("Raise the target", key="target"):
        seen = stands.accuracy_seen
        warning = (
            "Somebody could have looked at accuracy already, so the record will call this a departure from the plan."
            if seen
            else "Nobody has looked at accuracy, and the record will say so."
        )
        st.html(f'<p class="ov-small">Now {stands.target:,} places. {exact(warning)}</p>')
        st.number_input(
            "Places",
            min_value=stands.target,
            max_value=MOST_PLACES,
            value=stands.target,
            key="target_places",
            step=1,
        )
        doing.button(
            "Raise", key="target_raise", act=partial(_raise, session.by), done="The target is raised."
        )
        doing.said("target_raise")


def _raise(by: str) -> None:
    watching.here().researcher.raise_target(int(st.session_state["target_places"]), by)
