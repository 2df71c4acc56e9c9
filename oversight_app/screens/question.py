"""The question page: bar, passage, question, answer and assistant on one screen, with the clock running.

The parts stand in a "desk" whose kind (alone, reading, chat, both) the style sheet lays out; on a phone the same parts
are panes. Every run draws from the page the proctor gave; the widgets only carry what is being marked.
"""

from functools import partial

import streamlit as st

from oversight_app.proctor import Proctor
from oversight_app.replies import Replies
from oversight_app.screens import (
    acting,
    answer,
    briefing,
    chat,
    frame,
    handing,
    heartbeat,
    panes,
    part,
    passage,
    timer,
    watch,
)
from oversight_app.screens.formulas import fill, typeset
from oversight_app.screens.marks import arrive, fields_of, reconcile
from oversight_app.screens.plain import exact, length_class
from oversight_app.screens.wording import say, say_html
from oversight_app.study.page import QuestionPage


def show(page: QuestionPage, participant_id: str, proctor: Proctor, replies: Replies) -> None:
    """Draw the question, and save what is marked where the record does not have it yet."""
    save = handing.saving(page, participant_id, proctor)
    is_still_asked = partial(_is_still_asked, proctor, participant_id, page)
    reconcile(page, save)
    with st.container(key="bar", horizontal=True):
        timer.show(page, participant_id)
        _pause(page, partial(proctor.pause_after, participant_id, page.n))
        briefing.button(proctor.plan)
        heartbeat.leave_button(say("question.leave"), partial(proctor.withdraw, participant_id))
    # Entered one by one and not inside one another: a part copies every container that it stands in, in each run.
    desk = st.container(key=f"desk_{_kind(page)}")
    if page.passage:
        with desk:
            passage.show(page)
    work = desk.container(key="work")
    with work.container(key="marking"):
        st.html(_question(page))
        part.show("options", partial(answer.options, page, save), is_still_asked)
    with work.container(key="handing"):
        if said := _beforehand(page):
            st.html(said)
        part.show("sureness", partial(answer.sureness, page, save), is_still_asked)
        arrive(page, save)
        handing.buttons(page, participant_id, proctor)
    if page.chat is not None:
        with desk:
            chat.show(page, page.chat, participant_id, proctor, replies)
    # Last, as on a phone they stand at the foot of the page, under the thumb.
    panes.show(page)
    fill(page.question, *page.options)
    watch.show(page, participant_id)
    frame.top(f"question {page.n} {fields_of(page).answer}")
    # On an untimed question a beat must not ask: an open tab would look like a person who is there.
    heartbeat.beat(is_still_asked if page.remaining_ms is not None else None)


def _kind(page: QuestionPage) -> str:
    if page.passage:
        return "both" if page.chat is not None else "reading"
    return "chat" if page.chat is not None else "alone"


def _question(page: QuestionPage) -> str:
    return (
        f'<h1 class="ov-unseen" tabindex="-1">{exact(timer.where(page))}</h1>'
        f'<div class="ov-question{length_class(page.question)}" id="question_{page.n}">{exact(page.question)}</div>'
        f"{typeset(page.question)}"
    )


def _beforehand(page: QuestionPage) -> str:
    """What one should know before handing in; often nothing."""
    lines = []
    if page.awaits_initial:
        lines.append(say_html("question.assistant_comes"))
    if page.initial is not None:
        lines.append(say_html("question.first_answer", said=answer.in_words(page.initial)))
    if timer.is_the_studys(page):
        lines.append(say_html("question.study_time"))
    return "".join(f'<p class="ov-small ov-beforehand">{line}</p>' for line in lines)


def _pause(page: QuestionPage, pause_after: partial[None]) -> None:
    # "Pause" alone would sound as if it stopped the clock of this question.
    label = say("question.pausing") if page.pause_after else say("question.pause")
    acting.button(label, key="pause", act=pause_after, type="tertiary", disabled=page.pause_after)


def _is_still_asked(proctor: Proctor, participant_id: str, shown: QuestionPage) -> bool:
    page = proctor.page(participant_id)
    return isinstance(page, QuestionPage) and fields_of(page) == fields_of(shown)
