"""What is still to do before a study can run: questions, texts, a look for trouble, and the plan to freeze."""

from functools import partial

import streamlit as st

from oversight_app import watching
from oversight_app.banks import KINDS
from oversight_app.errors import BadInput, OversightError
from oversight_app.gate import Session
from oversight_app.preflight import Findings
from oversight_app.preparing import Preparing, Text
from oversight_app.screens.console import doing
from oversight_app.screens.console.choosing import AGAIN
from oversight_app.screens.console.table import file_shown, heading
from oversight_app.screens.plain import exact, label

_FOUND = "_prepare_found"
_BROUGHT = "_prepare_brought"
_UNSAVED = "_prepare_unsaved"
_FILES = tuple(kind for kind in KINDS if kind != "builtin")


def show(session: Session) -> None:
    """The steps in their order, each with where it stands."""
    preparing = watching.preparing()
    try:
        texts, unreadable = preparing.texts(), ""
    except BadInput as error:
        texts, unreadable = [], str(error)
    found = _findings(preparing)
    st.html(
        heading("Prepare the study")
        + '<p class="oc-counted oc-hidden">The study is made and nobody can take part yet. Go through these steps; the '
        "last one freezes the plan, and then people can be invited.</p>"
    )
    doing.said("design_make")
    with st.container(key="oc_steps"):
        _design(preparing)
        _questions(preparing, session)
        _texts(texts, unreadable, session)
        _check(found)
        _freeze(found, texts, session)


def _step(n: int, title: str, state: str, *, is_done: bool) -> None:
    kind = "is-good" if is_done else "is-open"
    st.html(
        f'<h3 class="oc-step"><span class="oc-nth">{n}</span> {exact(title)} '
        f'<span class="oc-mark {kind}">{exact(state)}</span></h3>'
    )


def _design(preparing: Preparing) -> None:
    with st.container(key="step_design"):
        _step(1, "The design", "made", is_done=True)
        file = preparing.folder.design_file
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            text = ""  # the step that looks for trouble says what is wrong with it
        can_again = preparing.can_choose_again
        edit = f"edit {exact(str(file))} in an editor; every key has a line that says what it is for"
        st.html(
            '<p class="ov-small">'
            + (f"Change what you chose, or {edit}" if can_again else f"To change it, {edit}")
            + ". Then look again below.</p>"
            + file_shown(file.name, text)
        )
        if can_again:
            doing.button("Choose again", key="design_again", act=_choose_again)
        doing.said("design_again")


def _choose_again() -> None:
    watching.preparing().choose_again()
    _look_again()
    st.query_params.from_dict({"view": "design", AGAIN: "yes"})


# -- questions -----------------------------------------------------------------------------------------


def _questions(preparing: Preparing, session: Session) -> None:
    counts = preparing.n_questions()
    has_some = bool(counts)
    state = ", ".join(f"{n:,} {task}" for task, n in counts.items()) or "none yet"
    with st.container(key="step_questions"):
        _step(2, "The questions", state, is_done=has_some)
        st.html(
            '<p class="ov-small">The built-in questions are good for trying a study out, and few. For a real one bring '
            "in MMLU, QuALITY, or a table of your own, from files on this machine.</p>"
        )
        doing.button(
            "Bring in the built-in questions",
            key="bank_builtin",
            act=partial(_bring_in, "builtin", session.by),
            type="secondary" if has_some else "primary",
        )
        with st.container(key="oc_bank", horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Kind of files", _FILES, key="bank_kind", width=180)
            st.text_input(
                "File or folder on this machine", key="bank_source", placeholder="/data/mmlu/data", width=420
            )
            doing.button("Bring in", key="bank_import", act=partial(_bring_in, "", session.by))
        for key in ("bank_builtin", "bank_import"):
            doing.said(key)
        if brought := st.session_state.pop(_BROUGHT, ""):
            st.html(f'<p class="ov-small ov-exact" role="status">{exact(brought)}</p>')


def _bring_in(kind: str, by: str) -> None:
    source = "" if kind else str(st.session_state.get("bank_source", ""))
    summary = watching.preparing().bring_in(kind or str(st.session_state["bank_kind"]), source, by)
    st.session_state[_BROUGHT] = summary.describe()
    _look_again()


# -- texts ---------------------------------------------------------------------------------------------


def _texts(texts: list[Text], unreadable: str, session: Session) -> None:
    n_open = sum(text.is_open for text in texts)
    state = f"{n_open} to complete" if n_open else "complete" if texts else "missing"
    with st.container(key="step_texts"):
        _step(3, "What participants read", state, is_done=bool(texts) and not n_open)
        if not texts:
            said = unreadable or "There is no text in the study's folder texts/."
            st.html(f'<p class="ov-reminder" role="alert">{exact(said)}</p>')
            return
        st.html(
            '<p class="ov-small">Places to fill in are marked [FILL IN: ...]. '
            + (
                f"They are in {exact(', '.join(f'texts/{t.name}.md' for t in texts if t.is_open))}."
                if n_open
                else ""
            )
            + "</p>"
        )
        by_name = {text.name: text for text in texts}
        name = st.selectbox(
            "Text",
            list(by_name),
            key="text_name",
            format_func=lambda name: f"{name}{', to complete' if by_name[name].is_open else ''}",
            width=420,
        )
        key, unsaved = f"text_body_{name}", _unsaved()
        stands = by_name[name].body
        before, body = unsaved.get(name, (stands, stands))
        if body == stands:
            unsaved.pop(name, None)
        if st.session_state.get(key) != body:
            st.session_state[key] = body
        st.text_area(
            label(f"texts/{name}.md"), key=key, height=360, on_change=_typed, args=(name, key, before)
        )
        if name in unsaved:
            st.html('<p class="ov-small" role="status">Not saved yet.</p>')
        doing.button(
            "Save the text",
            key="text_save",
            act=partial(_write, name, key, before, session.by),
            done=f"texts/{name}.md is saved.",
        )
        doing.said("text_save")


def _unsaved() -> dict[str, tuple[str, str]]:
    """What was typed and not saved, by the text's name: what stood there before, and what shall stand there."""
    kept: dict[str, tuple[str, str]] = st.session_state.setdefault(_UNSAVED, {})
    return kept


def _typed(name: str, key: str, before: str) -> None:
    _unsaved()[name] = (before, str(st.session_state[key]))


def _write(name: str, key: str, before: str, by: str) -> None:
    watching.preparing().write_text(name, str(st.session_state[key]), before=before, by=by)
    _unsaved().pop(name, None)
    _look_again()


# -- looking for trouble, and the plan --------------------------------------------------------------------


def _findings(preparing: Preparing) -> Findings:
    if (found := st.session_state.get(_FOUND)) is None:
        try:
            found = preparing.findings()
        except OversightError as error:
            found = Findings(obstacles=[str(error)])
        st.session_state[_FOUND] = found
    return found


def _look_again() -> None:
    st.session_state.pop(_FOUND, None)


def _check(found: Findings) -> None:
    n, m = len(found.obstacles), len(found.warnings)
    state = f"{n} in the way" if n else f"{m} to think about" if m else "nothing found"
    with st.container(key="step_check"):
        _step(4, "What would go wrong", state, is_done=not n)
        st.html(
            _listed("In the way", found.obstacles, "is-bad")
            + _listed("To think about", found.warnings, "")
            + _listed("What the study will be", found.facts, "is-soft")
        )
        st.button("Look again", key="check_again", on_click=_look_again)
        st.html(
            '<p class="ov-small">No model was asked; <code>oversight check</code> also sends each one a short '
            "request.</p>"
        )


def _listed(title: str, lines: list[str], kind: str) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{exact(line)}</li>" for line in lines)
    return f'<div class="oc-found {kind}"><h4>{exact(title)}</h4><ul>{items}</ul></div>'


def _freeze(found: Findings, texts: list[Text], session: Session) -> None:
    can = found.plan is not None
    with st.container(key="step_freeze"):
        _step(5, "The plan", "ready to freeze" if can else "not yet", is_done=can)
        st.html(
            '<p class="ov-small">Freezing draws the questions and copies design, questions, texts and prompts into the '
            "record, with a hash. "
            + ("" if can else "It can be done once what stands in the way above is mended.")
            + "</p>"
        )
        left = [
            f"Participants would read [FILL IN ...] in texts/{text.name}.md."
            for text in texts
            if text.is_open
        ]
        if n := len(found.obstacles):
            left.append(
                f"{n} {'thing stands' if n == 1 else 'things stand'} in the way of the study, see above."
            )
        left += [f"What you wrote in texts/{name}.md is not saved." for name in _unsaved()]
        with st.popover("Freeze the plan", key="plan_freeze_ask", disabled=not can):
            st.html(
                "<p>The plan cannot be changed afterwards: no choice, no question and no text. For another one you "
                "would make another study.</p>"
                + "".join(f'<p class="ov-reminder">{exact(line)}</p>' for line in left)
            )
            doing.button(
                "Freeze it for good",
                key="plan_freeze",
                act=partial(_freeze_now, session.by),
                type="primary",
                disabled=not can,
            )
        doing.said("plan_freeze")


def _freeze_now(by: str) -> None:
    # Who has frozen a plan wants to see that, and not an empty table; so does who came too late.
    st.query_params["view"] = "design"
    _look_again()
    watching.preparing().freeze(by)
