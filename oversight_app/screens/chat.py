"""The assistant's pane: what was said, exactly, and a field to write in.

A reply is written by `replies` outside the page's runs; while one is being written a small fragment reads its text
twice a second. Everything that can be clicked stands outside that fragment and works at once.
"""

from functools import partial

import streamlit as st

from oversight_app.errors import Refusal, Reminder
from oversight_app.proctor import Proctor
from oversight_app.replies import Replies
from oversight_app.screens import acting
from oversight_app.screens.plain import exact
from oversight_app.study.page import Chat, ChatLine, QuestionPage
from oversight_app.study.trial_actions import MAX_MESSAGE_CHARACTERS

POLL_EVERY_S = 0.5

_NOTES = {
    "stopped": "You stopped this reply.",
    "interrupted": "This reply broke off.",
    "failed": "The assistant could not answer.",
}
_FORGOTTEN = '<p class="ov-forgotten">The assistant no longer sees what is above.</p>'


def show(n: int, chat: Chat, participant_id: str, proctor: Proctor, replies: Replies) -> None:
    """The pane of question `n`."""
    with st.container(key="talk"):
        _head(n, chat, partial(replies.reset_context, participant_id, n))
        # Turned upside down by the style sheet: the newest line stays in sight while a reply grows.
        with st.container(key=f"chat_log_{n}"):
            if chat.is_writing:
                _follow(n, participant_id, proctor)
            else:
                _log(chat)
        _actions(n, chat, participant_id, replies)
        acting.reminder(f"chat_{n}")
        st.chat_input(
            "Write to the assistant",
            key=f"chat_input_{n}",
            max_chars=MAX_MESSAGE_CHARACTERS,
            on_submit=_send,
            args=(n, partial(replies.ask, participant_id, n)),
        )


def _head(n: int, chat: Chat, reset: partial[None]) -> None:
    with st.container(key="talk_head", horizontal=True, vertical_alignment="center"):
        st.html('<h2 class="ov-pane-name">Assistant</h2>')
        acting.button(
            "Reset",
            key=f"reset_{n}",
            act=reset,
            type="tertiary",
            disabled=chat.is_writing or all(line.is_forgotten for line in chat.lines),
            help="The assistant forgets what was said. You still see it.",
        )


def _follow(n: int, participant_id: str, proctor: Proctor) -> None:
    @st.fragment(run_every=POLL_EVERY_S)
    def poll() -> None:
        page = proctor.page(participant_id)
        if not isinstance(page, QuestionPage) or page.n != n or page.chat is None or not page.chat.is_writing:
            st.rerun()  # the full run draws what is now the case, and ends the polling
        else:
            _log(page.chat)

    poll()


def _log(chat: Chat) -> None:
    if not chat.lines:
        st.html('<p class="ov-empty">Ask the assistant anything about this question.</p>')
        return
    last_forgotten = max((i for i, line in enumerate(chat.lines) if line.is_forgotten), default=-1)
    said = "".join(
        _line(line) + (_FORGOTTEN if i == last_forgotten else "") for i, line in enumerate(chat.lines)
    )
    st.html(
        f'<div class="ov-log" role="log" aria-label="Conversation" aria-live="off" tabindex="0">{said}</div>'
    )


def _line(line: ChatLine) -> str:
    who, kind = ("You", "is-mine") if line.is_participant else ("Assistant", "is-theirs")
    forgotten = " is-forgotten" if line.is_forgotten else ""
    text = exact(line.text) if line.text else ""
    waiting = '<span class="ov-waiting" aria-hidden="true"></span>' if line.status == "running" else ""
    note = f'<p class="ov-small">{_NOTES[line.status]}</p>' if line.status in _NOTES else ""
    said = f'<div class="ov-exact">{text}{waiting}</div>' if text or waiting else ""
    return f'<div class="ov-line {kind}{forgotten}"><span class="ov-who">{who}</span>{said}{note}</div>'


def _actions(n: int, chat: Chat, participant_id: str, replies: Replies) -> None:
    last = chat.lines[-1] if chat.lines else None
    is_broken = last is not None and last.status in ("interrupted", "failed") and not last.is_forgotten
    status = "The assistant is writing." if chat.is_writing else _heard(last)
    st.html(f'<p class="ov-unseen" role="status">{status}</p>')
    if chat.is_writing:
        acting.button("Stop", key=f"stop_{n}", act=partial(replies.stop, participant_id, n))
    elif is_broken:
        acting.button("Ask again", key=f"ask_again_{n}", act=partial(replies.ask_again, participant_id, n))


def _heard(last: ChatLine | None) -> str:
    """What a screen reader is told once: a log that is redrawn twice a second must not speak itself."""
    if last is None or last.is_participant:
        return ""
    return _NOTES.get(last.status, f"The assistant answered: {exact(last.text)}")


def _send(n: int, ask: partial[None]) -> None:
    """Hand over what was written; what cannot be sent now goes back into the field."""
    text = st.session_state.get(f"chat_input_{n}")
    if not isinstance(text, str) or not text.strip():
        return
    try:
        ask(text)
    except Reminder as reminder:
        acting.remind(f"chat_{n}", reminder)
        st.session_state[f"chat_input_{n}"] = text
    except Refusal:
        pass
