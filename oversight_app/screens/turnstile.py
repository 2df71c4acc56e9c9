"""The turnstile: what a tab sends is taken in one after another.

When a message of a tab comes in, Streamlit ends the run that the one before has started, wherever that run is; and a
click whose run is ended before the click was acted on is lost without a trace, such as a message to the assistant when
an option is marked right after it. Widgets' marks come again with every message, clicks do not. So the next message
waits until the run of the one before is over, which takes milliseconds.

A part of the page that runs by itself ends no other run, but it must be known: after a restart of the server it is so
only once the whole page has been drawn, and what is marked in a part that nobody knows is lost. So parts wait for the
page as well. And the page waits for a part: it would end the part's run from another thread, and what that run does
last, to put the session's state in order, may then meet the click that the page's run has just read.

Nor do many tabs run at once: Python lets one thread work at a time, so that runs side by side all end late, and one
after another only the last does. When 200 people submit in the same instant, half of them go on a quarter sooner.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE_S = 5.0
"""A run that takes longer has to stand aside: it may never end, and nobody should wait for that."""
SETTLES_S = 0.1
"""So long after a page nothing runs in a part of it: Streamlit's page takes the end of the one for that of the other,
once in some hundred times, and then what stands beside the part is gone until the next page."""
PART_PATIENCE_S = 1.0
"""A part that the server does not know any more begins no run, so none ends."""
AT_ONCE = 2
"""So many pages are drawn at the same time: one, and another while the first one waits for the disk."""
_LONGEST_END = 1024
"""The message that says that a run is over has some hundred bytes; longer ones need not be read."""


class Turnstile:
    """Stands before Streamlit's websocket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._places = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but a websocket passes."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        turn = _Turn(self._places)

        async def receive_in_turn() -> Message:
            message = await receive()
            runs = what_runs(message)
            if runs is not None:
                await turn.begin(runs)
            return message

        async def send_and_look(message: Message) -> None:
            ended = what_ends(message) if turn.running else None
            if ended is not None:
                turn.end(ended)
            await send(message)

        try:
            await self.app(scope, receive_in_turn, send_and_look)
        finally:
            turn.end(Runs.PAGE)


class Runs(Enum):
    """What a message sets going."""

    PAGE = auto()
    PART = auto()


@dataclass
class _Turn:
    """One tab's turn: what of it is running, and the place of the process that a page holds meanwhile."""

    places: asyncio.Semaphore
    running: Runs | None = None
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    page_ended_at: float = 0.0
    """By the loop's clock."""
    place: asyncio.TimerHandle | None = None
    """Held until this fires at the latest: a line that has gone dead in the middle of a page keeps nobody waiting."""

    async def begin(self, runs: Runs) -> None:
        """Wait for the run before, but not for ever; then for the page to stand, or for a place to draw it in."""
        if self.running is not None:
            with suppress(TimeoutError):
                patience_s = PATIENCE_S if self.running is Runs.PAGE else PART_PATIENCE_S
                await asyncio.wait_for(self.is_over.wait(), patience_s)
        if runs is Runs.PART:
            await self._settle()
        self.running = runs
        self.is_over.clear()
        if runs is Runs.PAGE and self.place is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.places.acquire(), PATIENCE_S)
                self.place = asyncio.get_running_loop().call_later(PATIENCE_S, self._leave_place)

    def end(self, ended: Runs) -> None:
        """This is over, or nobody is there any more. A part may end while the page that waited for it is running."""
        if self.running is None or (self.running is Runs.PAGE and ended is Runs.PART):
            return
        if ended is Runs.PAGE:
            self.page_ended_at = asyncio.get_running_loop().time()
        self.running = None
        self.is_over.set()
        self._leave_place()

    async def _settle(self) -> None:
        left = self.page_ended_at + SETTLES_S - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    def _leave_place(self) -> None:
        if self.place is not None:
            self.place.cancel()
            self.place = None
            self.places.release()


def what_runs(message: Message) -> Runs | None:
    """What somebody's doing on the page, or the page's own beat, sets going; None for any other message."""
    raw = message.get("bytes")
    if message["type"] != "websocket.receive" or not raw:
        return None
    try:
        said = BackMsg.FromString(raw)
    except DecodeError:  # Streamlit will say so
        return None
    if said.WhichOneof("type") != "rerun_script":
        return None
    return Runs.PART if said.rerun_script.fragment_id else Runs.PAGE


def what_ends(message: Message) -> Runs | None:
    """What is over by this message, and not only broken off to begin anew; None for any other."""
    raw = message.get("bytes")
    if message["type"] != "websocket.send" or not raw or len(raw) > _LONGEST_END:
        return None
    said = ForwardMsg.FromString(raw)
    if (
        said.WhichOneof("type") != "script_finished"
        or said.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
    ):
        return None
    return Runs.PART if said.metadata.run.fragment_ids else Runs.PAGE
