"""The frame of the pages one reads: where one is on the way, a heading, a column of comfortable width."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import streamlit as st

from oversight_app.screens import assets
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say, say_html

STEPS = {
    "consent": "steps.consent",
    "instructions": "steps.instructions",
    "check": "steps.check",
    "questions": "steps.questions",
    "end": "steps.end",
}
"""The steps of the way, each with the key of its name."""
_RUNS = count()


@contextmanager
def reading(step: str, heading: str, *, attempt: int = 1) -> Iterator[None]:
    """A page of text with this heading, at this step of the way; `attempt` tells pages apart that look alike."""
    with st.container(key="sheet"):
        st.html(_way(step) + f'<h1 class="ov-heading" tabindex="-1">{exact(heading)}</h1>')
        yield
        top(f"{step} {attempt}: {heading}")


def prose(body: str) -> None:
    """A piece of HTML that is already safe, set for reading."""
    st.html(f'<div class="ov-prose">{body}</div>')


def top(page: str) -> None:
    """Begin at the top when `page` is another one than before, in the language of the interface."""
    # For what Streamlit itself says on the page: a button's name, the head of a dialog.
    words = {
        "skip": say("page.skip"),
        "connection_lost": say("page.connection_lost"),
        "close": say("page.close"),
        "send": say("page.send"),
    }
    # The number makes the browser look after every run: what was pressed is answered then.
    number = next(_RUNS)
    assets.top(
        key="top", data={"page": page, "language": say("language.code"), "words": words, "run": number}
    )


def _way(step: str) -> str:
    here = list(STEPS).index(step)
    steps = "".join(_step(i, name, here) for i, name in enumerate(STEPS.values()))
    return f'<ol class="ov-way" aria-label="{say_html("steps.label")}">{steps}</ol>'


def _step(index: int, name: str, here: int) -> str:
    kind = "is-done" if index < here else "is-here" if index == here else "is-ahead"
    current = ' aria-current="step"' if index == here else ""
    return f'<li class="{kind}"{current}>{say_html(name)}</li>'
