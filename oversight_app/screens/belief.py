"""What somebody holds to be right after a reply, where the study asks: a row in the assistant's pane, never in the way.

It is stated once for each reply, by a click, so that a slip of the finger can be put right before; whoever writes on
instead has stated nothing. Letters suffice, because the options stand on the same page.
"""

from functools import partial
from itertools import takewhile

import streamlit as st

from oversight_app.errors import Reminder
from oversight_app.proctor import Proctor
from oversight_app.screens import acting, answer, probability
from oversight_app.screens.marks import Fields, marked
from oversight_app.screens.plain import exact
from oversight_app.screens.wording import percent, say
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.page import Belief, Chat, QuestionPage
from oversight_app.study.questions import LETTERS


def show(page: QuestionPage, chat: Chat, participant_id: str, proctor: Proctor) -> None:
    """The row under the last reply, or the line that says what was noted after it; often nothing."""
    noted = _noted(chat)
    if not chat.belief_due and noted is None:
        return
    with st.container(key=f"belief_{page.n}"):
        if noted is not None:
            words = say("belief.noted", said=answer.in_words(noted))
            st.html(f'<p class="ov-small" role="status">{exact(words)}</p>')
        else:
            _ask(page, chat, participant_id, proctor)


def _noted(chat: Chat) -> Belief | None:
    """What was stated after what was said last; another speaker may have had nothing to say then."""
    if chat.is_writing or chat.belief_due:
        return None
    last = takewhile(lambda line: not line.is_participant, reversed(chat.lines))
    return next((chat.beliefs[line.message_id] for line in last if line.message_id in chat.beliefs), None)


def _ask(page: QuestionPage, chat: Chat, participant_id: str, proctor: Proctor) -> None:
    fields = _fields(page, chat)
    st.radio(
        say("belief.ask"),
        options=range(len(LETTERS)),
        format_func=LETTERS.__getitem__,
        index=None,
        key=fields.answer,
        horizontal=True,
    )
    match page.confidence_scale:
        case ConfidenceScale.FIVE_POINTS:
            st.radio(
                say("belief.how_sure"),
                options=page.confidence_levels,
                format_func=percent,
                index=None,
                key=fields.confidence,
                horizontal=True,
            )
        case ConfidenceScale.PERCENT:
            _percentages(fields, say("belief.how_sure"))
        case ConfidenceScale.DISTRIBUTION:
            _percentages(fields, say("belief.how_likely"))
        case ConfidenceScale.NONE:
            pass
    key = f"belief_note_{page.n}"
    acting.button(say("belief.note"), key=key, act=partial(_state, page, chat, participant_id, proctor))
    acting.reminder(key)


def _percentages(fields: Fields, label: str) -> None:
    probability.show(fields, marked(fields), _nothing_to_save, label=label, is_compact=True)


def _nothing_to_save() -> None:
    """Nothing is kept of a belief before it is stated."""


def _fields(page: QuestionPage, chat: Chat) -> Fields:
    """Its widgets; the number of the reply is in their keys, so that the next one is asked about anew."""
    number = sum(not line.is_participant for line in chat.lines)
    answer_key, confidence_key, none = (
        f"belief_{name}_{number}_{page.n}" for name in ("answer", "confidence", "reason")
    )
    return Fields(answer_key, confidence_key, none, page.confidence_scale)


def _state(page: QuestionPage, chat: Chat, participant_id: str, proctor: Proctor) -> None:
    marks = marked(_fields(page, chat))
    # Said here, because the proctor would remind of submitting.
    if marks.choice is None:
        raise Reminder("mark_belief")
    asks_one = page.confidence_scale in (ConfidenceScale.FIVE_POINTS, ConfidenceScale.PERCENT)
    if asks_one and marks.confidence is None:
        raise Reminder("mark_belief_confidence")
    proctor.state_belief(
        participant_id,
        page.n,
        chat.belief_due,
        marks.choice,
        marks.confidence,
        probabilities=marks.probabilities,
    )
