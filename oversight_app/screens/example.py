"""The worked example of the instructions: a question to try out. No verb of the proctor is near it."""

import streamlit as st

from oversight_app.screens import choices
from oversight_app.screens.frame import prose
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import say, say_html
from oversight_app.study.plan import WorkedExample

_KEY = "example"


def show(example: WorkedExample) -> None:
    """What an assistant might say, the question, and what becomes of an answer."""
    with st.container(key="trial_run"):
        prose(f"<h2>{say_html('example.heading')}</h2><p>{say_html('example.opening')}</p>")
        if example.reply:
            prose(
                f'<div class="ov-said"><span class="ov-who">{say_html("example.assistant")}</span>'
                f'<div class="ov-exact">{exact(example.reply)}</div></div>'
            )
        choices.ask(_KEY, example.text, example.options)
        marked = choices.marked(_KEY, len(example.options))
        # Always there, so that what comes into it is read out.
        prose(f'<div role="status">{_outcome(example, marked)}</div>')


def _outcome(example: WorkedExample, marked: int | None) -> str:
    if marked is None:
        return ""
    is_right = marked == example.correct
    kind, verdict = ("is-right", say("example.right")) if is_right else ("is-wrong", say("example.not_right"))
    key = "" if is_right else say_html("example.right_answer", answer=example.options[example.correct])
    why = f'<p class="ov-exact">{exact(example.explanation)}</p>' if example.explanation else ""
    return f'<div class="ov-note {kind}"><p><strong>{exact(verdict)}</strong> {key}</p>{why}</div>'
