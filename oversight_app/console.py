"""The console's server: Streamlit's app with the guard before it, for the study's researcher alone.

`oversight console` starts it, in a process of its own, with the study and the password in its environment:
OVERSIGHT_STUDY is the study's folder, OVERSIGHT_CONSOLE_PASSWORD the password, OVERSIGHT_URL the address that
participants use, for their links.
"""

import logging
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oversight_app import watching
from oversight_app.console_routes import MIDDLEWARE, ROUTES
from oversight_app.document import Document, furnished
from oversight_app.errors import OversightError
from oversight_app.preparing import Foresight
from oversight_app.screens.turnstile import Turnstile
from oversight_app.study.plan import Plan
from oversight_app.study.questions import Question

_LOG = logging.getLogger("oversight")
_PASSWORD = "OVERSIGHT_CONSOLE_PASSWORD"
_GENTLE = 10
"""So much later than the participants' server this one, and the reports it makes, get a processor that both want."""


@cache
def _document() -> Document:
    # Only now: the page's parts make themselves known to the running server.
    from oversight_app.screens import assets

    lost = "The connection to the console is lost. It comes back by itself when the server does."
    return furnished(
        (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8"),
        title="Console",
        language="en",
        parts=assets.for_console(disconnected=lost),
    )


def _first(request: Request) -> Response:
    """What a browser loads first."""
    return _document().answer(request)


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    folder, password = os.environ.get("OVERSIGHT_STUDY"), os.environ.pop(_PASSWORD, "")
    if not folder or not password:
        raise SystemExit(
            "The console is started with `oversight console STUDY`, which names study and password."
        )
    try:
        watching.open_study(
            Path(folder),
            password,
            public_url=os.environ.get("OVERSIGHT_URL", ""),
            foresight=Foresight(_half_width, _power_of),
        )
    except OversightError as error:
        raise SystemExit(str(error)) from None
    with suppress(OSError, AttributeError):  # where there are no priorities, or they may not be changed
        os.nice(_GENTLE)
    try:
        yield
    finally:
        watching.close()


# The analysis takes a while to load, and most consoles never ask it anything.
def _half_width(
    layout: str, n_people: int, n_items: int, n_answers: int, n_passages: int | None
) -> float | None:
    from analysis.power import expected_half_width

    return expected_half_width(layout, n_people, n_items, n_answers, n_passages)


def _power_of(plan: Plan, questions: dict[str, Question]) -> Sequence[Mapping[str, Any]]:
    from oversight_app.commands.register import expected_power

    return expected_power(plan, questions, {})


def _calm(error: Exception) -> bool:
    """One sentence on the page; the log has the rest."""
    _LOG.error("the console could not be shown", exc_info=error)
    st.html("<p>The console could not be drawn. Its log says why; reload the page to try again.</p>")
    return True


app = st.App(
    "screens/console/main.py",
    routes=[*ROUTES, Route("/", _first)],
    middleware=[*MIDDLEWARE, Middleware(Turnstile)],
    lifespan=_lifespan,
    on_script_error=_calm,
)
