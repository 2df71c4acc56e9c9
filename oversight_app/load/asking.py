"""What a page asks for beside the page: one GET after another over a connection that stays open, as a browser does.

A client of a hundred pages asks two hundred times a second, so this one knows no more of HTTP than it needs.
"""

import asyncio
import re
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Asking:
    """One connection, made when it is needed."""

    def __init__(self, url: str, cookie: str) -> None:
        self._at = urlsplit(url)
        self._cookie = cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, address: str) -> tuple[int, bytes]:
        """Status and body; raises OSError or IncompleteReadError where the server is away."""
        try:
            return await self._get(address)
        except BaseException:
            self.close()
            raise

    async def _get(self, address: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._at.hostname, self._at.port)
        reader, writer = self._streams
        lines = (
            f"GET {address} HTTP/1.1",
            f"Host: {self._at.netloc}",
            f"Cookie: {self._cookie}",
            "Accept: */*",
        )
        writer.write("\r\n".join((*lines, "", "")).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
