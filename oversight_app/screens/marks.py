"""What is marked in this tab, and how it gets along with the record.

A draft is saved when a mark changes, and compared again in every run, because a change made while the server was away
arrives without its event. What this tab last saved or took from the record is remembered: a tab that changed nothing
takes over what another tab marked, and never writes its old mark back. Whatever comes from a browser may be forged, and
is then as if it had not come.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

import streamlit as st

from oversight_app.errors import Refusal
from oversight_app.screens.entry import edit_of, entry
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.mark import MAX_REASON_CHARACTERS
from oversight_app.study.page import QuestionPage
from oversight_app.study.questions import LETTERS

_MOST_PERCENT = 100
_ENTERED = (ConfidenceScale.PERCENT, ConfidenceScale.DISTRIBUTION)


@dataclass(frozen=True, slots=True)
class Marks:
    """An answer as it is marked on the page: options count from the top, percentages are probabilities."""

    choice: int | None = None
    confidence: float | None = None
    probabilities: tuple[float | None, ...] = ()
    """Four, None where nothing was entered; empty while untouched and on other scales."""
    reason: str = ""


NOTHING = Marks()
Save: TypeAlias = Callable[[Marks], None]


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys of the widgets in which one answer is marked, and the scale of its confidence."""

    answer: str
    confidence: str
    reason: str
    scale: ConfidenceScale

    @property
    def memory(self) -> str:
        """Where this tab remembers what it last saved."""
        return f"_kept_{self.answer}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What this tab last saved or took over, and the numbers of the entries that are dealt with by it."""

    marks: Marks
    edits: tuple[int, int]
    is_settled: bool = True
    """False while saving: the next click may end this run at any moment, and then nobody knows."""
    has_arrived: bool = True
    """False as long as nobody knows what this tab brings along."""


def fields_of(page: QuestionPage) -> Fields:
    """The widgets of the answer that the page asks for now, the first one or the final one."""
    kind = "initial_" if page.awaits_initial else ""
    return Fields(
        f"{kind}answer_{page.n}", f"{kind}confidence_{page.n}", f"reason_{page.n}", page.confidence_scale
    )


def in_record(page: QuestionPage) -> Marks:
    """The draft that the record has."""
    return Marks(page.draft_choice, page.draft_confidence, page.draft_probabilities, page.draft_reason)


def marked(fields: Fields) -> Marks:
    """What is marked in this tab; in place of a forged value stands the one before it."""
    kept = _kept(fields) or Kept(NOTHING, (0, 0))
    before = kept.marks
    choice = _choice(fields)
    said = Marks(
        before.choice if choice is None else choice, before.confidence, before.probabilities, before.reason
    )
    if fields.scale is ConfidenceScale.FIVE_POINTS:
        level = _level(fields)
        said = replace(said, confidence=before.confidence if level is None else level)
    elif fields.scale in _ENTERED:
        said = _with_percents(said, fields, kept.edits[0])
    reason = entry(fields.reason)
    if reason is not None and reason.edit != kept.edits[1] and isinstance(reason.value, str):
        said = replace(said, reason=reason.value[:MAX_REASON_CHARACTERS])
    return said


def reconcile(page: QuestionPage, save: Save) -> None:
    """Before the widgets are drawn: save what the record does not have yet, take over what this tab does not."""
    fields = fields_of(page)
    if fields.answer not in st.session_state:
        # A new session, or another page stood in between and Streamlit has dropped the widgets.
        st.session_state[fields.memory] = Kept(in_record(page), (0, 0), has_arrived=False)
        return
    _drop_forged(fields)
    here, record, kept = marked(fields), in_record(page), _kept(fields)
    is_news = here != NOTHING if kept is None else here != kept.marks or not kept.is_settled
    if is_news and here != record:
        keep(fields, save)
    now = here if is_news else record
    _remember(fields, now)
    for radio, value in _radios(fields, now):
        if st.session_state.get(radio) != value:
            st.session_state[radio] = value


def arrive(page: QuestionPage, save: Save) -> None:
    """After the widgets are drawn for the first time: save what this tab has brought along, show what it has not.

    A tab whose session is gone, because the server was started anew or the laptop slept, still has its marks, even
    those of the last moment; but what a widget brings is only known when it is drawn.
    """
    fields, record = fields_of(page), in_record(page)
    kept = _kept(fields)
    if kept is None or kept.has_arrived:
        return
    here = marked(fields)
    if here != record:
        with suppress(Refusal):
            save(here)
    _remember(fields, here)
    if any(st.session_state.get(radio) != value for radio, value in _radios(fields, here)):
        st.rerun()


def keep(fields: Fields, save: Save) -> None:
    """Save what is marked, unless it is saved."""
    _drop_forged(fields)
    marks, kept = marked(fields), _kept(fields)
    if kept is not None and kept.is_settled and kept.marks == marks:
        return
    # Unsettled first: the next click may end this run wherever session state is touched, also right after saving, and
    # a click back to what is remembered would then look saved.
    if kept is not None:
        st.session_state[fields.memory] = replace(kept, is_settled=False)
    try:
        save(marks)
    except Refusal:
        return  # too late, or forged: this run shows what is true
    _remember(fields, marks)


def _radios(fields: Fields, marks: Marks) -> list[tuple[str, float | None]]:
    """The radio buttons of an answer, and what stands in them when it is marked; nothing, where a mark was refused."""
    radios: list[tuple[str, float | None]] = [(fields.answer, marks.choice)]
    if fields.scale is ConfidenceScale.FIVE_POINTS:
        radios.append((fields.confidence, marks.confidence))
    return radios


def _remember(fields: Fields, marks: Marks) -> None:
    st.session_state[fields.memory] = Kept(marks, (edit_of(fields.confidence), edit_of(fields.reason)))


def _kept(fields: Fields) -> Kept | None:
    kept: object = st.session_state.get(fields.memory)
    return kept if isinstance(kept, Kept) else None


# -- reading what the browser sent -----------------------------------------------------------------------


def _choice(fields: Fields) -> int | None:
    value: object = st.session_state.get(fields.answer)
    return value if type(value) is int and 0 <= value < len(LETTERS) else None


def _level(fields: Fields) -> float | None:
    value: object = st.session_state.get(fields.confidence)
    return value if type(value) is float and 0 <= value <= 1 else None


def _with_percents(said: Marks, fields: Fields, dealt_with: int) -> Marks:
    sent = entry(fields.confidence)
    if sent is None or sent.edit == dealt_with:
        return said
    n_rows = len(LETTERS) if fields.scale is ConfidenceScale.DISTRIBUTION else 1
    percents = percents_in(sent.value, n_rows)
    if percents is None:
        return said
    shares = tuple(None if percent is None else percent / 100 for percent in percents)
    if fields.scale is ConfidenceScale.PERCENT:
        return replace(said, confidence=shares[0])
    return replace(said, probabilities=shares if any(share is not None for share in shares) else ())


def percents_in(value: object, n_rows: int) -> tuple[int | None, ...] | None:
    """So many whole percentages, None where nothing was entered; None for anything else than a list of them."""
    if not isinstance(value, list) or len(value) != n_rows:
        return None
    if not all(p is None or (type(p) is int and 0 <= p <= _MOST_PERCENT) for p in value):
        return None
    return tuple(value)


def _drop_forged(fields: Fields) -> None:
    """A value that no radio button of the page can have is as if it had not come; the mark before it stands."""
    kept = _kept(fields)
    before = kept.marks if kept else NOTHING
    radios: list[tuple[str, float | None, float | None]] = [(fields.answer, _choice(fields), before.choice)]
    if fields.scale is ConfidenceScale.FIVE_POINTS:
        radios.append((fields.confidence, _level(fields), before.confidence))
    for key, value, last in radios:
        if value is None and st.session_state.get(key) is not None:
            del st.session_state[key]
            if last is not None:
                st.session_state[key] = last
