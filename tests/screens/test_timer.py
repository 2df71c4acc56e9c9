"""Whose clock the bar shows, and what it hands to the browser."""

import pytest

from tests.screens.fakes import FakeProctor, mounted, open_page, question, texts


def test_the_clock_of_the_whole_study_is_told_from_that_of_the_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = question(2, remaining_ms=40_000, total_ms=180_000, sitting_left_ms=40_000)

    app = open_page(monkeypatch, FakeProctor(page))

    bar = mounted(app)["timer"]
    assert (bar["whose"], bar["left"]) == ("for the whole study", "Time left for the whole study:")
    assert "This clock is that of the whole study" in texts(app)


def test_a_study_that_ends_later_than_the_question_is_not_mentioned(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2, remaining_ms=40_000, sitting_left_ms=40_001)))

    bar = mounted(app)["timer"]
    assert bar["whose"] == ""
    assert "whole study" not in texts(app)


def test_the_script_knows_which_options_are_marked_now(monkeypatch: pytest.MonkeyPatch) -> None:
    for awaits_initial, key in ((True, "initial_answer_2"), (False, "answer_2")):
        app = open_page(monkeypatch, FakeProctor(question(2, awaits_initial=awaits_initial)))
        bar = mounted(app)["timer"]
        assert bar["answer"] == key
