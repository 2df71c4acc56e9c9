from pathlib import Path

import pytest
import streamlit
from starlette.requests import Request

from oversight_app.document import furnished

STREAMLITS = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


def asked(**headers: str) -> Request:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": lines})


def test_streamlits_page_gets_our_title_language_look_and_scripts() -> None:
    document = furnished(STREAMLITS, title="Studie & mehr", language="de", parts="<style>p {}</style>")

    assert "<title>Studie &amp; mehr</title>" in document.text
    assert '<html lang="de">' in document.text
    assert document.text.index("</head>") < document.text.index("<style>p {}</style>")
    assert "Streamlit</title>" not in document.text
    assert 'rel="service-desc"' not in document.text


def test_a_browser_that_has_the_document_is_sent_nothing_again() -> None:
    document = furnished(STREAMLITS, title="Study", language="en", parts="")

    first = document.answer(asked())
    again = document.answer(asked(if_none_match=first.headers["etag"]))

    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    assert (again.status_code, again.body) == (304, b"")


def test_another_look_is_another_document() -> None:
    plain, bold = (furnished(STREAMLITS, title="Study", language="en", parts=parts) for parts in ("", "<b>"))

    answer = bold.answer(asked(if_none_match=plain.etag))

    assert answer.status_code == 200


def test_a_page_of_streamlit_that_is_made_otherwise_is_refused_aloud() -> None:
    with pytest.raises(ValueError, match="has not one </body>"):
        furnished("<html>", title="Study", language="en", parts="")


def test_what_later_pages_are_set_in_is_fetched_once_the_first_page_stands() -> None:
    document = furnished(STREAMLITS, title="Study", language="en", parts="", later_fonts=["./static/a.woff2"])

    assert 'of ["./static/a.woff2"])' in document.text
