"""A second tab or device of the same participant: the one opened last works on, and the others are told.

Every page holds a small component that says once which tab it is (`tab.js`); `presence` knows the rule. A tab that was
taken over shows so at its next run: after a click, or at its heartbeat. The click itself has counted by then, or not,
as if there were no other tab.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

from oversight_app import running
from oversight_app.clock import SystemClock
from oversight_app.presence import Standing, Tab
from oversight_app.screens import acting, assets
from oversight_app.screens.frame import prose, top
from oversight_app.screens.wording import say, say_html

_ASKS, _HERE, _LINGERS, _TOLD = "_asks", "_here", "_lingers", "_took_over"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_ID = 60
_TELLS = timedelta(seconds=30)
"""As long as the style sheet shows it: whoever does not press the button need not work around it for good."""


@dataclass(frozen=True, slots=True)
class _Here:
    """This tab, as the last full run drew it."""

    participant_id: str
    tab: Tab
    is_taken_over: bool


def is_here(participant_id: str) -> bool:
    """Whether the participant is working in this tab, as far as anybody knows."""
    st.session_state[_ASKS] = True
    # In a container of its own: a fragment that stands on the page itself, and is run right after all of the page,
    # takes other parts of the page away with it (Streamlit 1.67, a few times in a hundred).
    with st.container(key="listening"):
        _listen(participant_id)
    here: _Here | None = st.session_state.get(_HERE)
    return here is None or not here.is_taken_over or _lingers(participant_id)


@st.fragment
def _listen(participant_id: str) -> None:
    """Ask the browser which tab this is. What it says begins a run of this part alone: the page is not touched."""
    is_asked_by_page = st.session_state.pop(_ASKS, False)
    known = _latest(_here(participant_id), _tab(st.session_state.get("tab")))
    state = assets.tab(
        key="tab",
        data={
            "known": known.tab_id if known else None,
            "since": _ms(known.since) if known else 0,
            "now": 0 if known else _ms(SystemClock().now()),
        },
        on_reported_change=lambda: None,
    )
    # In a server that has just been started, what the browser said is there only once the component is.
    tab = known or _tab(state)
    if tab is None:
        st.session_state.pop(_HERE, None)
        return
    now = SystemClock().now()
    standing = running.presence().hear(participant_id, tab, now)
    st.session_state[_HERE] = _Here(participant_id, tab, standing is Standing.TAKEN_OVER)
    if standing is Standing.TOOK_OVER:
        st.session_state[_TOLD] = now
    if standing is not Standing.IN_CHARGE and not is_asked_by_page:
        st.rerun()


def has_changed() -> bool:
    """Whether the tab stands otherwise than its page says; asked at each heartbeat."""
    here: _Here | None = st.session_state.get(_HERE)
    if here is None:
        return False
    standing = running.presence().hear(here.participant_id, here.tab, SystemClock().now())
    return (standing is Standing.TAKEN_OVER) != here.is_taken_over or is_lingering()


def is_lingering() -> bool:
    """Whether the page is there for a moment more only."""
    return st.session_state.get(_LINGERS) is not None


def show(participant_id: str) -> None:
    """Say where the study goes on, and offer to go on here."""
    st.session_state.pop(_TOLD, None)
    with st.container(key="sheet"):
        st.html(f'<h1 class="ov-heading" tabindex="-1">{say_html("taken_over.heading")}</h1>')
        prose(f"<p>{say_html('taken_over.text')}</p>")
        acting.button(
            say("taken_over.go_on"), key="go_on_here", act=partial(_go_on, participant_id), type="primary"
        )
        top("taken_over")


def notice() -> None:
    """Tell the tab that took over so, until somebody has read it, and for a while at most.

    Drawn last: nothing on the page moves by it.
    """
    told_at: datetime | None = st.session_state.get(_TOLD)
    if told_at is None or SystemClock().now() - told_at > _TELLS:
        return
    with st.container(key="took_over", horizontal=True, vertical_alignment="center"):
        st.html(f'<p role="status">{say_html("taken_over.told")}</p>')
        acting.button(say("taken_over.understood"), key="took_over_seen", act=_be_told, type="tertiary")


def _go_on(participant_id: str) -> None:
    tab = _here(participant_id)
    if tab is not None:
        tab = running.presence().go_on_in(participant_id, tab.tab_id, SystemClock().now())
        st.session_state[_HERE] = _Here(participant_id, tab, is_taken_over=False)
    st.session_state.pop(_LINGERS, None)


def _be_told() -> None:
    st.session_state.pop(_TOLD, None)


def _lingers(participant_id: str) -> bool:
    """Whether the question on the page stays for one more run.

    What a click sets going may reach the server in two messages: first something that the page noted, then the click
    itself. The first may not take the button away that the second is about.
    """
    sitting = running.proctor().sitting(participant_id)
    n = sitting.trial.plan.n if sitting.has_open_trial else None
    is_drawn = any(f"{name}_{n}" in st.session_state for name in ("answer", "initial_answer"))
    st.session_state[_LINGERS] = n if is_drawn and not is_lingering() else None
    return is_lingering()


def _here(participant_id: str) -> Tab | None:
    here: _Here | None = st.session_state.get(_HERE)
    return here.tab if here is not None and here.participant_id == participant_id else None


def _tab(state: object) -> Tab | None:
    """What the browser said, where it can be true."""
    said = state.get("reported") if isinstance(state, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    tab_id, since = said.get("id"), said.get("since")
    if not isinstance(tab_id, str) or not 0 < len(tab_id) <= _LONGEST_ID or type(since) is not int:
        return None
    return Tab(tab_id, _EPOCH + timedelta(milliseconds=min(max(0, since), _ms(SystemClock().now()))))


def _latest(*tabs: Tab | None) -> Tab | None:
    """The same tab may have been put in charge again after it said since when somebody works in it."""
    return max((tab for tab in tabs if tab is not None), key=lambda tab: tab.since, default=None)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
