"""What the buttons between the parts of the page are told."""

import json
from typing import Any

import pytest

from oversight_app.study.page import QuestionPage
from tests.screens.fakes import FakeProctor, open_page, question, said


def told(monkeypatch: pytest.MonkeyPatch, page: QuestionPage, language: str = "en") -> dict[str, Any]:
    app = open_page(monkeypatch, FakeProctor(page, language=language))
    (mounted,) = [node.proto for node in app.get("bidi_component") if "panes" in node.proto.component_name]
    (data,) = json.loads(mounted.json)
    assert isinstance(data, dict)
    return data


def test_there_is_a_button_for_each_part_that_the_page_has(monkeypatch: pytest.MonkeyPatch) -> None:
    both = question(2, passage=("A text.",), chat=said())

    assert told(monkeypatch, both)["parts"] == [
        ["passage", "Passage"],
        ["question", "Question"],
        ["chat", "Assistant"],
    ]
    assert told(monkeypatch, question(2), "de")["parts"] == [["question", "Frage"]]


def test_it_says_whether_a_reply_is_written_and_how_many_have_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def news(*texts: str, status: str = "complete") -> tuple[bool, int]:
        data = told(monkeypatch, question(2, chat=said(*texts, status=status)))
        return data["is_writing"], data["n_arrived"]

    assert news() == (False, 0)
    assert news("Why?", "Because", status="running") == (True, 0)
    assert news("Why?", "Because.", "And?", "", status="failed") == (False, 2)
