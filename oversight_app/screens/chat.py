"""The assistant's pane: what was said, exactly, and a field to write in.

A reply is written by `replies` outside the page's runs. While one is being written, the browser asks for what is new
of it twice a second, at an address beside the page (`routes`), and puts it behind what stands there; everything else
of the pane, buttons and quotations included, stays as it is under one's finger. A run of the page would cost ten times
as much, and those who read along are many. Quotations are compared with the passage once a reply is whole.
"""

from functools import partial
from itertools import count

import streamlit as st

from oversight_app.errors import Refusal, Reminder
from oversight_app.proctor import Proctor
from oversight_app.replies import Replies
from oversight_app.screens import acting, assets, belief, timer
from oversight_app.screens.plain import exact
from oversight_app.screens.quoted import with_marks
from oversight_app.screens.wording import say
from oversight_app.study.page import Chat, ChatLine, QuestionPage
from oversight_app.study.protocols.speech import CRITIC
from oversight_app.study.trial_actions import MAX_MESSAGE_CHARACTERS
from oversight_app.study.trouble import LASTING, Trouble

_BROKEN = ("interrupted", "failed")
_NO_REPLY = {
    Trouble.BUSY: "no_reply.busy",
    Trouble.UNREACHABLE: "no_reply.unreachable",
    Trouble.LATE: "no_reply.late",
    Trouble.TOO_LONG: "no_reply.too_long",
    Trouble.REFUSED: "no_reply.refused",
    Trouble.NOTHING_SAID: "no_reply.nothing_said",
    Trouble.UNAVAILABLE: "no_reply.unavailable",
    Trouble.CAP: "no_reply.cap",
}
"""Each says as well what one can do."""
_RUNS = count()
"""A component is called when its data is another than before; with this number, after every run."""


def show(page: QuestionPage, chat: Chat, participant_id: str, proctor: Proctor, replies: Replies) -> None:
    """The pane of the question on this page."""
    n = page.n
    with st.container(key="talk"):
        _head(n, chat, partial(replies.reset_context, participant_id, n))
        # Turned upside down by the style sheet: the newest line stays in sight while a reply grows.
        with st.container(key=f"chat_log_{n}"), st.container(key=f"said_{n}"):
            _log(page, chat)
            if chat.is_writing:
                _follow(chat.lines[-1])
        if chat.named:
            st.html(f'<p class="ov-small ov-named">{exact(_named(chat.named))}</p>')
        if page.passage:
            st.html(f'<button type="button" class="ov-take" hidden>{exact(say("chat.take"))}</button>')
        _actions(n, chat, participant_id, replies)
        belief.show(page, chat, participant_id, proctor)
        acting.reminder(f"chat_{n}")
        if not chat.is_written_in:
            return
        st.chat_input(
            say("chat.placeholder"),
            key=f"chat_input_{n}",
            max_chars=MAX_MESSAGE_CHARACTERS,
            on_submit=_send,
            args=(n, partial(replies.ask, participant_id, n)),
            # While somebody writes, what is typed stays; between two speeches nothing can be asked.
            disabled=not chat.may_write and not chat.is_writing,
        )
        n_sent = sum(line.is_participant for line in chat.lines)
        trial = timer.trial_name(participant_id, n)
        assets.unsent(key="unsent", data={"n": n, "trial": trial, "n_sent": n_sent, "run": next(_RUNS)})


def _head(n: int, chat: Chat, reset: partial[None]) -> None:
    with st.container(key="talk_head", horizontal=True, vertical_alignment="center"):
        st.html(f'<h2 class="ov-pane-name">{exact(say("chat.heading"))}</h2>')
        if not chat.has_reset:
            return
        acting.button(
            say("chat.reset"),
            key=f"reset_{n}",
            act=reset,
            type="tertiary",
            disabled=chat.is_writing or all(line.is_forgotten for line in chat.lines),
            help=say("chat.reset_help"),
        )


# -- what was said ---------------------------------------------------------------------------------------


def _follow(line: ChatLine) -> None:
    st.html(f'<div class="ov-log">{_running(line)}</div>')
    # The run that follows draws what is now the case, and ends the asking, or follows the next speech.
    assets.writing(key="writing", data={"reply": line.message_id}, on_over_change=lambda: None)


def _log(page: QuestionPage, chat: Chat) -> None:
    """Everything that is not being written just now."""
    if not chat.lines:
        awaited = "chat.begins" if chat.is_due or chat.is_writing else "chat.empty"
        st.html(f'<p class="ov-empty">{exact(say(awaited))}</p>')
        return
    lines = [line for line in chat.lines if line.status != "running"]
    last_forgotten = max((i for i, line in enumerate(lines) if line.is_forgotten), default=-1)
    besides = _besides(page, chat)
    said = "".join(
        ("" if _was_tried_again(lines, i) else _line(line, chat, page.passage, besides))
        + (f'<p class="ov-forgotten">{exact(say("chat.forgotten"))}</p>' if i == last_forgotten else "")
        for i, line in enumerate(lines)
    )
    st.html(
        f'<div class="ov-log" role="log" aria-label="{exact(say("chat.conversation"))}" aria-live="off" '
        f'tabindex="0">{said}</div>'
    )


def _besides(page: QuestionPage, chat: Chat) -> tuple[str, ...]:
    """What a reply may quote that is not the passage."""
    asked = tuple(line.text for line in chat.lines if line.is_participant)
    return (page.question, *page.options, page.passage_title, *asked)


def _was_tried_again(lines: list[ChatLine], i: int) -> bool:
    """A reply without a word, and another attempt after it: one of them is enough to read."""
    following = lines[i + 1 : i + 2]
    return (
        lines[i].status == "failed"
        and not lines[i].text
        and any(line.speaker == lines[i].speaker for line in following)
    )


def _line(line: ChatLine, chat: Chat, passage: tuple[str, ...], besides: tuple[str, ...]) -> str:
    if line.is_participant or line.status == "failed":
        text = exact(line.text)
    else:
        text = with_marks(line.text, passage, besides)
    said = f'<div class="ov-exact">{text}</div>' if text else ""
    note = _note(line, chat)
    return _spoken(line, said + (f'<p class="ov-small">{exact(note)}</p>' if note else ""))


def _running(line: ChatLine) -> str:
    """The reply so far. That it takes long is said by the style sheet, after a while without a word."""
    waiting = '<span class="ov-waiting" aria-hidden="true"></span>'
    said = (
        f'<div class="ov-exact">{exact(line.text)}{waiting}</div>'
        if line.text
        else f'<div class="ov-small">{exact(say("chat.thinking"))} {waiting}</div>'
        f'<p class="ov-small ov-late">{exact(say("chat.takes_long"))}</p>'
    )
    return _spoken(line, said, f' data-reply="{exact(line.message_id)}" data-shown="{len(line.text)}"')


def _spoken(line: ChatLine, body: str, written: str = "") -> str:
    who, kind = (say("chat.you"), "is-mine") if line.is_participant else (_name(line.speaker), "is-theirs")
    forgotten = " is-forgotten" if line.is_forgotten else ""
    kind += " ov-writing" if written else ""
    return f'<div class="ov-line {kind}{forgotten}"{written}><span class="ov-who">{exact(who)}</span>{body}</div>'


def _name(speaker: str) -> str:
    if speaker == CRITIC:
        return say("chat.critic")
    _, _, k = speaker.partition("_")
    return say("chat.speaker", k=k) if k else say("chat.assistant")


def _named(letters: tuple[str, ...]) -> str:
    """What several contexts named, so that it is seen whether they agree."""
    if len(set(letters)) == 1 and letters[0]:
        return say("chat.named_same", letter=letters[0])
    return say("chat.named_differ", letters=", ".join(letter or say("chat.named_none") for letter in letters))


def _no_reply(trouble: str, chat: Chat) -> str:
    """Why there is none and what to do, where that can be done here: not everywhere can one write or reset."""
    advises = {Trouble.TOO_LONG: chat.has_reset, Trouble.REFUSED: chat.is_written_in}
    can_be_done = advises.get(Trouble(trouble), True)
    return say(_NO_REPLY[Trouble(trouble)] if can_be_done else "no_reply.on_your_own")


def _note(line: ChatLine, chat: Chat) -> str:
    match line.status:
        case "stopped":
            return say("chat.stopped")
        case "interrupted":
            return say("chat.interrupted")
        case "failed":
            return _no_reply(line.trouble, chat) if line.trouble else say("chat.failed")
        case _:
            return ""


# -- what can be done ------------------------------------------------------------------------------------


def _actions(n: int, chat: Chat, participant_id: str, replies: Replies) -> None:
    last = chat.lines[-1] if chat.lines else None
    status = say("chat.writing") if chat.is_writing else _heard(last, chat)
    st.html(f'<p class="ov-unseen" role="status">{exact(status)}</p>')
    if chat.is_writing:
        acting.button(say("chat.stop"), key=f"stop_{n}", act=partial(replies.stop, participant_id, n))
    elif last is not None and last.status in _BROKEN and not last.is_forgotten:
        says_what_to_do = last.status == "failed" and last.trouble
        if not says_what_to_do:
            st.html(f'<p class="ov-small ov-go-on">{exact(say("chat.go_on"))}</p>')
        if last.trouble not in LASTING:
            acting.button(
                say("chat.ask_again"), key=f"ask_again_{n}", act=partial(replies.ask_again, participant_id, n)
            )


def _heard(last: ChatLine | None, chat: Chat) -> str:
    """What a screen reader is told once: a log that is redrawn twice a second must not speak itself."""
    if last is None or last.is_participant:
        return ""
    return _note(last, chat) or say("chat.answered", text=last.text)


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
