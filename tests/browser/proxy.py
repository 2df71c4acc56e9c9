"""A line between browser and server that can be made slow, dead or cut: plain TCP, byte for byte.

A dead line is the worst kind: nobody is told, and what is sent is gone. A cut line tells both ends at once and lets
nobody in until it is mended. What is swallowed has left the browser whole and is never taken in; the line stays up.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"


class Proxy:
    """Serves on a port of its own for as long as the block lasts."""

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.delay_s = 0.0
        """How long each piece of data is on its way, in each direction."""
        self._server_port = server_port
        self._is_dead = self._is_cut = self._swallows = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    @property
    def url(self) -> str:
        """Where the server seems to be."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, HOST, 0), self._loop)
        self._server = listening.result(timeout=10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.die()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    # -- what can happen to a line ---------------------------------------------------------------------

    def die(self) -> None:
        """From now on nothing arrives, in either direction, and nobody hears of it."""
        self._is_dead = True

    def swallow(self) -> None:
        """The next thing that the browser sends does not arrive, and everything after it does."""
        self._swallows = True

    def cut(self) -> None:
        """End all connections, and let nobody in."""
        self._is_cut = True
        self._now(self._drop_all)

    def mend(self) -> None:
        """Let new connections through; those that were on a dead line are ended."""
        self._now(self._drop_all)
        self._is_dead = self._is_cut = False

    # -- in the loop's thread ----------------------------------------------------------------------------

    def _now(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            act()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(timeout=10)

    def _drop_all(self) -> None:
        for end in self._writers:
            end.transport.abort()

    async def _end(self) -> None:
        self._server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            self._drop_all()
            await asyncio.wait(others, timeout=0.1)
        await asyncio.sleep(0.01)  # a socket is closed at the next turn of the loop

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        ends = {writer}
        self._writers |= ends
        with suppress(OSError):
            from_server, to_server = await asyncio.open_connection(HOST, self._server_port)
            ends.add(to_server)
            self._writers.add(to_server)
            await asyncio.gather(
                self._pass_on(reader, to_server, swallows=True), self._pass_on(from_server, writer)
            )
        for end in ends:
            end.transport.abort()
        self._writers -= ends

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, swallows: bool = False
    ) -> None:
        """Every piece after the delay; pieces overtake nobody and wait for nobody."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while piece := await reader.read(65536):
                if swallows and self._swallows:
                    self._swallows = False
                    continue
                loop.call_later(self.delay_s, self._deliver, writer, piece)
        loop.call_later(self.delay_s, writer.close)

    def _deliver(self, writer: asyncio.StreamWriter, piece: bytes) -> None:
        if not self._is_dead and not writer.is_closing():
            writer.write(piece)
