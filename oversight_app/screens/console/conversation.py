"""What a participant and the assistant wrote, question by question. Who was right is said only where it may be seen."""

from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.gate import Session
from oversight_app.screens.console import doing
from oversight_app.screens.console.table import heading, words
from oversight_app.screens.plain import exact
from oversight_app.study.letters import OptionOrder
from oversight_app.study.questions import LETTERS, Question
from oversight_app.study.sitting import Sitting
from oversight_app.study.trial import Message, Trial
from oversight_app.transcripts.facts import error_of, facts_of


def show(sitting: Sitting, session: Session) -> None:
    """The trials that were shown so far, one to open."""
    researcher = watching.here().researcher
    shown = [trial for trial in sitting.trials if trial.shown_at is not None]
    st.html(heading("What was answered and said"))
    if not shown:
        st.html('<p class="ov-small">No question was shown yet.</p>')
        return
    with_keys = researcher.enrolment().shows_accuracy
    chosen = st.selectbox(
        "Question",
        shown,
        index=len(shown) - 1,
        format_func=_name,
        key=f"conversation_{sitting.participant_id}",
    )
    if chosen is not None:
        question = researcher.questions[chosen.plan.question_id]
        st.html(
            f'<div class="oc-said">{_asked(chosen, question, with_keys=with_keys)}{_messages(chosen)}</div>'
        )
    if not with_keys:
        doing.button(
            "Show which answers were right, on record",
            key="keys_show",
            act=partial(researcher.look, "transcript", session.by),
            type="tertiary",
        )


def _name(trial: Trial) -> str:
    practice = "practice, " if trial.plan.is_practice else ""
    about = f"{practice}{trial.plan.task}, {words(trial.plan.condition)}"
    return f"{trial.plan.n}: {about}, {words(trial.status or 'open')}, {len(trial.messages)} messages"


def _asked(trial: Trial, question: Question, *, with_keys: bool) -> str:
    order = OptionOrder(trial.plan.option_order)
    choice = trial.closed.choice if trial.closed else trial.draft.choice
    chosen = order.displayed(choice) if choice else ""
    key = order.displayed(LETTERS[question.correct])
    options = "".join(
        f"<li{' class=is-chosen' if letter == chosen else ''}><b>{letter}</b> "
        f"<span class='ov-exact'>{exact(text)}</span>"
        f"{' <em>chosen</em>' if letter == chosen else ''}"
        f"{' <em>right</em>' if with_keys and letter == key else ''}</li>"
        for letter, text in zip(LETTERS, order.shown(question.options), strict=True)
    )
    return f'<p class="ov-exact oc-asked">{exact(question.text)}</p><ul class="oc-options">{options}</ul>'


def _messages(trial: Trial) -> str:
    return "".join(map(_message, trial.messages)) or '<p class="ov-small">Nothing was written.</p>'


def _message(message: Message) -> str:
    facts = "; ".join(filter(None, (facts_of(message), error_of(message))))
    return (
        f'<div class="oc-message is-{exact(message.speaker.value)}"><p class="ov-small">{message.at:%H:%M:%S} '
        f'{exact(message.voice)} ({exact(message.status)})</p><p class="ov-exact">{exact(message.text)}</p>'
        f'{f"""<p class="ov-small">{exact(facts)}</p>""" if facts else ""}</div>'
    )
