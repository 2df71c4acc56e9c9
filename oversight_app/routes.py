"""The addresses beside the page: a participant's link, a platform's link, a probe; and what every answer carries.

A GET starts nothing and takes no place: mail scanners and chat previews open links too. It leaves a cookie and goes to
the page, so that the token is out of the address bar, the history and the referrer.
"""

import html
import re
from pathlib import Path
from string import Template

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oversight_app import running

_PLATFORM_PARAMETERS = (
    *("PROLIFIC_PID", "STUDY_ID", "SESSION_ID"),
    *("workerId", "assignmentId", "hitId"),
    *("participantId", "projectId"),
    *("participant_label",),
)
"""What Prolific, MTurk, CloudResearch and a lab's own links carry; anything else in a link is left where it is."""

_MAX_CHARACTERS = 200
_COOKIE_SECONDS = 60 * 24 * 3600  # sittings may be resumed over weeks
_UNKNOWN_LINK = Template(
    (Path(__file__).parent / "screens" / "unknown_link.html").read_text(encoding="utf-8")
)

# Streamlit's page needs inline styles and scripts, and blob: for its components; nothing from any other host.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_PAGES = re.compile(r"/|/go/[^/]+|/join|/health|/_stcore/.*")
"""The addresses that a person can open. For any other, Streamlit would answer with its page and leave it blank."""

_HIDDEN = ("/_stcore/metrics", "/_stcore/agent")
"""Streamlit's own addresses that tell strangers about the server."""


def go(request: Request) -> Response:
    """A participant's invitation link."""
    token = request.path_params["token"]
    if running.proctor().participant_of(token) is None:
        return _unknown_link()
    return _to_the_page(token)


def join(request: Request) -> Response:
    """A recruiting platform's link, with the person's id in its parameters."""
    given = {name: request.query_params.get(name, "").strip() for name in _PLATFORM_PARAMETERS}
    found = {name: value for name, value in given.items() if value}
    if not running.names_a_person(found) or any(len(value) > _MAX_CHARACTERS for value in found.values()):
        return _unknown_link()
    return _to_the_page(running.platform_cookie(found))


def health(request: Request) -> Response:
    """For probes: the process answers, and has a study open."""
    return PlainTextResponse(f"ok {running.study_id()}\n", headers={"Cache-Control": "no-store"})


def _to_the_page(cookie: str) -> Response:
    answer = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(
        running.cookie_name(),
        cookie,
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=running.is_public_https(),
    )
    return answer


def _unknown_link() -> Response:
    say = running.words().say
    page = _UNKNOWN_LINK.substitute(
        language=html.escape(say("language.code")),
        heading=html.escape(say("unknown_link.heading")),
        check=html.escape(say("unknown_link.check")),
        write=html.escape(say("unknown_link.write")),
    )
    return HTMLResponse(page, status_code=404, headers={"Cache-Control": "no-store"})


class Guard:
    """Hides what strangers need not see, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_headers())
            await send(message)

        if scope["path"].startswith(_HIDDEN):
            await PlainTextResponse("Not Found", status_code=404)(scope, receive, send_with_headers)
            return
        if _is_astray(scope):
            await _unknown_link()(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def _is_astray(scope: Scope) -> bool:
    """Whether somebody opens a page that does not exist, such as a link that lost its end on the way."""
    wants_a_page = "text/html" in Headers(scope=scope).get("accept", "")
    return wants_a_page and _PAGES.fullmatch(scope["path"]) is None


def _headers() -> dict[str, str]:
    if running.is_public_https():
        return _HEADERS | {"Strict-Transport-Security": "max-age=31536000"}
    return _HEADERS


ROUTES = [Route("/go/{token}", go), Route("/join", join), Route("/health", health)]
MIDDLEWARE = [Middleware(Guard)]
