"""The addresses beside the page: links, what a page observes, a growing reply, a probe; and what every answer carries.

A GET starts nothing and takes no place: mail scanners and chat previews open links too. It leaves a cookie and goes to
the page, so that the token is out of the address bar, the history and the referrer.
"""

import re
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oversight_app import running, still_pages
from oversight_app.observing import Receipt, observe
from oversight_app.security import HEADERS, HIDDEN
from oversight_app.study.observations import MOST_BYTES
from oversight_app.study.platforms import is_preview

_COOKIE_SECONDS = 60 * 24 * 3600  # sittings may be resumed over weeks

_ENTRIES = re.compile(r"/|/go/[^/]+|/join")
_PAGES = re.compile(r"/|/go/[^/]+|/join|/health|/_stcore/.*")
"""The addresses that a person can open. For any other, Streamlit would answer with its page and leave it blank."""

_STATUS = {Receipt.RECEIVED: 204, Receipt.MALFORMED: 400, Receipt.STRANGE: 400, Receipt.TOO_MANY: 429}

_DIGITS = 9
"""A number with more of them is no number of characters."""


def go(request: Request) -> Response:
    """A participant's invitation link."""
    token = request.path_params["token"]
    if running.proctor().participant_of(token) is None:
        return still_pages.unknown_link()
    return _to_the_page(token)


def join(request: Request) -> Response:
    """A recruiting platform's link, with the person's id in its parameters."""
    given = request.query_params.multi_items()
    if is_preview(given):
        return still_pages.preview()
    arrived = running.arrival(given)
    if arrived is None:
        return still_pages.unknown_link()
    # MTurk shows the link in a frame of its own page, where the study cannot be; from there a tab is opened.
    if "turkSubmitTo" in arrived.parameters and still_pages.IN_TAB not in given:
        return still_pages.doorway(arrived)
    return _to_the_page(running.platform_cookie(arrived))


async def observed(request: Request) -> Response:
    """What a participant's page saw of behaviour; it stands beside the page, so that no page is drawn for it."""
    if not _is_from_our_page(request):
        return _received(403)
    raw = await _body(request)
    if raw is None:
        return _received(413)
    return _received(await run_in_threadpool(_observe, request.cookies.get(running.cookie_name(), ""), raw))


def _observe(cookie: str, raw: bytes) -> int:
    participant_id = running.participant_behind(cookie)
    return 403 if participant_id is None else _STATUS[observe(running.proctor(), participant_id, raw)]


def _is_from_our_page(request: Request) -> bool:
    """Whether a page of ours sends this, and no other that happens to know the address: the cookie comes by itself."""
    origin = request.headers.get("origin", "")
    is_ours = origin == running.public_url() or origin.partition("://")[2] == request.headers.get("host")
    is_json = request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
    return is_json and origin != "" and is_ours


async def _body(request: Request) -> bytes | None:
    """The bytes that were sent; None as soon as there are too many, whatever was announced."""
    raw = bytearray()
    with suppress(ClientDisconnect):
        async for piece in request.stream():
            raw += piece
            if len(raw) > MOST_BYTES:
                return None
    return bytes(raw)


def _received(status: int) -> Response:
    return Response(status_code=status, headers={"Cache-Control": "no-store"})


def reply(request: Request) -> Response:
    """What is new of a reply being written, after so many characters, and whether it is over.

    Half of all that a busy server is asked is this, and no page is drawn for it.
    """
    participant_id = running.participant_behind(request.cookies.get(running.cookie_name(), ""))
    if participant_id is None:
        return _received(403)
    after = request.query_params.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= _DIGITS):
        return _received(400)
    said = running.replies().so_far(participant_id, request.query_params.get("of", ""))
    if said is None:
        return _received(404)
    shown = max(len(said.text), int(after))
    news = {"text": said.text[int(after) :], "shown": shown, "is_over": said.is_over}
    return JSONResponse(news, headers={"Cache-Control": "no-store"})


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
                headers = MutableHeaders(scope=message)
                for name, value in _headers().items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["path"].startswith(HIDDEN):
            await PlainTextResponse("Not Found", status_code=404)(scope, receive, send_with_headers)
            return
        if _is_fetched_ahead(scope):
            refusal = Response(status_code=503, headers={"Cache-Control": "no-store"})
            await refusal(scope, receive, send_with_headers)
            return
        if _is_astray(scope):
            await still_pages.unknown_link()(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def _is_astray(scope: Scope) -> bool:
    """Whether somebody opens a page that does not exist, such as a link that lost its end on the way."""
    wants_a_page = "text/html" in Headers(scope=scope).get("accept", "")
    return wants_a_page and _PAGES.fullmatch(scope["path"]) is None


def _is_fetched_ahead(scope: Scope) -> bool:
    """Whether a browser asks for a page that nobody has opened yet: it would run there, unseen, and start clocks."""
    headers = Headers(scope=scope)
    purpose = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    return _ENTRIES.fullmatch(scope["path"]) is not None and ("prefetch" in purpose or "preview" in purpose)


def _headers() -> dict[str, str]:
    if running.is_public_https():
        return HEADERS | {"Strict-Transport-Security": "max-age=31536000"}
    return HEADERS


ROUTES = [
    Route("/go/{token}", go),
    Route("/join", join),
    Route("/observed", observed, methods=["POST"]),
    Route("/reply", reply),
    Route("/health", health),
]
MIDDLEWARE = [Middleware(Guard)]
