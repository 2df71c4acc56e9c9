"""The frame of the pages one reads: where one is on the way, a heading, a column of comfortable width."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from oversight_app.screens import assets
from oversight_app.screens.plain import exact

STEPS = ("Consent", "Instructions", "Check", "Questions", "End")


@contextmanager
def reading(step: str, heading: str, *, attempt: int = 1) -> Iterator[None]:
    """A page of text with this heading, at this step of the way; `attempt` tells pages apart that look alike."""
    with st.container(key="sheet"):
        st.html(_way(step) + f'<h1 class="ov-heading" tabindex="-1">{exact(heading)}</h1>')
        yield
        assets.top(key="top", data={"page": f"{step} {attempt}: {heading}"})


def prose(body: str) -> None:
    """A piece of HTML that is already safe, set for reading."""
    st.html(f'<div class="ov-prose">{body}</div>')


def _way(step: str) -> str:
    here = STEPS.index(step)
    return (
        f'<ol class="ov-way" aria-label="Progress">{"".join(_step(i, here) for i in range(len(STEPS)))}</ol>'
    )


def _step(index: int, here: int) -> str:
    kind = "is-done" if index < here else "is-here" if index == here else "is-ahead"
    current = ' aria-current="step"' if index == here else ""
    return f'<li class="{kind}"{current}>{STEPS[index]}</li>'
