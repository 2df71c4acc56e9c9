"""Attendance: who has the page open, told by the connections that their tabs hold.

The console shows it. A connection is a number in this process and no more; the sweeper notes beside its beat who is
there (`Proctor.sweep`), so nothing is written for it that would not be written anyway.
"""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from oversight_app import running


class Attendance:
    """Stands before Streamlit's websocket and counts who holds one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but a websocket passes."""
        cookie = HTTPConnection(scope).cookies.get(running.cookie_name(), "") if is_socket(scope) else ""
        if not cookie:
            await self.app(scope, receive, send)
            return
        running.connections.count(cookie, 1)
        try:
            await self.app(scope, receive, send)
        finally:
            running.connections.count(cookie, -1)


def is_socket(scope: Scope) -> bool:
    """Whether this is a tab's connection and no single request."""
    return bool(scope["type"] == "websocket")
