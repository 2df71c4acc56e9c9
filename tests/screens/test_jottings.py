from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from oversight_app import running
from oversight_app.study.page import ComprehensionPage, EndPage, SurveyPage
from oversight_app.study.sitting import Stage
from oversight_app.study.survey import SurveyItem
from tests.screens.fakes import PERSON, SCRIPT, FakeProctor, open_page
from tests.screens.test_taken_over import AGO, elsewhere, is_told, ms, report

ITEMS = (
    SurveyItem(key="hard", kind="likert", text="How hard?", labels=("Not", "So-so", "Very")),
    SurveyItem(key="age", kind="number", text="How old are you?"),
    SurveyItem(key="remarks", kind="text", text="What else?"),
)


def reloaded() -> AppTest:
    """The page in a session of its own, as after a reload or on another device."""
    app = AppTest.from_file(str(SCRIPT), default_timeout=20).run()
    assert not app.exception
    return app


def test_what_was_marked_and_written_is_there_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(SurveyPage(ITEMS)))
    app.radio(key="survey_hard").set_value(2)
    app.number_input(key="survey_age").set_value(37)
    app.text_area(key="survey_remarks").set_value("It took long.").run()

    again = reloaded()

    assert again.radio(key="survey_hard").value == 2
    assert again.number_input(key="survey_age").value == 37
    assert again.text_area(key="survey_remarks").value == "It took long."
    assert again.radio(key="survey_help_web_search").value is None


def test_what_was_changed_since_is_not_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(SurveyPage(ITEMS)))
    app.text_area(key="survey_remarks").set_value("It took long.").run()

    app.text_area(key="survey_remarks").set_value("").run()

    assert app.text_area(key="survey_remarks").value == ""
    assert reloaded().text_area(key="survey_remarks").value == ""


def test_it_is_there_when_one_goes_on_in_a_tab_that_was_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(SurveyPage(ITEMS))
    proctor.sitting = lambda participant_id: SimpleNamespace(
        has_open_trial=False, told="", stage=Stage.SURVEY
    )
    app = open_page(monkeypatch, proctor)
    app.text_area(key="survey_remarks").set_value("It took long.").run()
    elsewhere()
    assert is_told(report(app, "this", ms(AGO)))

    app.button(key="go_on_here").click().run()

    assert app.text_area(key="survey_remarks").value == "It took long."


def test_nobody_finds_what_somebody_else_has_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    page = ComprehensionPage((("Is it timed?", ("Yes", "No")),), 1, 3)
    app = open_page(monkeypatch, FakeProctor(page))
    app.radio(key="comprehension_1").set_value(1).run()
    monkeypatch.setattr(FakeProctor, "participant_of", lambda self, token: "somebody")
    monkeypatch.setattr(FakeProctor, "page", lambda self, participant_id: self.current)

    assert reloaded().radio(key="comprehension_1").value is None


def test_at_the_end_nothing_of_it_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(SurveyPage(ITEMS), on={"answer_survey": lambda said: EndPage("completed", "", "")})
    app = open_page(monkeypatch, proctor)
    app.text_area(key="survey_remarks").set_value("It took long.").run()
    assert running.jottings(PERSON)

    app.button(key="continue").click().run()

    assert running.jottings(PERSON) == {}
