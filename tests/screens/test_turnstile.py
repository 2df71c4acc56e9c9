"""What a tab sends is taken in one after another, and nobody waits for what may never come."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from oversight_app.screens import turnstile
from oversight_app.screens.turnstile import AT_ONCE, Turnstile

SCOPE: Scope = {"type": "websocket"}


def from_browser(*, fragment_id: str = "", kind: str = "rerun_script") -> Message:
    said = BackMsg()
    if kind == "rerun_script":
        said.rerun_script.query_string = "?"
        said.rerun_script.fragment_id = fragment_id
    else:
        said.load_git_info = True
    return {"type": "websocket.receive", "bytes": said.SerializeToString()}


def to_browser(
    status: "ForwardMsg.ScriptFinishedStatus.ValueType" = ForwardMsg.FINISHED_SUCCESSFULLY,
    fragment_id: str = "",
) -> Message:
    said = ForwardMsg(script_finished=status)
    if fragment_id:
        said.metadata.run.fragment_ids.append(fragment_id)
    return {"type": "websocket.send", "bytes": said.SerializeToString()}


async def nothing(message: Message) -> None:
    """A browser that takes what it gets."""


async def is_let_in(receive: Receive) -> bool:
    """Whether the next message comes at once."""
    waiting = asyncio.ensure_future(receive())
    for _ in range(5):
        await asyncio.sleep(0)
    is_in = waiting.done()
    waiting.cancel()
    return is_in


def served(sent: list[Message], look: Callable[[Receive, Send], Awaitable[None]]) -> None:
    """A connection on which these messages have come in; `look` stands in for Streamlit."""

    async def connection() -> None:
        coming = iter(sent)

        async def receive() -> Message:
            return next(coming)

        await Turnstile(lambda scope, receive, send: look(receive, send))(SCOPE, receive, nothing)

    asyncio.run(connection())


def test_the_next_click_waits_until_the_run_of_the_one_before_is_over() -> None:
    async def look(receive: Receive, send: Send) -> None:
        await receive()
        assert not await is_let_in(receive)

    served([from_browser(), from_browser()], look)

    async def look_again(receive: Receive, send: Send) -> None:
        await receive()
        await send(to_browser())
        assert await is_let_in(receive)

    served([from_browser(), from_browser()], look_again)


@pytest.mark.parametrize(
    "end",
    [
        to_browser(ForwardMsg.FINISHED_EARLY_FOR_RERUN),
        to_browser(fragment_id="beat"),
        {"type": "websocket.send"},
    ],
)
def test_a_run_that_begins_anew_and_one_of_a_part_of_the_page_are_no_end(end: Message) -> None:
    async def look(receive: Receive, send: Send) -> None:
        await receive()
        await send(end)
        assert not await is_let_in(receive)

    served([from_browser(), from_browser()], look)


@pytest.mark.parametrize(
    "first",
    [from_browser(kind="other"), {"type": "websocket.receive", "bytes": b"\xff"}],
)
def test_what_starts_no_run_holds_nobody_up(first: Message) -> None:
    async def look(receive: Receive, send: Send) -> None:
        await receive()
        assert await is_let_in(receive)

    served([first, from_browser()], look)


def test_what_is_marked_in_a_part_waits_until_the_page_that_the_part_belongs_to_is_drawn_and_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turnstile, "SETTLES_S", 0.05)

    async def look(receive: Receive, send: Send) -> None:
        await receive()
        assert not await is_let_in(receive)
        await send(to_browser())
        assert not await is_let_in(receive)
        await asyncio.sleep(0.06)
        assert await is_let_in(receive)

    served([from_browser(), *[from_browser(fragment_id="options")] * 3], look)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(
            to_browser(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY, "options"), id="the part's own"
        ),
        pytest.param(to_browser(), id="that of the page that the part asked for"),
    ],
)
def test_a_click_waits_until_the_part_that_was_marked_just_before_is_done(end: Message) -> None:
    """Both runs would be about the same session at once, in two threads, and the click could be forgotten."""

    async def look(receive: Receive, send: Send) -> None:
        await receive()
        assert not await is_let_in(receive)
        await send(to_browser(ForwardMsg.FINISHED_EARLY_FOR_RERUN, "options"))
        assert not await is_let_in(receive)
        await send(end)
        assert await is_let_in(receive)

    served([from_browser(fragment_id="options"), *[from_browser()] * 3], look)


@pytest.mark.parametrize(
    "first",
    [pytest.param(from_browser(), id="a page"), pytest.param(from_browser(fragment_id="gone"), id="a part")],
)
def test_nobody_waits_for_ever_for_a_run_that_never_ends(
    monkeypatch: pytest.MonkeyPatch, first: Message
) -> None:
    monkeypatch.setattr(turnstile, "PATIENCE_S", 0.01)
    monkeypatch.setattr(turnstile, "PART_PATIENCE_S", 0.01)

    async def look(receive: Receive, send: Send) -> None:
        await receive()
        assert (await receive())["type"] == "websocket.receive"

    served([first, from_browser()], look)


def test_other_connections_pass() -> None:
    passed: list[tuple[Receive, Send]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append((receive, send))

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(Turnstile(app)({"type": "http"}, receive, nothing))

    assert passed == [(receive, nothing)]


def test_two_pages_are_drawn_at_a_time_and_who_leaves_makes_room() -> None:
    async def story() -> None:
        gate = Turnstile(draw)
        tabs = [asyncio.ensure_future(gate(SCOPE, one_click(), nothing)) for _ in range(4)]
        await settle()
        assert len(running) == AT_ONCE

        running.pop(0).set()  # its page is drawn
        await settle()
        assert (len(running), n_drawn) == (AT_ONCE, 3)

        tabs[1].cancel()  # its connection is lost in the middle
        await settle()
        assert n_drawn == 4
        for tab in tabs:
            tab.cancel()

    running: list[asyncio.Event] = []
    n_drawn = 0

    async def draw(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal n_drawn
        await receive()
        n_drawn += 1
        running.append(asyncio.Event())
        await running[-1].wait()
        await send(to_browser())
        await asyncio.Event().wait()

    asyncio.run(story())


def one_click() -> Receive:
    """A tab in which somebody clicks once."""

    async def receive() -> Message:
        return from_browser()

    return receive


async def settle() -> None:
    """Let everything happen that can happen now."""
    for _ in range(20):
        await asyncio.sleep(0)
