"""The questionnaire: the study's own items, then the questions about help from outside, which nobody need answer."""

from collections.abc import Callable, Mapping

import streamlit as st

from oversight_app.screens import acting, choices, jottings
from oversight_app.screens.frame import prose, reading
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import SurveyPage
from oversight_app.study.survey import HELP_KEYS, MAX_TEXT_CHARACTERS, NO, YES, Answer, SurveyItem

_NO_OR_YES = (NO, YES)
_HELP = ("survey.help_web_search", "survey.help_assistant", "survey.help_seen_before")
"""The questions about help, in the order of their keys."""
_MOST_SIDE_BY_SIDE = 7
"""More points than that do not fit beside each other with their words."""


def show(page: SurveyPage, hand_in: Callable[[Mapping[str, Answer]], None]) -> None:
    """All items on one page, nothing preselected, one button."""
    with reading("end", say("survey.heading")):
        if any(item.required for item in page.items):
            prose(f"<p>{say_html('survey.opening')}</p>")
        for item in page.items:
            _ask(item)
        heading = f"<h2>{say_html('survey.help_heading')}</h2>" if page.items else ""
        prose(f"{heading}<p>{say_html('survey.help_opening')}</p>")
        for key, question in zip(HELP_KEYS, _HELP, strict=True):
            options = (say("choices.no"), say("choices.yes"))
            choices.ask(f"survey_{key}", say(question), options, horizontal=True)
        acting.button(
            say("buttons.continue"), key="continue", act=lambda: hand_in(_answers(page)), type="primary"
        )
        acting.reminder("continue")


def _ask(item: SurveyItem) -> None:
    key = f"survey_{item.key}"
    match item.kind:
        case "likert":
            arrangement = "points" if len(item.labels) <= _MOST_SIDE_BY_SIDE else "list"
            with st.container(key=f"{arrangement}_{key}"):
                choices.ask(key, item.text, item.labels, is_needed=item.required)
        case "number":
            st.html(choices.asked(item.text, is_needed=item.required))
            jottings.bring_back(key)
            st.number_input(
                choices.named(item.text, is_needed=item.required),
                value=None,
                min_value=item.minimum,
                max_value=item.maximum,
                step=1.0,
                format="%g",
                key=key,
                label_visibility="collapsed",
            )
            jottings.keep(key)
        case "text":
            st.html(choices.asked(item.text, is_needed=item.required))
            jottings.bring_back(key)
            st.text_area(
                choices.named(item.text, is_needed=item.required),
                key=key,
                max_chars=MAX_TEXT_CHARACTERS,
                label_visibility="collapsed",
            )
            jottings.keep(key)


def _answers(page: SurveyPage) -> dict[str, Answer]:
    answers: dict[str, Answer] = {item.key: _answer(item) for item in page.items}
    for key in HELP_KEYS:
        marked = choices.marked(f"survey_{key}", len(_NO_OR_YES))
        answers[key] = None if marked is None else _NO_OR_YES[marked]
    return answers


def _answer(item: SurveyItem) -> Answer:
    key = f"survey_{item.key}"
    if item.kind == "likert":
        marked = choices.marked(key, len(item.labels))
        return None if marked is None else marked + 1
    value: object = st.session_state.get(key)
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
