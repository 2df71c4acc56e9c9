"""One run of the console: who is in, which view is asked for, draw that.

The address says which view it is (`?view=`, `?who=`, `?sample=`), so that a reload, a link and the browser's way back
all lead where they should. A new view is a function here and its name in `VIEWS`.
"""

import streamlit as st

from oversight_app import watching
from oversight_app.screens.console import design, head, inviting, participant, preview, taking, visitor, watch

VIEWS = {
    "watch": ("Participants", watch.show),
    "invite": ("Invitations", inviting.show),
    "preview": ("Screens", preview.show),
    "take": ("Downloads", taking.show),
    "design": ("Design", design.show),
}
"""By name in the address: its title, and what draws it."""
_BEFORE_A_PLAN = {"design": VIEWS["design"]}


def show() -> None:
    """Draw the view that is asked for."""
    st.set_page_config(page_title="Console", layout="wide", initial_sidebar_state="collapsed")
    session = visitor.session()
    if session is None:
        signed_out()
        return
    is_frozen = watching.is_frozen()
    if is_frozen and (sample := st.query_params.get("sample", "")):
        preview.show_sample(sample)
        return
    views = VIEWS if is_frozen else _BEFORE_A_PLAN
    name = st.query_params.get("view", "watch") if is_frozen else "design"
    _, view = views.get(name, VIEWS["watch"])
    with st.container(key="console"):
        head.show(session, {key: label for key, (label, _) in views.items()}, here=name, leave=visitor.leave)
        if is_frozen and (who := st.query_params.get("who", "")):
            participant.show(who, session)
        else:
            view(session)


def signed_out() -> None:
    """The page of somebody whose session is over."""
    st.html(
        '<div class="oc-out"><p>You are signed out.</p><p><a href="/login" target="_self">Sign in</a></p></div>'
    )
