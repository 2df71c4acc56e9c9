"""The page between questions: what became of the last, what lies ahead, and how much time is left."""

from dataclasses import replace

import pytest

from oversight_app.study.page import RestPage
from tests.screens.fakes import FakeProctor, open_page, texts

REST = RestPage("", True, False, "human_with_model", "quality", 3, 0, 12, 300.0, has_passage=True)


def drawn(monkeypatch: pytest.MonkeyPatch, page: RestPage, language: str = "en") -> str:
    return texts(open_page(monkeypatch, FakeProctor(page, language=language)))


def test_a_break_is_a_break_and_nothing_went_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    said = drawn(monkeypatch, replace(REST, reason="break", is_block_start=False))

    assert ">A break</h1>" in said
    assert "no clock is running" in said


def test_a_break_before_the_next_part_is_said_in_one_breath_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said = drawn(monkeypatch, replace(REST, reason="break", n_answered=4))

    assert ">The next part</h1>" in said
    assert "You have earned it." in said


def test_a_reading_phase_is_told_with_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "for up to <strong>1 minute 30 seconds</strong>" in drawn(
        monkeypatch, replace(REST, reading_s=90.0)
    )
    assert "the text alone" not in drawn(monkeypatch, REST)


def test_the_own_answer_before_the_assistant_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "You first answer each of them" in drawn(monkeypatch, replace(REST, is_answer_first=True))
    assert "You first answer" not in drawn(monkeypatch, REST)


@pytest.mark.parametrize(
    ("left_s", "time"),
    [(1234.5, "20 Minuten"), (299.4, "4 Minuten 59 Sekunden"), (45.0, "45 Sekunden")],
)
def test_what_is_left_of_the_whole_time_is_told_as_precisely_as_it_matters(
    monkeypatch: pytest.MonkeyPatch, left_s: float, time: str
) -> None:
    page = replace(REST, is_block_start=False, sitting_left_s=left_s)

    assert f"haben Sie noch <strong>{time}</strong>" in drawn(monkeypatch, page, "de")


def test_without_such_a_limit_nothing_is_said_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "together" not in drawn(monkeypatch, REST)


def test_what_the_instructions_could_not_say_of_the_assistant_stands_before_its_first_questions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = replace(REST, briefing=("## The assistant\n\nIt is *sometimes* wrong.", "First your own answer."))

    said = texts(open_page(monkeypatch, FakeProctor(page)))

    assert "It is <em>sometimes</em> wrong." in said
    assert "First your own answer." in said
    assert said.index("First your own answer.") < said.index("<strong>with the assistant</strong>")
