"""The choices of a design, all that are asked after the answers so far, and beside them what the study would be."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.errors import BadInput
from oversight_app.gate import Session
from oversight_app.preparing import Preparing
from oversight_app.screens.console import choice_shown, doing
from oversight_app.screens.console.table import heading
from oversight_app.screens.plain import exact
from oversight_app.study.choices import ANSWERING, AROUND, ASSISTANT, PEOPLE, Choice, misfits

PARTS = (
    ("people", "People and questions", PEOPLE),
    ("assistant", "The assistant", ASSISTANT),
    ("answering", "Answering and analysis", ANSWERING),
    ("around", "Around the questions", AROUND),
)
"""The choices in sections: the name in the address, the heading, the choices."""

AGAIN = "again"
"""In the address of whoever chooses again, after the study is made."""
_FIRST = (
    "Each choice stands on what is suggested; change what you want otherwise. Nothing is written before you make the "
    "study. Until then your answers stay here, also when you reload the page, as long as this console runs."
)
_AGAIN = (
    "Each choice stands on what study.toml says; change what you want otherwise. When you write it anew, the file of "
    "now is kept beside it; texts and questions stay."
)


def show(session: Session) -> None:
    """Draw the choices, and what comes of them."""
    preparing = watching.preparing()
    known = preparing.answers()
    found = misfits(known)
    st.html(
        heading("Design") + f'<p class="oc-counted oc-hidden">{_AGAIN if preparing.is_made else _FIRST}</p>'
    )
    with st.container(key="oc_design", horizontal=True, vertical_alignment="top", gap="large"):
        with st.container(key="oc_choices"):
            for name, title, choices in PARTS:
                _part(name, title, [choice for choice in choices if choice.key in known], preparing)
        with st.container(key="oc_outlook"):
            _outlook(preparing, [misfit.sentence for misfit in found])
            is_made = preparing.is_made
            doing.button(
                "Write study.toml anew" if is_made else "Make the study",
                key="design_make",
                act=partial(_make_anew if is_made else _make, session.by),
                type="primary",
            )
            doing.said("design_make")
            if is_made:
                st.html('<p class="ov-small"><a href="?view=design" target="_self">Leave it as it is</a></p>')
            else:
                st.html(f'<p class="ov-small">It will be written to {exact(str(preparing.folder.path))}</p>')


def _part(name: str, title: str, choices: Sequence[Choice], preparing: Preparing) -> None:
    st.html(f'<h2 class="oc-heading" id="{name}">{exact(title)}</h2>')
    with st.container(key=f"oc_part_{name}"):
        for choice in choices:
            choice_shown.show(choice, preparing)


def _outlook(preparing: Preparing, unfitting: Sequence[str]) -> None:
    links = "".join(
        f'<li><a href="#{name}" target="_self">{exact(title)}</a></li>' for name, title, _ in PARTS
    )
    st.html(f'<nav class="oc-parts" aria-label="Sections"><ul>{links}</ul></nav>')
    try:
        lines = unfitting or preparing.outlook()
    except BadInput as error:
        lines = unfitting = [str(error)]
    title = "What does not fit yet" if unfitting else "What the study would be"
    kind = "is-unfit" if unfitting else ""
    st.html(
        f'<div class="oc-would {kind}" role="status"><h2>{title}</h2><ul>'
        + "".join(f"<li>{exact(line)}</li>" for line in lines)
        + "</ul></div>"
    )


def _make(by: str) -> None:
    _answered().make(by)


def _make_anew(by: str) -> None:
    _answered().make_anew(by)
    st.query_params.pop(AGAIN, None)


def _answered() -> Preparing:
    preparing = watching.preparing()
    if wrong := choice_shown.wrong(preparing):
        raise BadInput(f"Nothing was written: {' '.join(wrong)}")
    return preparing
