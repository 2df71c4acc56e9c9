"""The passage in a scroll area of its own, with a keyword search beside it that needs no server."""

import streamlit as st

from oversight_app.screens import assets
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say
from oversight_app.study.page import QuestionPage, ReadingPage


def show(page: QuestionPage | ReadingPage) -> None:
    """The passage pane. Its key holds the trial, so that the next passage starts at its top."""
    with st.container(key="reading"):
        assets.search(key=f"search_{page.n}", data={"n": page.n, "words": _words()})
        with st.container(key=f"passage_{page.n}"):
            st.html(_text(page))


def _words() -> dict[str, str]:
    """What the search says; the holes are filled in the browser."""
    return {
        "placeholder": say("search.placeholder"),
        "previous": say("search.previous"),
        "next": say("search.next"),
        "not_found": say("search.not_found"),
        "n_of": say("search.n_of", n="{n}", total="{total}"),
    }


def _text(page: QuestionPage | ReadingPage) -> str:
    title = f'<h2 class="ov-title">{exact(page.passage_title)}</h2>' if page.passage_title else ""
    paragraphs = "".join(f"<p>{exact(paragraph)}</p>" for paragraph in page.passage)
    # A scroll area must be reachable by keyboard, and a landmark needs a name.
    return (
        f'<section class="ov-passage" tabindex="0" role="region" aria-label="{exact(say("passage.label"))}">'
        f"{title}{paragraphs}</section>"
    )
