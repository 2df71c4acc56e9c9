from dataclasses import replace

import pytest

from oversight_app.errors import Reminder
from oversight_app.study.page import ComprehensionPage, Page
from tests.screens.fakes import FakeProctor, open_page, texts

CHECK = ComprehensionPage((("Is it timed?", ("Yes", "No")), ("Is it right?", ("Always", "Not always"))), 1, 3)


def test_the_check_starts_empty_and_hands_over_what_was_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(CHECK)
    app = open_page(monkeypatch, proctor)
    assert [app.radio(key=f"comprehension_{i}").value for i in (1, 2)] == [None, None]

    app.radio(key="comprehension_1").set_value(1)
    app.radio(key="comprehension_2").set_value(0)
    app.button(key="continue").click().run()

    assert proctor.told == [("answer_comprehension", (1, 0))]


def test_an_unanswered_check_reminds_beside_the_button(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(answers: tuple[int, ...]) -> Page | None:
        raise Reminder("answer_every_question")

    app = open_page(monkeypatch, FakeProctor(CHECK, on={"answer_comprehension": refuse}))

    app.button(key="continue").click().run()

    assert 'role="alert">Please answer every question.' in texts(app)
    assert "Please answer every question." not in texts(app.run())


def test_a_second_attempt_says_what_to_look_at_and_how_many_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    page = replace(CHECK, attempt=2, attempts_left=1, hints=("It is < timed.",))

    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    assert "you have 1 attempt left" in drawn
    assert "It is &lt; timed." in drawn


def test_the_instructions_are_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check asks whether they were understood, not whether they were learnt by heart."""
    proctor = FakeProctor(CHECK)

    drawn = texts(open_page(monkeypatch, proctor))

    assert "ov-briefing" in drawn
    assert proctor.plan.design.told_reliability in drawn
