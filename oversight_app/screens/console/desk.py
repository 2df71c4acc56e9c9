"""One run of the console: who is in, which view is asked for, draw that.

The address says which view it is (`?view=`, `?who=`, `?sample=`), so that a reload, a link and the browser's way back
all lead where they should. A new view is a function here and its name in `VIEWS`.
"""

import streamlit as st

from oversight_app.screens.console import head, inviting, participant, preview, taking, visitor, watch

VIEWS = {
    "watch": ("Participants", watch.show),
    "invite": ("Invitations", inviting.show),
    "preview": ("Screens", preview.show),
    "take": ("Downloads", taking.show),
}
"""By name in the address: its title, and what draws it. Making a design here will be one more."""


def show() -> None:
    """Draw the view that is asked for."""
    st.set_page_config(page_title="Console", layout="wide", initial_sidebar_state="collapsed")
    session = visitor.session()
    if session is None:
        signed_out()
        return
    if sample := st.query_params.get("sample", ""):
        preview.show_sample(sample)
        return
    name = st.query_params.get("view", "watch")
    _, view = VIEWS.get(name, VIEWS["watch"])
    with st.container(key="console"):
        head.show(session, {key: label for key, (label, _) in VIEWS.items()}, here=name, leave=visitor.leave)
        if who := st.query_params.get("who", ""):
            participant.show(who, session)
        else:
            view(session)


def signed_out() -> None:
    """The page of somebody whose session is over."""
    st.html(
        '<div class="oc-out"><p>You are signed out.</p><p><a href="/login" target="_self">Sign in</a></p></div>'
    )
