"""What a participant is told who has the study open twice; which tab is which, a browser test has to show."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from oversight_app import running
from oversight_app.clock import SystemClock
from oversight_app.presence import Tab
from oversight_app.study.sitting import Stage
from tests.screens.fakes import PERSON, FakeProctor, open_page, question, texts

AGO = timedelta(seconds=60)


def report(app: AppTest, tab_id: Any, since: Any) -> AppTest:
    """The browser says which tab this is."""
    app.session_state["tab"] = {"reported": {"id": tab_id, "since": since}}
    return app.run()


def ms(before: timedelta = timedelta()) -> int:
    """A moment before now, as the browser says it."""
    return int((SystemClock().now() - before).timestamp() * 1000)


def elsewhere(before: timedelta = timedelta()) -> None:
    """Another tab of the same participant is at work, opened so long ago."""
    now = SystemClock().now()
    running.presence().hear(PERSON, Tab("other", now - before), now)


def is_told(app: AppTest) -> bool:
    return "You are going on in another tab or on another device" in texts(app)


def test_a_tab_that_was_taken_over_says_so_and_asks_nothing_of_the_study(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(question())
    proctor.sitting = lambda participant_id: SimpleNamespace(
        has_open_trial=False, told="", stage=Stage.SURVEY
    )
    app = open_page(monkeypatch, proctor)
    elsewhere()

    report(app, "this", ms(AGO))

    assert is_told(app)
    assert [button.key for button in app.button] == ["go_on_here"]


def test_going_on_here_brings_the_page_back_and_says_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question())
    proctor.sitting = lambda participant_id: SimpleNamespace(
        has_open_trial=False, told="", stage=Stage.SURVEY
    )
    app = open_page(monkeypatch, proctor)
    elsewhere()
    report(app, "this", ms(AGO))

    app.button(key="go_on_here").click().run()

    assert "Which planet has the shortest year?" in texts(app)
    assert "You are going on here now" not in texts(app)
    assert not is_told(app.run())


def test_the_second_tab_is_told_until_it_says_that_it_has_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question()))
    elsewhere(AGO)

    report(app, "this", ms())
    assert "You are going on here now" in texts(app)

    app.button(key="took_over_seen").click().run()
    assert "You are going on here now" not in texts(app)
    assert "You are going on here now" not in texts(app.run())


def test_one_tab_alone_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question()))

    report(app, "this", ms())

    assert not is_told(app)
    assert "You are going on here now" not in texts(app)


@pytest.mark.parametrize(
    ("tab_id", "since"), [("x" * 61, 1), ("", 1), (3, 1), ("x", "1"), ("x", None), ("x", True)]
)
def test_a_forged_report_is_as_if_none_had_come(
    monkeypatch: pytest.MonkeyPatch, tab_id: Any, since: Any
) -> None:
    app = open_page(monkeypatch, FakeProctor(question()))
    elsewhere()

    report(app, tab_id, since)

    assert not app.exception
    assert not is_told(app)


def test_a_question_stays_for_the_click_that_may_be_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page notes of a click may come a moment before the click: the button has to be there for it."""
    proctor = FakeProctor(question(4))
    trial = SimpleNamespace(plan=SimpleNamespace(n=4))
    proctor.sitting = lambda participant_id: SimpleNamespace(
        has_open_trial=True, trial=trial, told="", stage=Stage.TRIAL
    )
    app = open_page(monkeypatch, proctor)
    app.radio(key="answer_4").set_value(2).run()
    elsewhere()

    report(app, "this", ms(AGO))
    assert not is_told(app)
    app.button(key="submit_4").click().run()

    assert proctor.told[-1][:3] == ("submit", 4, 2)
    assert is_told(app)
