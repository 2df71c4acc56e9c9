"""What every page of a running sitting has: a pulse, and a way to leave."""

from collections.abc import Callable

import streamlit as st

from oversight_app.screens import acting
from oversight_app.screens.wording import say, say_html

BEAT_EVERY_S = 20


def beat(still_current: Callable[[], bool] | None = None) -> None:
    """Run a little fragment now and then.

    Streamlit's page asks for a full run after a reconnect only when such a fragment is on it; without one, the first
    clicks after a server's restart are lost. `still_current` is asked at each beat but the first: False redraws.
    """

    @st.fragment(run_every=BEAT_EVERY_S)
    def pulse() -> None:
        # A full run has just drawn the page from the record; only a beat of its own has something to compare.
        is_first = st.session_state.pop("_page_drawn", False)
        if still_current is not None and not is_first and not still_current():
            st.rerun()

    st.session_state["_page_drawn"] = True
    with st.container(key="pulse"):
        pulse()


def leave_button(label: str, withdraw: Callable[[], None]) -> None:
    """End the sitting for good, after being asked once."""
    with st.popover(label, type="tertiary", key="leave"):
        st.html(f'<p class="ov-small">{say_html("leave.asked")}</p>')
        acting.button(say("leave.confirm"), key="withdraw", act=withdraw)
