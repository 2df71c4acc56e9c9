"""One tab of a participant without the browser: Streamlit's websocket messages, exchanged as its page exchanges them.

What a click sends was written down from Chromium: one message with the value of every widget that has one, the trigger
of the button, and the hashes of the large messages that need not be sent again. Parts of a page that run by themselves
do so here too, at the intervals that the server asks for; after a lost connection the whole page is asked for. So does
what `writing.js` does for a reply that grows.

One difference: a request waits until the one before it is answered, so that an answer belongs to its request without
doubt. The wait is part of the times that are reported.
"""

import asyncio
import json
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx2
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from oversight_app.clock import SystemClock
from oversight_app.load.asking import Asking
from oversight_app.load.drawn import FIELDS, Drawn, Value, Widget

PATIENCE_S = 60.0
"""How long one answer may take before the session counts as broken."""
_READ_EVERY_S = 0.5
"""How often `writing.js` asks for what is new of a reply."""
_now = SystemClock().monotonic
_XSRF_COOKIE = "_streamlit_xsrf"
_ENDED_EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN
_FAILED = ForwardMsg.FINISHED_WITH_COMPILE_ERROR


class Gone(Exception):
    """The connection to the server is lost."""


class Astray(Exception):
    """The server did what a participant must never see, or the page has nothing on it that was looked for."""


@dataclass
class Traffic:
    """What all sessions of a measurement came to: durations in seconds by name, and counts."""

    durations: dict[str, list[float]] = field(default_factory=dict)
    n_runs: int = 0
    n_bytes: int = 0

    def note(self, name: str, seconds: float) -> None:
        """Keep one duration."""
        self.durations.setdefault(name, []).append(seconds)


class Session:
    """A tab; `enter` opens a link in it."""

    def __init__(self, url: str, traffic: Traffic) -> None:
        self.page = Drawn()
        self._url = url
        self._traffic = traffic
        self._cookies: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[None] | None = None
        self._beats: dict[str, asyncio.TimerHandle] = {}
        self._beating: dict[str, asyncio.Task[None]] = {}
        self._reading_along: asyncio.Task[None] | None = None
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the server can still be heard."""
        return self._reader is not None and not self._reader.done()

    # -- coming and going --------------------------------------------------------------------------------

    async def enter(self, token: str) -> None:
        """Open a participant's link as a browser does, up to the first whole page."""
        started = _now()
        try:
            async with httpx2.AsyncClient(
                base_url=self._url, timeout=PATIENCE_S, trust_env=False, verify=_trusted()
            ) as http:
                link = await http.get(f"/go/{token}")
                if link.status_code != 303 or link.headers.get("location") != "/":
                    raise Astray(f"the link was answered with {link.status_code}")
                for address in ("/", "/_stcore/health"):
                    if (status := (await http.get(address)).status_code) != 200:
                        raise Astray(f"{address} was answered with {status}")
                self._cookies = dict(http.cookies)
            await self._connect()
        except (httpx2.HTTPError, websockets.WebSocketException) as error:
            raise Gone(f"the server cannot be reached: {error}") from error
        self._traffic.note("enter", _now() - started)

    async def come_back(self, *, within_s: float = PATIENCE_S) -> None:
        """Connect again and ask for the whole page, as a tab does that was open when the server went away."""
        started = _now()
        while True:
            await self.leave()
            try:
                await self._connect()
                break
            except (OSError, Gone, websockets.WebSocketException):
                if _now() - started > within_s:
                    raise Gone("the server did not come back") from None
                await asyncio.sleep(0.2)
        self._traffic.note("come back", _now() - started)

    async def leave(self) -> None:
        """Close the tab."""
        self._stop_beats()
        for task in (*self._beating.values(), self._reading_along, self._reader):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, Gone):
                    await task
        if self._socket is not None:
            self._socket.transport.abort()
        self._beating, self._reading_along, self._socket, self._reader = {}, None, None, None

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{k}={v}" for k, v in self._cookies.items())

    async def _connect(self) -> None:
        protocols = ["streamlit", self._cookies.get(_XSRF_COOKIE, "PLACEHOLDER"), self.page.session_id]
        self._socket = await connect(
            self._url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=[websockets.Subprotocol(protocol) for protocol in protocols if protocol],
            additional_headers={"Cookie": self._cookie},
            origin=websockets.Origin(self._url),
            compression=None,
            max_size=None,
            proxy=None,
            ping_interval=None,
            open_timeout=PATIENCE_S,
        )
        self._turn, self._answer = asyncio.Lock(), None
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._request()

    # -- what a participant does ---------------------------------------------------------------------------

    async def press(self, key: str, *, name: str = "") -> None:
        """Click a button, and wait for what it leads to."""
        widget = self._operable(key)
        await self._request(WidgetState(id=widget.id, trigger_value=True), widget.fragment_id, name=name)

    async def enter_value(self, key: str, value: Value, *, name: str = "") -> None:
        """Choose an option by its label, tick a box, or write into a field."""
        widget = self._operable(key)
        self.page.values[widget.id] = value
        await self._request(None, widget.fragment_id, name=name)

    async def say(self, key: str, text: str, *, name: str = "") -> None:
        """Send a message from a chat's field."""
        widget = self._operable(key)
        trigger = WidgetState(id=widget.id)
        trigger.chat_input_value.data = text
        trigger.chat_input_value.file_uploader_state.SetInParent()
        await self._request(trigger, widget.fragment_id, name=name)

    def tell(self, key: str, state: object) -> None:
        """Give one of the page's own components a state; it travels with the next click."""
        component_id, _ = self.page.component(key)
        if component_id:
            self.page.states[component_id] = json.dumps(state, separators=(",", ":"))

    def _operable(self, key: str) -> Widget:
        widget = self.page.widget(key)
        if widget is None or widget.is_disabled:
            raise Astray(f"{key} cannot be operated; the page has {', '.join(sorted(self.page.keys))}")
        return widget

    # -- asking the server -------------------------------------------------------------------------------

    async def _request(
        self,
        trigger: WidgetState | None = None,
        fragment_id: str = "",
        *,
        is_beat: bool = False,
        name: str = "",
    ) -> None:
        started = _now()
        async with self._turn:
            if self._socket is None:
                raise Gone("the tab is closed")
            if is_beat and fragment_id not in self._beats:
                return  # while this beat waited, the page went on to where it has no place
            self._answer = asyncio.get_running_loop().create_future()
            try:
                await self._socket.send(self._message(trigger, fragment_id, is_beat))
                await asyncio.wait_for(asyncio.shield(self._answer), PATIENCE_S)
            except websockets.ConnectionClosed:
                raise Gone("the connection is lost") from None
            except TimeoutError:
                raise Astray(f"no answer within {PATIENCE_S:.0f} s") from None
            finally:
                self._answer = None
        if name:
            self._traffic.note(name, _now() - started)

    def _message(self, trigger: WidgetState | None, fragment_id: str, is_beat: bool) -> bytes:
        message = BackMsg()
        run = message.rerun_script
        run.widget_states.SetInParent()
        for widget in self.page.widgets:
            if widget.id in self.page.values:
                _fill(run.widget_states.widgets.add(id=widget.id), widget.kind, self.page.values[widget.id])
        for component_id, state in self.page.states.items():
            run.widget_states.widgets.add(id=component_id, json_value=state)
        if trigger is not None:
            run.widget_states.widgets.add().CopyFrom(trigger)
        run.page_script_hash = self.page.page_hash
        run.fragment_id = fragment_id
        run.is_auto_rerun = is_beat
        run.cached_message_hashes.extend(self.page.kept_hashes)
        run.context_info.timezone, run.context_info.locale = "UTC", "en-US"
        run.context_info.url, run.context_info.color_scheme = self._url + "/", "light"
        said: bytes = message.SerializeToString()
        return said

    # -- hearing the server --------------------------------------------------------------------------------

    async def _read(self, socket: ClientConnection) -> None:
        trouble: Exception = Gone("the connection is lost")
        try:
            async for raw in socket:
                assert isinstance(raw, bytes)
                self._traffic.n_bytes += len(raw)
                self._hear(ForwardMsg.FromString(raw))
        except websockets.ConnectionClosed:
            pass
        except Exception as error:  # whoever waits for an answer is told, instead of waiting for ever
            trouble = Astray(f"the page cannot be shown: {error!r}")
        self._stop_beats()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(trouble)

    def _hear(self, message: ForwardMsg) -> None:
        self.page.take(message)
        match message.WhichOneof("type"):
            case "new_session" if self.page.is_whole_run:
                self._stop_beats()
            case "auto_rerun":
                self._beat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                for fragment_id in message.stop_auto_rerun.fragment_ids:
                    self._stop_beat(fragment_id)
            case "script_finished" if message.script_finished == _FAILED:
                raise Astray("the server could not run the page")
            case "script_finished" if message.script_finished != _ENDED_EARLY:
                self._traffic.n_runs += 1
                self.page.end_run()
                if self.page.written() and (self._reading_along is None or self._reading_along.done()):
                    self._reading_along = asyncio.create_task(self._read_along())
                if self._answer is not None and not self._answer.done():
                    self._answer.set_result(None)

    # -- a reply that grows -------------------------------------------------------------------------------------

    async def _read_along(self) -> None:
        """Put what is new of the reply behind what stands there, until it has ended; then ask for the page."""
        asking = Asking(self._url, self._cookie)
        try:
            while True:
                await asyncio.sleep(_READ_EVERY_S)
                if (line := self.page.written()) is None:
                    return
                try:
                    query = urlencode({"of": line.reply, "after": line.shown})
                    status, body = await asyncio.wait_for(asking.get(f"/reply?{query}"), PATIENCE_S)
                except (OSError, asyncio.IncompleteReadError):
                    continue
                self._traffic.n_bytes += len(body)
                if status >= 500:
                    continue
                said: dict[str, Any] = json.loads(body) if status == 200 else {"is_over": True}
                self.page.grow(line, said.get("text", ""), said.get("shown", line.shown))
                if said["is_over"]:
                    try:
                        await self._request(name="reply over")
                    except Gone:  # whoever acts next finds out
                        return
        finally:
            asking.close()

    # -- parts that run by themselves --------------------------------------------------------------------------

    def _beat(self, fragment_id: str, interval_s: float) -> None:
        """Run the fragment every so many seconds from now on."""
        self._stop_beat(fragment_id)

        def now() -> None:
            self._beats[fragment_id] = loop.call_later(interval_s, now)
            before = self._beating.get(fragment_id)
            if before is None or before.done():  # a browser would ask twice, and the server run it once
                self._beating[fragment_id] = asyncio.create_task(self._run_part(fragment_id))

        loop = asyncio.get_running_loop()
        self._beats[fragment_id] = loop.call_later(interval_s, now)

    async def _run_part(self, fragment_id: str) -> None:
        with suppress(Gone):  # whoever acts next finds out
            await self._request(None, fragment_id, is_beat=True, name="beat")

    def _stop_beat(self, fragment_id: str) -> None:
        if handle := self._beats.pop(fragment_id, None):
            handle.cancel()

    def _stop_beats(self) -> None:
        for fragment_id in list(self._beats):
            self._stop_beat(fragment_id)


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: each reading takes 50 ms, in which nobody else here gets a word in."""
    return ssl.create_default_context()


def _fill(state: WidgetState, kind: str, value: Value) -> None:
    """Put a value where a browser's message carries it; a widget in which nothing was entered is named alone."""
    if value is None:
        return
    if FIELDS[kind] == "double_array_value":
        assert isinstance(value, float | int)
        state.double_array_value.data.append(value)
    else:
        setattr(state, FIELDS[kind], value)
