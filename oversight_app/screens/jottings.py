"""What somebody has marked or written on a reading page and not handed in yet: it is there again after a reload, in
another tab and on another device.

Questions have drafts in the record. A check or a questionnaire is handed in as a whole, and until then nothing of it is
anybody's answer; so it is kept in the memory of the process, and in the page itself, which sends it again to a process
that knows nothing.
"""

import streamlit as st

from oversight_app import running

_PARTICIPANT = "_participant"


def belongs_to(participant_id: str) -> None:
    """Whose page is being drawn."""
    st.session_state[_PARTICIPANT] = participant_id


def bring_back(key: str) -> None:
    """Before the widget of this key is drawn: put into it what was there, where this tab has not had it yet."""
    kept = _kept()
    if key not in st.session_state and key in kept:
        st.session_state[key] = kept[key]


def keep(key: str) -> None:
    """After it is drawn: remember what is in it."""
    value: object = st.session_state.get(key)
    if value is not None:
        _kept()[key] = value


def forget() -> None:
    """Nothing is left to hand in."""
    _kept().clear()


def _kept() -> dict[str, object]:
    return running.jottings(str(st.session_state.get(_PARTICIPANT, "")))
