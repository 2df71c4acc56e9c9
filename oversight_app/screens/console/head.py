"""The console's head: which study this is, the views, and the way out."""

from collections.abc import Callable, Mapping

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.screens.plain import exact, label


def show(session: Session, views: Mapping[str, str], *, here: str, leave: Callable[[], None]) -> None:
    """Draw it."""
    if watching.is_frozen():
        plan = watching.here().researcher.plan
        study, mark = plan.study_id, "pilot only" if plan.pilot_only else ""
    else:
        study, mark = watching.preparing().folder.path.resolve().name, "no plan yet"
    links = "".join(
        f'<a href="?view={name}" target="_self"{" aria-current=page" if name == here else ""}>{exact(label)}</a>'
        for name, label in views.items()
    )
    marked = f'<span class="oc-mark">{exact(mark)}</span>' if mark else ""
    with st.container(key="oc_head", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="oc-title"><h1>{exact(watching.title())}</h1>'
            f'<p class="ov-small">{exact(study)} {marked}</p></div>'
        )
        st.html(f'<nav class="oc-views" aria-label="Views">{links}</nav>')
        st.button(label(f"Sign out {session.by}"), key="leave_console", type="tertiary", on_click=leave)
