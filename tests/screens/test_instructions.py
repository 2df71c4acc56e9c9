import re

import pytest

from oversight_app.study.page import InstructionsPage
from oversight_app.study.plan import WorkedExample
from tests.screens.fakes import FakeProctor, open_page, texts

EXAMPLE = WorkedExample(
    text="Which is <b>largest</b>?",
    options=("One", "$2 and $3"),
    correct=1,
    explanation="2 > 1.",
    reply="It is one; I am *sure*.",
)


def test_the_parts_stand_on_one_page_each_under_its_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    page = InstructionsPage(
        "A study", ("# The rules\n\nRead.", "## The clock\n\nIt runs.", "## The end\n\nBye.")
    )

    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    assert re.findall(r"<h[12][^>]*>(.*?)</h[12]>", drawn) == ["The rules", "The clock", "The end"]


def test_the_example_can_be_tried_out_and_nothing_of_it_reaches_the_study(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(InstructionsPage("A study", ("# The rules\n\nRead.",), EXAMPLE))
    app = open_page(monkeypatch, proctor)
    assert app.radio(key="example").value is None
    assert "2 &gt; 1." not in texts(app)

    app.radio(key="example").set_value(0).run()
    assert "That is not right." in texts(app)
    assert "The right answer is “$2 and $3”." in texts(app)
    assert "2 &gt; 1." in texts(app)

    app.radio(key="example").set_value(1).run()
    assert "That is right." in texts(app)
    assert proctor.told == []


def test_the_example_shows_what_an_assistant_might_say_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    page = InstructionsPage("A study", ("# The rules\n\nRead.",), EXAMPLE)

    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    assert "An assistant might say" in drawn
    assert "It is one; I am *sure*." in drawn


def test_an_example_without_a_reply_speaks_of_no_assistant(monkeypatch: pytest.MonkeyPatch) -> None:
    page = InstructionsPage("A study", ("# Rules",), EXAMPLE.model_copy(update={"reply": ""}))

    assert "An assistant might say" not in texts(open_page(monkeypatch, FakeProctor(page)))


def test_the_example_need_not_be_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(InstructionsPage("A study", ("# Rules",), EXAMPLE))

    open_page(monkeypatch, proctor).button(key="continue").click().run()

    assert proctor.told == [("finish_instructions",)]
