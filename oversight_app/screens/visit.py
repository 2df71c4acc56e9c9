"""One run of the page: who is it, where do they stand, draw that.

Nothing is remembered between runs that the record does not hold; a refreshed tab, a second one and a restarted server
all begin here and end at the same page. Session state carries widget values and the sentence of the last reminder.
"""

from functools import partial

import streamlit as st

from oversight_app import running
from oversight_app.proctor import Proctor
from oversight_app.screens import (
    begin,
    briefing,
    comprehension,
    consent,
    debrief,
    end,
    feedback,
    heartbeat,
    instructions,
    jottings,
    notice,
    question,
    reading,
    rest,
    screening,
    stranger,
    survey,
    taken_over,
)
from oversight_app.screens.wording import say
from oversight_app.study.page import (
    BeginPage,
    ComprehensionPage,
    ConsentPage,
    DebriefPage,
    EndPage,
    FeedbackPage,
    InstructionsPage,
    Page,
    QuestionPage,
    ReadingPage,
    RestPage,
    ScreeningPage,
    SurveyPage,
)

_AFTER_INSTRUCTIONS = ComprehensionPage | BeginPage | RestPage | FeedbackPage
"""Pages on which somebody may want to read the instructions once more."""


def show() -> None:
    """Draw the visitor's page."""
    st.set_page_config(page_title=say("page.title"), layout="wide", initial_sidebar_state="collapsed")
    participant_id = running.participant_behind(_cookie())
    if participant_id is None:
        stranger.show()
        return
    jottings.belongs_to(participant_id)
    if taken_over.is_here(participant_id):
        proctor = running.proctor()
        draw(proctor, participant_id, _page(proctor, participant_id))
        taken_over.notice()
        notice.show(participant_id)
    else:
        # Not even asked for its page, which might start a clock that runs in the other tab.
        taken_over.show(participant_id)
        heartbeat.beat()


def _page(proctor: Proctor, participant_id: str) -> Page:
    """The page that is due, with whoever is due to speak on it speaking."""
    page = proctor.page(participant_id)
    if isinstance(page, QuestionPage) and page.chat is not None and page.chat.is_due:
        running.replies().go_on(participant_id, page.n)
        page = proctor.page(participant_id)
    return page


def draw(proctor: Proctor, participant_id: str, page: Page) -> None:
    """Draw this page of this participant."""
    match page:
        case QuestionPage():
            question.show(page, participant_id, proctor, running.replies())
            return
        case ReadingPage():
            reading.show(page, participant_id, proctor)
            return
        case ScreeningPage():
            screening.show(page, partial(proctor.answer_screening, participant_id))
        case SurveyPage():
            survey.show(page, partial(proctor.answer_survey, participant_id))
        case ConsentPage():
            consent.show(page, partial(proctor.give_consent, participant_id))
        case InstructionsPage():
            instructions.show(page, partial(proctor.finish_instructions, participant_id))
        case ComprehensionPage():
            comprehension.show(page, partial(proctor.answer_comprehension, participant_id))
        case BeginPage():
            begin.show(page, partial(proctor.begin, participant_id))
        case RestPage():
            rest.show(page, partial(proctor.go_on, participant_id))
        case FeedbackPage():
            feedback.show(page, partial(proctor.read_feedback, participant_id, page.n))
        case DebriefPage():
            debrief.show(page, partial(proctor.finish, participant_id))
        case EndPage():
            jottings.forget()
            end.show(page, participant_id)
            return
    if not isinstance(page, ConsentPage):
        with st.container(key="foot", horizontal=True):
            if isinstance(page, _AFTER_INSTRUCTIONS):
                briefing.button(proctor.plan)
            heartbeat.leave_button(say("leave.button"), partial(proctor.withdraw, participant_id))
    heartbeat.beat()


def _cookie() -> str:
    return str(st.context.cookies.get(running.cookie_name(), ""))
