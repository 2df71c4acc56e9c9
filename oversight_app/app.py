"""The participants' server: Streamlit's app with our routes and headers around it.

`streamlit run` finds `app` below and serves it; `oversight serve` starts that with every setting on its command line.
The study is named by the environment, because the server is a program of its own: OVERSIGHT_STUDY is the study's
folder, OVERSIGHT_URL the address that participants use; OVERSIGHT_BACKUP_EVERY and OVERSIGHT_BACKUPS_KEPT say after how
many minutes a backup is made, and how many are kept.
"""

import gc
import importlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oversight_app import backup_schedule, running
from oversight_app.attendance import Attendance
from oversight_app.document import Document, furnished
from oversight_app.errors import OversightError
from oversight_app.routes import MIDDLEWARE, ROUTES
from oversight_app.screens.turnstile import Turnstile

_LOG = logging.getLogger("oversight")
_STREAMLITS = Path(st.__file__).parent / "static"


@cache
def _document() -> Document:
    # Only now: the page's parts make themselves known to the running server.
    from oversight_app.screens import assets

    # Whatever pages are made of is loaded by now, and stays. A collector of garbage that went through it again and
    # again would hold participants up.
    importlib.import_module("oversight_app.screens.visit")
    gc.freeze()
    say = running.words().say
    return furnished(
        (_STREAMLITS / "index.html").read_text(encoding="utf-8"),
        title=say("page.title"),
        language=say("language.code"),
        parts=assets.for_document(disconnected=say("page.disconnected")),
        # Passages are set in it. On a slow line it takes seconds, and would come while the clock is running.
        later_fonts=[
            f"./static/media/{font.name}"
            for font in _STREAMLITS.glob("static/media/SourceSerif*Roman*.woff2")
        ],
    )


def _first(request: Request) -> Response:
    """What a browser loads first."""
    return _document().answer(request)


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    folder = os.environ.get("OVERSIGHT_STUDY")
    if not folder:
        raise SystemExit(
            "OVERSIGHT_STUDY names no study folder; start the server with `oversight serve STUDY`."
        )
    try:
        running.open_study(Path(folder), public_url=os.environ.get("OVERSIGHT_URL", ""))
        backup_schedule.start(Path(folder), os.environ)
    except OversightError as error:
        raise SystemExit(str(error)) from None
    try:
        yield
    finally:
        backup_schedule.stop()
        running.close()


def _calm(error: Exception) -> bool:
    """Nothing of an error reaches a participant but one sentence; the log has the rest."""
    _LOG.error("a page could not be shown", exc_info=error)
    from oversight_app.screens.trouble import show

    show()
    return True


app = st.App(
    "screens/main.py",
    routes=[*ROUTES, Route("/", _first)],
    middleware=[*MIDDLEWARE, Middleware(Attendance), Middleware(Turnstile)],
    lifespan=_lifespan,
    on_script_error=_calm,
)
