"""The answer: which option, and how sure.

An option's exact text stands beside its radio button, in one grid with it (question.css): Streamlit's labels are
Markdown and would change "$5", `a*b*c` or a line break. The button's own label, for screen readers, is the escaped
text; the letter in front keeps two options with the same text apart, because labels are what a browser sends.

A draft is saved when a mark changes, and compared again in every run, because a change made while the server was away
arrives without its event. `_kept` remembers what this tab last saved or took from the record: a tab that changed
nothing takes over what another tab marked, and never writes its old mark back.
"""

from collections.abc import Callable
from typing import TypeAlias

import streamlit as st

from oversight_app.errors import Refusal
from oversight_app.screens.formulas import beside
from oversight_app.screens.plain import exact, label
from oversight_app.screens.wording import percent, say
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.page import QuestionPage
from oversight_app.study.questions import LETTERS

Save: TypeAlias = Callable[[int | None, float | None], None]
Marks: TypeAlias = tuple[int | None, float | None]


def marked(n: int) -> Marks:
    """What is marked on question `n` in this tab; a forged value is none."""
    choice: object = st.session_state.get(f"answer_{n}")
    confidence: object = st.session_state.get(f"confidence_{n}")
    return (
        choice if type(choice) is int and 0 <= choice < len(LETTERS) else None,
        _as_probability(confidence),
    )


def _as_probability(value: object) -> float | None:
    """Five points are probabilities already; the percent field gives a whole number, as an int."""
    if type(value) is not int and type(value) is not float:
        return None
    probability = value / 100 if isinstance(value, int) else value
    return probability if 0 <= probability <= 1 else None


def reconcile(page: QuestionPage, save: Save) -> None:
    """Before the widgets are drawn: save what the record does not have yet, take over what this tab does not."""
    _drop_forged(page.n)
    here, kept = marked(page.n), st.session_state.get(_kept(page.n))
    in_record = (page.draft_choice, page.draft_confidence)
    if here != (None, None) and here != kept:
        if here != in_record:
            _keep(page.n, save)
        st.session_state[_kept(page.n)] = here
    elif in_record != here:
        _take_over(page, in_record)


def _take_over(page: QuestionPage, in_record: Marks) -> None:
    choice, confidence = in_record
    if choice is not None:
        st.session_state[f"answer_{page.n}"] = choice
    if confidence is not None:
        is_percent = page.confidence_scale is ConfidenceScale.PERCENT
        st.session_state[f"confidence_{page.n}"] = round(confidence * 100) if is_percent else confidence
    st.session_state[_kept(page.n)] = in_record


def _drop_forged(n: int) -> None:
    """A value that no widget of the page can have is as if it had not come; the mark before it stands."""
    for name, value, kept in zip(
        ("answer", "confidence"), marked(n), st.session_state.get(_kept(n), (None, None)), strict=True
    ):
        key = f"{name}_{n}"
        if value is None and st.session_state.get(key) is not None:
            del st.session_state[key]
            if kept is not None:
                st.session_state[key] = kept


def _keep(n: int, save: Save) -> None:
    _drop_forged(n)
    marks = marked(n)
    if marks == st.session_state.get(_kept(n)):
        return
    # Forgotten first: the next click may end this run wherever session state is touched, also right after saving, and
    # a click back to what is remembered would then look saved.
    st.session_state.pop(_kept(n), None)
    try:
        save(*marks)
    except Refusal:
        return  # too late, or forged: this run shows what is true
    st.session_state[_kept(n)] = marks


def _kept(n: int) -> str:
    return f"_kept_{n}"


# -- drawing -------------------------------------------------------------------------------------------


def options(page: QuestionPage, save: Save) -> None:
    """The four options; none is preselected."""
    with st.container(key=f"options_{page.n}"):
        st.html("".join(_option(page.n, i, text) for i, text in enumerate(page.options)))
        st.radio(
            say("question.your_answer"),
            options=range(len(page.options)),
            format_func=lambda i: f"{LETTERS[i]}. {label(page.options[i])}",
            index=None,
            key=f"answer_{page.n}",
            label_visibility="collapsed",
            on_change=_keep,
            args=(page.n, save),
        )


def confidence(page: QuestionPage, save: Save) -> None:
    """How sure, on the design's scale; nothing is preselected."""
    match page.confidence_scale:
        case ConfidenceScale.FIVE_POINTS:
            _five_points(page, save)
        case ConfidenceScale.PERCENT:
            _percent(page, save)
        case ConfidenceScale.NONE:
            pass


def _option(n: int, index: int, text: str) -> str:
    # Hidden from screen readers, who hear the radio button's own label.
    words = f'<span class="ov-exact" aria-hidden="true" id="option_{n}_{index}">{exact(text)}</span>'
    return (
        f'<div class="ov-option" data-option="{index}">'
        f'<span class="ov-letter" aria-hidden="true">{LETTERS[index]}</span>'
        f"{beside(words, text, letter=LETTERS[index])}</div>"
    )


def _five_points(page: QuestionPage, save: Save) -> None:
    st.radio(
        say("question.how_sure"),
        options=page.confidence_levels,
        format_func=percent,
        index=None,
        key=f"confidence_{page.n}",
        horizontal=True,
        on_change=_keep,
        args=(page.n, save),
    )


def _percent(page: QuestionPage, save: Save) -> None:
    # A slider always has a value; this field is empty until it is touched.
    st.number_input(
        say("question.how_sure_percent"),
        min_value=0,
        max_value=100,
        value=None,
        step=1,
        key=f"confidence_{page.n}",
        placeholder="0-100",
        on_change=_keep,
        args=(page.n, save),
    )
