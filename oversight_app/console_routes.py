"""The console's addresses: in, out, and what can be taken along; and the guard before everything else it serves.

Without a session there is the page that asks for the password, a probe, and nothing else: no page, no file, no
websocket. The participants' cookie is another one and opens nothing here.
"""

import html
import shutil
import tempfile
import zipfile
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from starlette.background import BackgroundTask
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oversight_app import payments, watching
from oversight_app.gate import LASTS, Refused
from oversight_app.invitations import link
from oversight_app.security import HEADERS, HIDDEN, is_same_origin
from oversight_app.study_folder import folders_in

_OPEN = ("/login", "/health")
_OF_A_PLAN = ("/download/", "/reports/")
_MOST_BYTES = 4_096
"""A form with a name and a password is no longer."""
# With "no-referrer", as participants' pages have it, a browser sends a form without saying where from.
_HEADERS = HEADERS | {"Referrer-Policy": "same-origin"}
_NO_STORE = {"Cache-Control": "no-store"}
_SAFE = ("GET", "HEAD")
# A report is a page of text, tables and drawings in itself. The sandbox gives it an origin of its own: whatever stood
# in it could ask nothing of the console.
_AS_A_DOCUMENT = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
_PAGE = Template((Path(__file__).parent / "screens" / "still_page.html").read_text(encoding="utf-8"))
_FORM = """<form method="post" action="/login" style="display:block">
<p><label>Password<input name="password" type="password" required autofocus autocomplete="current-password"></label></p>
<p><label>Your name or initials<input name="name" maxlength="80" autocomplete="name"></label></p>
<p style="font-size:1rem;color:#55606f">What you do here goes on the study's record under this name.</p>
<p><button>Open the console</button></p></form>"""


# -- in and out ---------------------------------------------------------------------------------------


def ask(request: Request) -> Response:
    """The page that asks for the password."""
    return _login("")


async def enter(request: Request) -> Response:
    """One try of the password."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > _MOST_BYTES:
            return _login("This is not the password.", status=413)
    form = parse_qs(raw.decode("utf-8", errors="replace"), keep_blank_values=True)
    password, name = form.get("password", [""])[0], form.get("name", [""])[0]
    try:
        token = watching.gate().enter(password, name)
    except Refused as refused:
        return _login(str(refused), status=403)
    answer = RedirectResponse("/", status_code=303, headers=_NO_STORE)
    answer.set_cookie(
        watching.cookie_name(),
        token,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=_is_https(request),
    )
    return answer


def leave(request: Request) -> Response:
    """End the session."""
    watching.gate().leave(request.cookies.get(watching.cookie_name(), ""))
    answer = RedirectResponse("/login", status_code=303, headers=_NO_STORE)
    answer.delete_cookie(watching.cookie_name(), httponly=True, samesite="strict")
    return answer


def health(request: Request) -> Response:
    """For probes: the process answers. It does not say of which study."""
    return PlainTextResponse("ok\n", headers=_NO_STORE)


def _login(said: str, *, status: int = 200) -> HTMLResponse:
    title = watching.title()
    warning = f'<p class="note" role="alert">{html.escape(said)}</p>' if said else ""
    page = _PAGE.substitute(
        language="en", heading="Console", width="26rem", body=f"<p>{html.escape(title)}</p>{warning}{_FORM}"
    )
    return HTMLResponse(page, status_code=status, headers=_NO_STORE)


def _is_https(request: Request) -> bool:
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))


# -- what can be taken along ----------------------------------------------------------------------------


def payments_file(request: Request) -> Response:
    """Who is to be paid what, as CSV."""
    return _csv("payments.csv", payments.as_csv(watching.here().reader, watching.here().researcher.plan))


def links_file(request: Request) -> Response:
    """Every invitation's link, as CSV."""
    here = watching.here()
    rows = [
        f"{token},{link(here.public_url, token) if here.public_url else ''}"
        for token in here.reader.invitations()
    ]
    return _csv("links.csv", "\n".join(["token,link", *rows]) + "\n")


def export_file(request: Request) -> Response:
    """One of the study's exports as a ZIP archive."""
    exports = watching.here().folder.exports
    folder = exports / request.path_params["name"]
    if folder not in folders_in(exports):
        return PlainTextResponse("There is no such export.\n", status_code=404)
    packed = Path(tempfile.mkdtemp()) / f"{folder.name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(path, f"{folder.name}/{path.relative_to(folder)}")
    return FileResponse(
        packed,
        filename=packed.name,
        headers=_NO_STORE,
        background=BackgroundTask(shutil.rmtree, packed.parent, ignore_errors=True),
    )


def report_file(request: Request) -> Response:
    """One of the study's reports, to be opened from where it was saved."""
    if (page := _report(request)) is None:
        return _no_report()
    return FileResponse(page, filename=f"report-{page.parent.name}.html", headers=_NO_STORE)


def report_page(request: Request) -> Response:
    """One of the study's reports, to be read here: no script in it runs, and it reaches nothing of the console."""
    if (page := _report(request)) is None:
        return _no_report()
    return FileResponse(page, media_type="text/html", headers=_NO_STORE | _AS_A_DOCUMENT)


def _report(request: Request) -> Path | None:
    reports = watching.here().folder.reports
    page = reports / request.path_params["name"] / "report.html"
    return page if page.parent in folders_in(reports) and page.is_file() else None


def _no_report() -> Response:
    return PlainTextResponse("There is no such report.\n", status_code=404)


def _csv(name: str, text: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **_NO_STORE}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


# -- the guard ----------------------------------------------------------------------------------------


class ConsoleGuard:
    """Lets in who has a session, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        is_in = watching.session(connection.cookies.get(watching.cookie_name(), "")) is not None
        if scope["type"] == "websocket":
            if is_in and is_same_origin(connection):
                await self.app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = _refusal(scope, connection, is_in=is_in)
        await (refusal or self.app)(scope, receive, send_with_headers)


def _refusal(scope: Scope, connection: HTTPConnection, *, is_in: bool) -> Response | None:
    """What somebody hears who may not have this; None for whoever may."""
    path = scope["path"]
    if path.startswith(HIDDEN):
        return PlainTextResponse("Not Found\n", status_code=404)
    if scope["method"] not in _SAFE and not is_same_origin(connection):
        return PlainTextResponse("This was not sent from the console's own page.\n", status_code=403)
    if is_in and path.startswith(_OF_A_PLAN) and not watching.is_frozen():
        return PlainTextResponse(
            "There is nothing to take along before the plan is frozen.\n", status_code=404
        )
    if is_in or path in _OPEN:
        return None
    if scope["method"] in _SAFE and "text/html" in connection.headers.get("accept", ""):
        return RedirectResponse("/login", status_code=303, headers=_NO_STORE)
    return PlainTextResponse("Sign in first.\n", status_code=401, headers=_NO_STORE)


ROUTES = [
    Route("/login", ask),
    Route("/login", enter, methods=["POST"]),
    Route("/logout", leave, methods=["POST"]),
    Route("/health", health),
    Route("/download/payments.csv", payments_file),
    Route("/download/links.csv", links_file),
    Route("/download/exports/{name}.zip", export_file),
    Route("/download/reports/{name}", report_file),
    Route("/reports/{name}", report_page),
]
MIDDLEWARE = [Middleware(ConsoleGuard)]
