"""Invitations: new links for participants, and how many there are already."""

import shlex
from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.invitations import MOST_AT_ONCE, invite, link
from oversight_app.screens.console import doing
from oversight_app.screens.console.files import LINKS, File, listed
from oversight_app.screens.console.table import heading
from oversight_app.screens.plain import exact
from oversight_app.study_folder import StudyFolder

_MADE = "_invitations_made"
_MOST_SHOWN = 200
"""More are not copied by hand; the file has them all."""


def show(session: Session) -> None:
    """Make links, and have those just made to copy."""
    here = watching.here()
    n = len(here.reader.invitations())
    st.html(
        heading("Invitations")
        + f'<p class="oc-counted">{n:,} {"invitation" if n == 1 else "invitations"} so far. '
        "Each link is for one participant; whoever has it can take part with it.</p>"
    )
    with st.container(key="oc_invite", horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "New links", min_value=1, max_value=MOST_AT_ONCE, value=10, step=1, key="invite_count", width=160
        )
        doing.button("Make links", key="invite_make", act=partial(_make, session.by))
    doing.said("invite_make")
    if made := st.session_state.get(_MADE):
        _shown(made)
    if n:
        st.html(listed([File(LINKS, "links.csv", "every invitation, also those of before")]))
    st.html(
        '<p class="ov-small oc-hidden">People from Prolific, MTurk or Connect need none of these; '
        "<code>oversight links</code> prints what to paste there.</p>"
        f'<p class="ov-small oc-hidden">{served(here.folder)}</p>'
    )


def served(folder: StudyFolder) -> str:
    """How participants' page is started, as HTML: this console only makes their links."""
    start = shlex.join(["oversight", "serve", str(folder.path)])
    return (
        f"Participants reach the study while <code>{exact(start)}</code> runs, a process beside this console."
    )


def _shown(made: tuple[str, ...]) -> None:
    url = watching.here().public_url
    lines = [link(url, token) if url else token for token in made]
    more = f" The first {_MOST_SHOWN:,} stand here; links.csv has all." if len(lines) > _MOST_SHOWN else ""
    what = "links" if url else "tokens; started with --url, the console shows whole links"
    st.html(f'<p class="ov-small" role="status">Just made: {len(lines):,} {what}.{more}</p>')
    st.code("\n".join(lines[:_MOST_SHOWN]), language=None, height=220 if len(lines) > 6 else "content")


def _make(by: str) -> None:
    researcher = watching.here().researcher
    count = int(st.session_state["invite_count"])
    st.session_state[_MADE] = tuple(invite(researcher.store, count, clock=researcher.clock, by=by))
