"""What is marked in a tab, beside what the record has: saved once, taken over, never written back, never forged."""

from dataclasses import replace
from typing import Any

import pytest
import streamlit as st

from oversight_app.errors import Refusal
from oversight_app.screens.marks import Kept, Marks, fields_of, keep, marked, reconcile
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.mark import MAX_REASON_CHARACTERS
from oversight_app.study.page import QuestionPage
from tests.screens.fakes import FakeProctor, entered, mounted, open_page, question

SHARES = (0.1, 0.6, None, 0.3)


def percent(**changes: Any) -> QuestionPage:
    return question(2, confidence_scale=ConfidenceScale.PERCENT, confidence_levels=(), **changes)


def distribution(**changes: Any) -> QuestionPage:
    return question(2, confidence_scale=ConfidenceScale.DISTRIBUTION, confidence_levels=(), **changes)


# -- percentages ---------------------------------------------------------------------------------------------


def test_an_untouched_slider_stays_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(percent())
    app = open_page(monkeypatch, proctor)

    app.radio(key="answer_2").set_value(1).run()

    assert proctor.told == [("save_draft", 2, 1, None)]
    assert {"value": [None], "edit": 0}.items() <= mounted(app)["probability"].items()


def test_what_the_slider_says_is_saved_once_and_submitted(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(percent())
    app = open_page(monkeypatch, proctor)
    app.radio(key="answer_2").set_value(1).run()

    app.session_state["confidence_2"] = entered([60])
    app.run()
    app.run()
    app.button(key="submit_2").click().run()

    assert proctor.told[1:] == [("save_draft", 2, 1, 0.6), ("submit", 2, 1, 0.6)]


def test_a_percentage_of_the_record_is_shown_as_it_was_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(percent(draft_choice=1, draft_confidence=0.29))

    app = open_page(monkeypatch, proctor)

    assert mounted(app)["probability"]["value"] == [29]
    assert proctor.told == []


def test_a_slider_can_be_emptied_again(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(percent())
    app = open_page(monkeypatch, proctor)
    for edit, value in enumerate((60, None), start=1):
        app.session_state["confidence_2"] = entered([value], edit)
        app.run()

    assert proctor.told == [("save_draft", 2, None, 0.6), ("save_draft", 2, None, None)]


def test_a_distribution_is_saved_with_what_is_still_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(distribution())
    app = open_page(monkeypatch, proctor)

    app.session_state["confidence_2"] = entered([10, 60, None, 30])
    app.run()

    assert proctor.told == [("save_draft", 2, None, None, SHARES)]
    assert mounted(app)["probability"]["value"] == [10, 60, None, 30]


def test_a_distribution_of_the_record_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(distribution(draft_probabilities=SHARES))

    app = open_page(monkeypatch, proctor)
    app.button(key="submit_2").click().run()

    assert mounted(app)["probability"]["value"] == [10, 60, None, 30]
    assert proctor.told == [("submit", 2, None, None, SHARES)]


@pytest.mark.parametrize(
    "forged",
    [
        entered([101]),
        entered([-1]),
        entered([True]),
        entered([60.5]),
        entered(["60"]),
        entered([60, 40]),
        entered([]),
        entered("60"),
        entered(None),
        {"entered": {"value": [60]}},
        {"entered": {"value": [60], "edit": -1}},
        {"entered": {"value": [60], "edit": "1"}},
        {"entered": [60]},
        {},
    ],
)
def test_what_no_slider_sends_is_as_if_it_had_not_come(monkeypatch: pytest.MonkeyPatch, forged: Any) -> None:
    proctor = FakeProctor(percent(draft_choice=1, draft_confidence=0.4))
    app = open_page(monkeypatch, proctor)

    app.session_state["confidence_2"] = forged
    app.run()

    assert not app.exception
    assert proctor.told == []
    assert mounted(app)["probability"]["value"] == [40]


# -- two tabs, and a server that was away ------------------------------------------------------------------


def test_an_idle_tab_takes_over_what_another_tab_entered_and_never_writes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The browser goes on sending its old state with every run; only its number says that it is old."""
    proctor = FakeProctor(percent())
    app = open_page(monkeypatch, proctor)
    app.session_state["confidence_2"] = entered([60], edit=3)
    app.run()
    proctor.told.clear()

    proctor.current = replace(percent(), draft_confidence=0.8)
    app.run()
    app.session_state["confidence_2"] = entered([60], edit=3)
    app.run()

    assert proctor.told == []
    assert {"value": [80], "edit": 3}.items() <= mounted(app)["probability"].items()


def test_the_next_change_in_such_a_tab_is_saved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(percent(draft_confidence=0.8))
    app = open_page(monkeypatch, proctor)

    app.session_state["confidence_2"] = entered([60], edit=4)
    app.run()

    assert proctor.told == [("save_draft", 2, None, 0.6)]


def test_a_reason_is_kept_and_cut_where_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, reason="optional"))
    app = open_page(monkeypatch, proctor)

    app.session_state["reason_2"] = entered("x" * (MAX_REASON_CHARACTERS + 1))
    app.run()

    assert proctor.told == [("save_draft", 2, None, None, "x" * MAX_REASON_CHARACTERS)]


def test_a_reason_of_the_record_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, reason="required", draft_reason="Because <so>."))

    app = open_page(monkeypatch, proctor)

    assert {"value": "Because <so>.", "is_required": True}.items() <= mounted(app)["reason"].items()
    assert proctor.told == []


# -- saving ----------------------------------------------------------------------------------------------------


class CutShort(Exception):
    pass


class State(dict[str, object]):
    """Session state that ends the run at its n-th change, as Streamlit does for the next click."""

    left: int | None = None

    def __setitem__(self, key: str, value: object) -> None:
        if self.left == 0:
            raise CutShort
        self.left = None if self.left is None else self.left - 1
        super().__setitem__(key, value)


@pytest.mark.parametrize("left", [0, 1])
def test_a_click_that_cuts_the_run_of_the_one_before_short_is_saved(
    monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    """A click back to the mark before must not take that for saved already."""
    page = question(draft_choice=3)
    fields = fields_of(page)
    state = State({"answer_1": 3, fields.memory: Kept(Marks(3), (0, 0))})
    monkeypatch.setattr(st, "session_state", state)
    record = Marks(3)

    def save(marks: Marks) -> None:
        nonlocal record
        record = marks

    state["answer_1"] = 1
    state.left = left
    with pytest.raises(CutShort):
        keep(fields, save)
    state.left = None
    state["answer_1"] = 3
    reconcile(replace(page, draft_choice=record.choice), save)

    assert record == Marks(3)


def test_a_mark_that_came_too_late_is_not_sent_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def refuse(marks: Marks) -> None:
        nonlocal calls
        calls += 1
        raise Refusal("too late")

    monkeypatch.setattr(st, "session_state", State({"answer_1": 3}))
    for _ in range(3):
        reconcile(question(), refuse)

    assert calls == 1


def test_a_tab_whose_widgets_were_dropped_takes_the_record_and_does_not_empty_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page of trouble in between, and Streamlit forgets the values of widgets that were not on it."""
    page = percent(draft_choice=1, draft_confidence=0.6)
    state = State({fields_of(page).memory: Kept(Marks(1, 0.6), (0, 0))})
    monkeypatch.setattr(st, "session_state", state)
    saved: list[Marks] = []

    reconcile(page, saved.append)

    assert saved == []
    assert marked(fields_of(page)) == Marks(1, 0.6)
