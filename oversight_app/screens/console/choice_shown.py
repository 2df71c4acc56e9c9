"""One choice of a design on the page: what is asked, what it means, how it is answered, and what is suggested why."""

import re
from typing import Any

import streamlit as st

from oversight_app import watching
from oversight_app.errors import BadInput, StudyStateError
from oversight_app.preparing import Preparing
from oversight_app.screens.console import visitor
from oversight_app.screens.plain import exact
from oversight_app.study.choices import Choice, Number, Option, Value, misfits
from oversight_app.study.choices.choice import NONE

_COMMAND = re.compile(r"`([^`]+)`")
_WRONG = "_design_wrong"
"""By key, what is wrong with what stands in a field now; the answer before it still counts."""


def screen_key(choice: Choice) -> str:
    """The key of its control."""
    return f"design_{choice.key.replace('.', '_')}"


def wrong(preparing: Preparing) -> list[str]:
    """What cannot be used of what stands in the fields."""
    said: dict[str, str] = st.session_state.get(_WRONG, {})
    return [said[key] for key in preparing.answers() if key in said]


def show(choice: Choice, preparing: Preparing) -> None:
    """Draw it."""
    known = preparing.answers()
    suggestion = choice.suggested(known)
    is_suggested = known[choice.key] == suggestion
    with st.container(key=f"choice_{screen_key(choice)}"):
        st.html(
            f'<p class="oc-question">{exact(choice.question)}</p><p class="ov-small">{_prose(choice.meaning)}</p>'
        )
        _control(choice, known[choice.key])
        what = "Suggested" if is_suggested else f"Suggested would be {_said(choice, suggestion)},"
        st.html(f'<p class="oc-why">{exact(what)} because {_prose(choice.why)}.</p>')
        unfit = [misfit.sentence for misfit in misfits(known) if choice.key in misfit.keys]
        for sentence in (*unfit, *_wrong_here(choice)):
            st.html(f'<p class="ov-reminder" role="alert">{exact(sentence)}</p>')


def _prose(text: str) -> str:
    """A sentence of the choices, with the commands in it set as such."""
    return _COMMAND.sub(r"<code>\1</code>", exact(text))


def _said(choice: Choice, value: Value) -> str:
    return choice.shown(value).replace("_", " ") if choice.options else choice.shown(value)


def _wrong_here(choice: Choice) -> list[str]:
    said: dict[str, str] = st.session_state.get(_WRONG, {})
    return [said[choice.key]] if choice.key in said else []


# -- the control: it shows the answer, and hands a changed one over in the words of the terminal -----------
#
# Its labels are the choices' own words, which hold nothing that Markdown would take for its own (a test); escaped, a
# screen reader would read the escapes out.


def _control(choice: Choice, value: Value) -> None:
    match choice.allowed:
        case Number() as number:
            _number(choice, number, value)
        case tuple() as options if choice.is_many:
            _several(choice, options, value)
        case tuple() as options:
            _one(choice, options, value)
        case _:
            _stands(choice, screen_key(choice), "" if value is None else str(value))
            st.text_input(
                choice.question,
                key=screen_key(choice),
                label_visibility="collapsed",
                placeholder=NONE,
                on_change=_changed,
                args=(choice,),
            )


def _one(choice: Choice, options: tuple[Option, ...], value: Value) -> None:
    means = {option.word: option.meaning for option in options}
    _stands(choice, screen_key(choice), choice.shown(value))
    st.radio(
        choice.question,
        list(means),
        key=screen_key(choice),
        format_func=lambda word: word.replace("_", " "),
        captions=[meaning if meaning != word else "" for word, meaning in means.items()],
        label_visibility="collapsed",
        on_change=_changed,
        args=(choice,),
    )


def _several(choice: Choice, options: tuple[Option, ...], value: Value) -> None:
    chosen = value if isinstance(value, tuple) else ()
    with st.container(key=screen_key(choice)):
        for option in options:
            key = f"{screen_key(choice)}_{option.word}"
            _stands(choice, key, option.stored in chosen)
            st.checkbox(
                f"{option.word.replace('_', ' ')}: {option.meaning}",
                key=key,
                on_change=_changed,
                args=(choice,),
            )


def _number(choice: Choice, number: Number, value: Value) -> None:
    kind = int if number.is_whole else float
    _stands(choice, screen_key(choice), kind(value) if isinstance(value, int | float) else None)
    look: dict[str, Any] = {"step": 1} if number.is_whole else {"step": 0.05, "format": "%g"}
    st.number_input(
        choice.question,
        min_value=kind(number.least),
        max_value=kind(number.most),
        # A field that stands on nothing at first has a cross to empty it again.
        value=None if number.may_be_none else "min",
        key=screen_key(choice),
        label_visibility="collapsed",
        placeholder=NONE if number.may_be_none else number.described,
        on_change=_changed,
        args=(choice,),
        width=200,
        **look,
    )


def _stands(choice: Choice, key: str, shown: object) -> None:
    """Put the answer into the control, unless something stands there that has still to be mended.

    Only where it differs: what is put in anew takes away what somebody is typing just then.
    """
    if key in st.session_state and (_wrong_here(choice) or st.session_state[key] == shown):
        return
    st.session_state[key] = shown


def _changed(choice: Choice) -> None:
    if visitor.session() is None:
        return  # the page that is drawn next says so
    said: dict[str, str] = st.session_state.setdefault(_WRONG, {})
    said.pop(choice.key, None)
    try:
        watching.preparing().answer(choice, _typed(choice))
    except BadInput as error:
        said[choice.key] = str(error)
    except StudyStateError:
        return  # somebody has frozen the plan meanwhile, and the page that is drawn next shows it


def _typed(choice: Choice) -> str:
    """What stands in the control, as somebody at a terminal would type it."""
    key = screen_key(choice)
    if choice.is_many:
        words = [o.word for o in choice.options if st.session_state.get(f"{key}_{o.word}")]
        return ", ".join(words) or NONE
    value = st.session_state[key]
    return "" if value is None else str(value)
