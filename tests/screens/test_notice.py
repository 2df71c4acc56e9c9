"""A line from the researchers on a participant's page."""

import pytest

from oversight_app.study.page import RestPage
from oversight_app.study.sitting import Sitting
from tests.screens.fakes import FakeProctor, open_page, texts

PAGE = RestPage("", True, False, "human_alone", "mmlu", 4, 0, 8, 180.0)
NASTY = "<script>alert(1)</script> & **bold**"


def test_the_line_stands_on_the_page_as_text_until_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(PAGE, sitting=lambda who: Sitting(who, told=NASTY))

    app = open_page(monkeypatch, proctor)

    assert "A message from the researchers" in texts(app)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; **bold**" in texts(app)
    assert "<script" not in texts(app)
    app.button(key="notice_read").click().run()
    assert "A message from the researchers" not in texts(app)


def test_another_line_is_shown_after_the_one_that_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(PAGE, sitting=lambda who: Sitting(who, told="First."))
    app = open_page(monkeypatch, proctor)
    app.button(key="notice_read").click().run()

    proctor.sitting = lambda who: Sitting(who, told="Second.")

    assert "Second." in texts(app.run())


def test_nothing_is_said_where_nothing_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(PAGE))

    assert [button.key for button in app.button if button.key == "notice_read"] == []
