"""The researcher's line on a participant's page: read with the page, and fetched by its next heartbeat."""

from dataclasses import dataclass

import streamlit as st

from oversight_app import running
from oversight_app.screens import acting
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say, say_html
from oversight_app.study.sitting import Stage

_DRAWN, _READ = "_notice_drawn", "_notice_read"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the page that stands says, and of whom."""

    participant_id: str
    told: str
    is_ended: bool


def show(participant_id: str) -> None:
    """Draw the line until it is read; drawn last, so that nothing on the page moves by it."""
    drawn = _now(participant_id)
    st.session_state[_DRAWN] = drawn
    if not drawn.told or st.session_state.get(_READ) == drawn.told:
        return
    with st.container(key="notice", horizontal=True, vertical_alignment="center"):
        st.html(f'<p role="status"><strong>{say_html("notice.heading")}</strong><br>{exact(drawn.told)}</p>')
        acting.button(
            say("notice.read"), key="notice_read", act=lambda: _be_read(drawn.told), type="tertiary"
        )


def has_changed() -> bool:
    """Whether the researcher has written something new, or ended the sitting; asked at each heartbeat."""
    drawn: _Drawn | None = st.session_state.get(_DRAWN)
    return drawn is not None and _now(drawn.participant_id) != drawn


def _now(participant_id: str) -> _Drawn:
    sitting = running.proctor().sitting(participant_id)
    return _Drawn(participant_id, sitting.told, sitting.stage is Stage.ENDED)


def _be_read(told: str) -> None:
    st.session_state[_READ] = told
