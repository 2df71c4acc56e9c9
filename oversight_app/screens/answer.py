"""The answer: which option, how sure, and perhaps why.

An option's exact text stands beside its radio button, in one grid with it (question.css): Streamlit's labels are
Markdown and would change "$5", `a*b*c` or a line break. The button's own label, for screen readers, is the escaped
text; the letter in front keeps two options with the same text apart, because labels are what a browser sends.

What is marked, and when it is saved, is `marks`' business. Here it is drawn.
"""

from functools import partial

import streamlit as st

from oversight_app.screens import assets, pay, probability
from oversight_app.screens.entry import edit_of
from oversight_app.screens.formulas import beside
from oversight_app.screens.marks import Fields, Save, fields_of, keep, marked
from oversight_app.screens.plain import exact, label
from oversight_app.screens.wording import percent, say
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.mark import MAX_REASON_CHARACTERS
from oversight_app.study.page import Belief, QuestionPage
from oversight_app.study.questions import LETTERS


def options(page: QuestionPage, save: Save) -> None:
    """The four options; none is preselected."""
    fields = fields_of(page)
    with st.container(key=f"options_{page.n}"):
        st.html("".join(_option(page.n, i, text) for i, text in enumerate(page.options)))
        st.radio(
            say("question.your_first_answer" if page.awaits_initial else "question.your_answer"),
            options=range(len(page.options)),
            format_func=lambda i: f"{LETTERS[i]}. {label(page.options[i])}",
            index=None,
            key=fields.answer,
            label_visibility="collapsed",
            on_change=keep,
            args=(fields, save),
        )


def sureness(page: QuestionPage, save: Save) -> None:
    """How sure, and why, as far as the study asks for it."""
    confidence(page, save)
    reason(page, save)


def confidence(page: QuestionPage, save: Save) -> None:
    """How sure, on the design's scale; nothing is preselected."""
    fields = fields_of(page)
    match page.confidence_scale:
        case ConfidenceScale.FIVE_POINTS:
            _five_points(page, fields, save)
        case ConfidenceScale.PERCENT:
            _probability(page, fields, save, say("question.how_sure"))
        case ConfidenceScale.DISTRIBUTION:
            _probability(page, fields, save, say("question.how_likely"))
        case ConfidenceScale.NONE:
            pass


def reason(page: QuestionPage, save: Save) -> None:
    """Why, in words, where the study asks for it."""
    if page.reason == "none":
        return
    fields = fields_of(page)
    assets.reason(
        key=fields.reason,
        data={
            "key": fields.reason,
            "label": say("question.reason" if page.reason == "required" else "question.reason_optional"),
            "value": marked(fields).reason,
            "edit": edit_of(fields.reason),
            "longest": MAX_REASON_CHARACTERS,
            "is_required": page.reason == "required",
        },
        on_entered_change=partial(keep, fields, save),
    )


def in_words(said: Belief) -> str:
    """An answer and how sure of it somebody was, in one line: "B, 60 %"."""
    sure = probability.sureness(said.confidence, said.probabilities)
    letter = LETTERS[said.choice]
    return say("question.answer_and_sureness", letter=letter, sure=sure) if sure else letter


def _option(n: int, index: int, text: str) -> str:
    # Hidden from screen readers, who hear the radio button's own label.
    words = f'<span class="ov-exact" aria-hidden="true" id="option_{n}_{index}">{exact(text)}</span>'
    return (
        f'<div class="ov-option" data-option="{index}">'
        f'<span class="ov-letter" aria-hidden="true">{LETTERS[index]}</span>'
        f"{beside(words, text, letter=LETTERS[index])}</div>"
    )


def _five_points(page: QuestionPage, fields: Fields, save: Save) -> None:
    st.radio(
        say("question.how_sure"),
        options=page.confidence_levels,
        format_func=percent,
        index=None,
        key=fields.confidence,
        horizontal=True,
        on_change=keep,
        args=(fields, save),
    )


def _probability(page: QuestionPage, fields: Fields, save: Save, label: str) -> None:
    # The first answer is followed by the one that counts, and that one is paid.
    is_paid = page.pay is not None and not page.awaits_initial
    probability.show(
        fields,
        marked(fields),
        partial(keep, fields, save),
        label=label,
        pay=pay.in_browser(
            page.pay,
            is_practice=page.is_practice,
            is_distribution=page.confidence_scale is ConfidenceScale.DISTRIBUTION,
        )
        if is_paid and page.pay
        else None,
    )
