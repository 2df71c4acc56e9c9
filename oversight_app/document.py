"""The document that a browser loads first: Streamlit's own, with our look and scripts in it from the first moment.

It is the same for everybody and says nothing of anybody, so it is made once, and a browser that has it is told that it
has not changed.
"""

import hashlib
import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_END = "</body>"
_TITLE = "<title>Streamlit</title>"
_LANGUAGE = '<html lang="en">'
_AGENTS = '<link rel="service-desc" href="./_stcore/agent/openapi.json" />'
"""Streamlit's word to programs about an interface that is switched off here."""
_NO_ICONS = """<script>{
  const load = document.fonts.load.bind(document.fonts)
  document.fonts.load = (font, text) =>
    font.includes("Material Symbols") ? Promise.resolve([]) : load(font, text)
}</script>"""
"""Streamlit's page fetches a font of 370 KB for icons, nearly half of a first visit. Ours have no icon but the arrow of
a menu, which they draw themselves (screens/icons.css)."""
_LATER = """<script>addEventListener("load", () => setTimeout(() => {{
  for (const href of {fonts}) {{
    const link = {{ rel: "prefetch", as: "font", type: "font/woff2", crossOrigin: "", href }}
    document.head.append(Object.assign(document.createElement("link"), link))
  }}
}}, 10000))</script>"""
"""Ten seconds, because on a slow line anything sooner would take its share from the first page."""


@dataclass(frozen=True)
class Document:
    """What stands at `/`."""

    text: str

    @cached_property
    def etag(self) -> str:
        """The name of this state of the document."""
        return f'"{hashlib.sha256(self.text.encode()).hexdigest()[:32]}"'

    def answer(self, request: Request) -> Response:
        """The document, or that the browser has it already."""
        headers = {"Cache-Control": "no-cache", "ETag": self.etag}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(self.text, headers=headers)


def furnished(
    page: str, *, title: str, language: str, parts: str, later_fonts: Iterable[str] = ()
) -> Document:
    """Streamlit's page with a title and a language of ours, and with these parts at its end.

    At the end, because our style sheet must come after those that Streamlit's scripts put into the head. `later_fonts`
    are of pages further on; a browser fetches them when it has nothing better to do.
    """
    later = _LATER.format(fonts=json.dumps(list(later_fonts)).replace("<", "\\u003c"))
    if page.count(_END) != 1:
        raise ValueError(f"Streamlit's page has not one {_END} to put our parts before")
    for theirs, ours in (
        (_TITLE, f"<title>{html.escape(title)}</title>"),
        (_LANGUAGE, f'<html lang="{html.escape(language)}">'),
        (_AGENTS, ""),
        (_END, _NO_ICONS + parts + later + _END),
    ):
        page = page.replace(theirs, ours)
    return Document(page)
