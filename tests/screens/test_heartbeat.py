"""Leaving; that a page's pulse notices what has changed is shown by the browser tests."""

import pytest
from streamlit.testing.v1 import AppTest

from oversight_app.study.page import BeginPage, ComprehensionPage, DebriefPage, InstructionsPage, SurveyPage
from tests.screens.fakes import FakeProctor, open_page, question

PAGES = (
    InstructionsPage("A study", ("# Rules",)),
    ComprehensionPage((("Is it timed?", ("Yes", "No")),), 1, 3),
    BeginPage(2, 1),
    question(),
    SurveyPage(()),
    DebriefPage("Thanks"),
)


def asked_to_leave(monkeypatch: pytest.MonkeyPatch, proctor: FakeProctor) -> AppTest:
    """The page, with the little window open that asks whether one really wants to."""
    app = open_page(monkeypatch, proctor)
    app.session_state["leave"] = True
    return app.run()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: type(page).__name__)
def test_leaving_is_possible_without_saying_anything(monkeypatch: pytest.MonkeyPatch, page: object) -> None:
    proctor = FakeProctor(page)  # type: ignore[arg-type]
    app = asked_to_leave(monkeypatch, proctor)
    assert app.radio(key="leave_data").value is None

    app.button(key="withdraw").click().run()

    assert proctor.told == [("withdraw", None)]


@pytest.mark.parametrize(("marked", "keeps_data"), [(0, True), (1, False)])
def test_who_leaves_may_say_whether_the_answers_so_far_may_be_used(
    monkeypatch: pytest.MonkeyPatch, marked: int, keeps_data: bool
) -> None:
    proctor = FakeProctor(question())
    app = asked_to_leave(monkeypatch, proctor)

    app.radio(key="leave_data").set_value(marked).run()
    assert proctor.told == []
    app.button(key="withdraw").click().run()

    assert proctor.told == [("withdraw", keeps_data)]
