"""A tab whose owner sends what they like: the benchmarks' session, with a hand in its messages."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.bench.sessions import Session, Traffic
from tests.browser.places import Place
from tests.browser.served import wait_for


class Forger(Session):
    """One tab."""

    _forged: tuple[WidgetState, ...] = ()

    async def forge(self, *states: WidgetState, fragment_id: str = "") -> None:
        """Send these states beside the honest ones, and instead of those with the same ids; wait for the page."""
        self._forged = states
        await self._request(None, fragment_id)

    async def in_one_breath(self, *messages: tuple[WidgetState, ...]) -> None:
        """Send one message after another, without waiting for any answer."""
        assert self._socket is not None
        for self._forged in messages:
            await self._socket.send(self._message(None, "", False))

    async def send_raw(self, raw: bytes | str) -> None:
        """Send anything at all, and expect no answer."""
        assert self._socket is not None
        await self._socket.send(raw)

    def id_of(self, key: str) -> str:
        """The id of what has this key on the page."""
        widget = self.page.widget(key)
        return widget.id if widget else self.page.component(key)[0]

    def click(self, key: str) -> WidgetState:
        """The click on a button."""
        return WidgetState(id=self.id_of(key), trigger_value=True)

    def mark(self, key: str, option: int) -> WidgetState:
        """The choice of an option from the top."""
        widget = self.page.widget(key)
        assert widget is not None
        return WidgetState(id=widget.id, string_value=widget.options[option])

    def words(self, key: str, text: str) -> WidgetState:
        """A message that is sent from a chat's field."""
        state = WidgetState(id=self.id_of(key))
        state.chat_input_value.data = text
        state.chat_input_value.file_uploader_state.SetInParent()
        return state

    def state(self, key: str, state: Any) -> WidgetState:
        """What one of the page's own components says; NaN and infinities are spelled as JavaScript would not."""
        return WidgetState(id=self.id_of(key), json_value=json.dumps(state))

    def _message(self, trigger: WidgetState | None, fragment_id: str, is_beat: bool) -> bytes:
        message = BackMsg.FromString(super()._message(trigger, fragment_id, is_beat))
        widgets = message.rerun_script.widget_states.widgets
        forged = {state.id for state in self._forged}
        honest = [state for state in widgets if state.id not in forged]
        del widgets[:]
        widgets.extend([*honest, *self._forged])
        self._forged = ()
        raw: bytes = message.SerializeToString()
        return raw


@asynccontextmanager
async def tab(place: Place) -> AsyncIterator[Forger]:
    """A tab on the page of this place, closed with the block."""
    forger = Forger(place.served.url, Traffic())
    await forger.enter(place.token)
    try:
        yield forger
    finally:
        await forger.leave()


def played(story: Coroutine[Any, Any, None]) -> None:
    """Play a story to its end. In a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, story).result()


async def until(condition: Callable[[], object]) -> None:
    """Wait for it, and go on hearing what the server says meanwhile."""
    await asyncio.to_thread(wait_for, condition)
