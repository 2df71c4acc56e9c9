"""The instructions once more, from wherever somebody is: a button, and the same texts behind it."""

from functools import lru_cache

import streamlit as st

from oversight_app.screens.plain import from_markdown, titled
from oversight_app.screens.wording import say, say_html
from oversight_app.study.plan import Plan
from oversight_app.study.showing import instruction_parts


def button(plan: Plan) -> None:
    """Opens over the page, without a run of it: no clock stops, and nothing that is marked is touched."""
    with st.popover(say("instructions.again"), type="tertiary", key="briefing"):
        st.html(_sheet(instruction_parts(plan), say("instructions.heading"), say_html("instructions.again")))


@lru_cache(maxsize=8)
def _sheet(parts: tuple[str, ...], otherwise: str, label: str) -> str:
    # Kept: to read the Markdown anew would take longer than all the rest of a run.
    heading, first = titled(parts[0] if parts else "", otherwise)
    texts = "".join(from_markdown(part) for part in (f"## {heading}\n\n{first}", *parts[1:]))
    return f'<div class="ov-prose ov-briefing" role="region" aria-label="{label}" tabindex="0">{texts}</div>'
