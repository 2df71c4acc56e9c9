"""The reading phase: the passage alone, its clock, and the way to the question."""

import pytest

from oversight_app.study.page import ReadingPage
from tests.screens.fakes import FakeProctor, mounted, open_page, question, texts

READING = ReadingPage(
    n=2,
    n_of_part=2,
    n_in_part=12,
    is_practice=False,
    passage_title="A <title>",
    passage=("It was *night*.", "  Then $5 came."),
    remaining_ms=45_000,
    total_ms=60_000,
)


def test_the_passage_stands_alone_with_its_search_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(READING))

    assert "<p>  Then $5 came.</p>" in texts(app)
    assert "A &lt;title&gt;" in texts(app)
    assert {"n": -2, "remaining_ms": 45_000, "total_ms": 60_000}.items() <= mounted(app)["timer"].items()
    assert "search" in mounted(app)
    assert "answer_2" not in app.session_state


def test_the_question_comes_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(READING, on={"read_passage": lambda n: question(n)})
    app = open_page(monkeypatch, proctor)

    app.button(key="next").click().run()

    assert proctor.told == [("read_passage", 2)]
    assert app.radio(key="answer_2").value is None
