"""The assistant's pane: what was said, exactly, and a field to write in.

Replies are written by `replies` outside the page's runs. While some are being written, the browser asks for what is new
of them twice a second, at an address beside the page (`routes`), and puts it behind what stands there; everything else
of the pane, buttons and quotations included, stays as it is under one's finger. A run of the page would cost ten times
as much, and those who read along are many. Quotations are compared with the passage once the replies are whole. Answers
of several contexts to one question stand side by side, with the line that says whether they agree beneath them.
"""

from collections.abc import Sequence
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
            speaking = _speaking(chat)
            _log(page, chat, chat.lines[: len(chat.lines) - len(speaking)])
            if speaking:
                _follow(speaking, chat)
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
        # The pane has the room for columns before there is anything to set in them: nothing moves when answers come.
        wide = " ov-wide" if chat.n_beside > 1 else ""
        st.html(f'<h2 class="ov-pane-name{wide}">{exact(say("chat.heading"))}</h2>')
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


def _speaking(chat: Chat) -> tuple[ChatLine, ...]:
    """The lines that are being written, with what is drawn together with them; the last ones of the chat."""
    i = next((i for i, line in enumerate(chat.lines) if line.status == "running"), len(chat.lines))
    while 0 < i < len(chat.lines) and chat.n_beside > 1 and not chat.lines[i - 1].is_participant:
        i -= 1
    return chat.lines[i:]


def _follow(lines: Sequence[ChatLine], chat: Chat) -> None:
    drawn = [
        _running(line) if line.status == "running" else _line(line, chat, exact(line.text))
        for i, line in enumerate(lines)
        if not _was_tried_again(lines, i)
    ]
    st.html(f'<div class="ov-log">{_beside(drawn, chat)}</div>')
    running = [line.message_id for line in lines if line.status == "running"]
    # The run that follows draws what is now the case, and ends the asking, or follows the next speech.
    assets.writing(key="writing", data={"replies": running}, on_over_change=lambda: None)


def _log(page: QuestionPage, chat: Chat, lines: tuple[ChatLine, ...]) -> None:
    """Everything that is not being written just now."""
    if not chat.lines:
        awaited = "chat.begins" if chat.is_due or chat.is_writing else "chat.empty"
        st.html(f'<p class="ov-empty">{exact(say(awaited))}</p>')
        return
    last_forgotten = max((i for i, line in enumerate(lines) if line.is_forgotten), default=-1)
    besides = _besides(page, chat)
    said: list[str] = []
    answers: list[str] = []
    asked = ""
    for i, line in enumerate(lines):
        if line.is_participant:
            said += [_answers(answers, chat, asked), _line(line, chat, exact(line.text))]
            answers, asked = [], line.message_id
        elif not _was_tried_again(lines, i):
            is_whole = line.status != "failed"
            text = with_marks(line.text, page.passage, besides) if is_whole else exact(line.text)
            answers.append(_line(line, chat, text))
        if i == last_forgotten:
            said += [
                _answers(answers, chat, asked),
                f'<p class="ov-forgotten">{exact(say("chat.forgotten"))}</p>',
            ]
            answers = []
    said.append(_answers(answers, chat, asked))
    st.html(
        f'<div class="ov-log" role="log" aria-label="{exact(say("chat.conversation"))}" aria-live="off" '
        f'tabindex="0">{"".join(said)}</div>'
    )


def _answers(drawn: list[str], chat: Chat, asked: str) -> str:
    """What was answered to one question, and beneath it whether several contexts agree."""
    named = chat.named_by.get(asked, ())
    said = f'<p class="ov-small ov-named">{exact(_named(named))}</p>' if named else ""
    return _beside(drawn, chat) + said


def _beside(drawn: list[str], chat: Chat) -> str:
    """Lines side by side where the protocol has it so, and where there is room; else under one another."""
    if chat.n_beside == 1 or not drawn:
        return "".join(drawn)
    return f'<div class="ov-columns">{"".join(drawn)}</div>'


def _besides(page: QuestionPage, chat: Chat) -> tuple[str, ...]:
    """What a reply may quote that is not the passage."""
    asked = tuple(line.text for line in chat.lines if line.is_participant)
    return (page.question, *page.options, page.passage_title, *asked)


def _was_tried_again(lines: Sequence[ChatLine], i: int) -> bool:
    """A reply without a word, and another attempt after it: one of them is enough to read."""
    following = lines[i + 1 : i + 2]
    return (
        lines[i].status == "failed"
        and not lines[i].text
        and any(line.speaker == lines[i].speaker for line in following)
    )


def _line(line: ChatLine, chat: Chat, text: str) -> str:
    """A line that has ended; `text` is its words as HTML."""
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
    status = say("chat.writing") if chat.is_writing else _heard(chat)
    st.html(f'<p class="ov-unseen" role="status">{exact(status)}</p>')
    if chat.is_writing:
        acting.button(say("chat.stop"), key=f"stop_{n}", act=partial(replies.stop, participant_id, n))
        return
    broken = [line for line in chat.lines if line.message_id in chat.broken]
    if any(line.status != "failed" or not line.trouble for line in broken):
        st.html(f'<p class="ov-small ov-go-on">{exact(say("chat.go_on"))}</p>')
    if any(line.trouble not in LASTING for line in broken):
        acting.button(
            say("chat.ask_again"), key=f"ask_again_{n}", act=partial(replies.ask_again, participant_id, n)
        )


def _heard(chat: Chat) -> str:
    """What a screen reader is told once: a log that is redrawn twice a second must not speak itself."""
    last: dict[str, ChatLine] = {}
    for line in chat.lines:
        last = {} if line.is_participant else last | {line.speaker: line}
    if len(last) == 1:
        (line,) = last.values()
        return _note(line, chat) or say("chat.answered", text=line.text)
    said = [f"{_name(line.speaker)}: {_note(line, chat) or line.text}" for line in last.values()]
    if chat.named:
        said.append(_named(chat.named))
    return say("chat.answered", text=" ".join(said)) if said else ""


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
