"""What every page of a running sitting has: a pulse, and a way to leave."""

from collections.abc import Callable
from typing import Protocol

import streamlit as st

from oversight_app.screens import acting, choices, notice, taken_over
from oversight_app.screens.wording import say, say_html

BEAT_EVERY_S = 20
_LINGERS_S = 1
_KEEP, _DISCARD = 0, 1


class Withdraw(Protocol):
    """The proctor's verb, for this participant."""

    def __call__(self, *, keeps_data: bool | None = None) -> None:
        """End the sitting."""
        ...


def beat(still_current: Callable[[], bool] | None = None) -> None:
    """Run a little fragment now and then.

    Streamlit's page asks for a full run after a reconnect only when such a fragment is on it; without one, the first
    clicks after a server's restart are lost. At each beat but the first, whether another tab has taken over is asked,
    and `still_current`: False redraws.
    """

    @st.fragment(run_every=_LINGERS_S if taken_over.is_lingering() else BEAT_EVERY_S)
    def pulse() -> None:
        # A full run has just drawn the page from the record; only a beat of its own has something to compare.
        is_first = st.session_state.pop("_page_drawn", False)
        if is_first:
            return
        has_news = taken_over.has_changed() or notice.has_changed()
        if has_news or (still_current is not None and not still_current()):
            st.rerun()

    st.session_state["_page_drawn"] = True
    with st.container(key="pulse"):
        pulse()


def leave_button(label: str, withdraw: Withdraw) -> None:
    """End the sitting for good, after being asked once; what becomes of the answers may be said, or not."""
    leave = st.popover(label, type="tertiary", key="leave", on_change="rerun")
    if not leave.open:
        return  # it is drawn with every run of the page, and hardly ever opened
    with leave, st.container(key="leave_asked"):
        st.html(f'<p class="ov-small">{say_html("leave.asked")}</p>')
        choices.ask("leave_data", say("leave.data"), (say("leave.keep"), say("leave.discard")))
        acting.button(say("leave.confirm"), key="withdraw", act=lambda: withdraw(keeps_data=_keeps_data()))


def _keeps_data() -> bool | None:
    """None where nothing was marked."""
    marked = choices.marked("leave_data", len((_KEEP, _DISCARD)))
    return None if marked is None else marked == _KEEP
