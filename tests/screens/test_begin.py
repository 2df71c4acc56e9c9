import pytest

from oversight_app.errors import Reminder
from oversight_app.study.page import BeginPage, Page
from tests.screens.fakes import FakeProctor, open_page, texts


def test_it_says_how_many_questions_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(BeginPage(24, 41))
    app = open_page(monkeypatch, proctor)
    assert "24 questions" in texts(app)
    assert "41 minutes" in texts(app)
    assert not app.checkbox

    app.button(key="begin").click().run()

    assert proctor.told == [("begin", False)]


def test_a_pledge_is_the_studys_own_text_with_a_tick_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(BeginPage(24, 41, "I will **not search the web**."))
    app = open_page(monkeypatch, proctor)
    assert "<strong>not search the web</strong>" in texts(app)
    assert app.checkbox(key="pledge").value is False

    app.checkbox(key="pledge").check()
    app.button(key="begin").click().run()

    assert proctor.told == [("begin", True)]


def test_beginning_without_the_tick_reminds_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pledged: bool) -> Page | None:
        raise Reminder("give_pledge")

    app = open_page(monkeypatch, FakeProctor(BeginPage(24, 41, "I will."), on={"begin": refuse}))

    app.button(key="begin").click().run()

    assert 'role="alert">Please tick the promise before you begin.' in texts(app)
