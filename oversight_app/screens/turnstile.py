"""The turnstile: what a tab sends is taken in one after another.

When a message of a tab comes in, Streamlit ends the run that the one before has started, wherever that run is; and a
click whose run is ended before the click was acted on is lost without a trace, such as a message to the assistant when
an option is marked right after it. Widgets' marks come again with every message, clicks do not. So the next message
waits until the run of the one before is over, which takes milliseconds.
"""

import asyncio
from contextlib import suppress

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE_S = 5.0
"""A run that takes longer has to stand aside: it may never end, and nobody should wait for that."""
_LONGEST_END = 1024
"""The message that says that a run is over has some hundred bytes; longer ones need not be read."""


class Turnstile:
    """Stands before Streamlit's websocket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but a websocket passes."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        is_free = asyncio.Event()
        is_free.set()

        async def receive_in_turn() -> Message:
            message = await receive()
            if starts_run(message):
                with suppress(TimeoutError):
                    await asyncio.wait_for(is_free.wait(), PATIENCE_S)
                is_free.clear()
            return message

        async def send_and_look(message: Message) -> None:
            if not is_free.is_set() and ends_run(message):
                is_free.set()
            await send(message)

        await self.app(scope, receive_in_turn, send_and_look)


def starts_run(message: Message) -> bool:
    """Whether somebody did something on the page. The page's own beats run in fragments, and end no other run."""
    raw = message.get("bytes")
    if message["type"] != "websocket.receive" or not raw:
        return False
    try:
        said = BackMsg.FromString(raw)
    except DecodeError:  # Streamlit will say so
        return False
    return said.WhichOneof("type") == "rerun_script" and not said.rerun_script.fragment_id


def ends_run(message: Message) -> bool:
    """Whether a run of the whole page is over, and not only broken off to begin anew."""
    raw = message.get("bytes")
    if message["type"] != "websocket.send" or not raw or len(raw) > _LONGEST_END:
        return False
    said = ForwardMsg.FromString(raw)
    return (
        said.WhichOneof("type") == "script_finished"
        and said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        and not said.metadata.run.fragment_ids
    )
