"""The first answer, the final one, and going on without one."""

from typing import Any

import pytest

from oversight_app.errors import Reminder
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.page import Belief, Page, QuestionPage
from tests.screens.fakes import FakeProctor, entered, mounted, open_page, question, said, sent, texts


def first(**changes: Any) -> QuestionPage:
    return question(2, awaits_initial=True, **changes)


def final(**changes: Any) -> QuestionPage:
    return question(2, initial=Belief(1, 0.6), chat=said(), **changes)


def test_the_first_answer_is_marked_without_the_assistant_and_says_that_it_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = open_page(monkeypatch, FakeProctor(first()))

    assert app.button(key="initial_submit_2").label == "Commit my first answer"
    assert "Then the assistant comes" in texts(app)
    assert "answer_2" not in app.session_state
    assert not app.chat_input


def test_a_first_answer_is_saved_committed_and_then_marked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(first(), on={"commit_initial": lambda *_: final()})
    app = open_page(monkeypatch, proctor)
    app.radio(key="initial_answer_2").set_value(1).run()
    app.radio(key="initial_confidence_2").set_value(0.6).run()
    app.session_state["timer"] = {"submitted": {"n": 2, "by": "initial_submit", "ms": 4321}}

    app.button(key="initial_submit_2").click().run()

    assert proctor.told == [
        ("save_draft", 2, 1, None),
        ("save_draft", 2, 1, 0.6),
        ("commit_initial", 2, 1, 0.6, (), 4.321),
    ]
    assert "Your first answer: <strong>B, 60%</strong>" in texts(app)
    assert (app.radio(key="answer_2").value, app.radio(key="confidence_2").value) == (None, None)
    assert [field.key for field in app.chat_input] == ["chat_input_2"]


def test_a_tab_that_still_shows_the_first_page_cannot_mark_the_final_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(first())
    app = open_page(monkeypatch, proctor)

    proctor.current = final()
    app.radio(key="initial_answer_2").set_value(3).run()

    assert proctor.told == []
    assert app.radio(key="answer_2").value is None
    assert "Your first answer" in texts(app)


def test_a_first_distribution_is_told_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = (0.1, 0.6, 0.2, 0.1)
    page = question(
        2,
        confidence_scale=ConfidenceScale.DISTRIBUTION,
        confidence_levels=(),
        initial=Belief(1, 0.6, shares),
        chat=said(),
    )

    app = open_page(monkeypatch, FakeProctor(page, language="de"))

    assert "B, A 10\u00a0%, B 60\u00a0%, C 20\u00a0%, D 10\u00a0%" in texts(app)


def test_everything_that_was_marked_is_submitted(monkeypatch: pytest.MonkeyPatch) -> None:
    page = question(2, confidence_scale=ConfidenceScale.DISTRIBUTION, confidence_levels=(), reason="required")
    proctor = FakeProctor(page, on={"submit": lambda *_: question(3)})
    app = open_page(monkeypatch, proctor)
    app.session_state["answer_2"] = 1
    app.session_state["confidence_2"] = entered([10, 60, 20, 10])
    app.session_state["reason_2"] = entered("It is nearest.")

    app.button(key="submit_2").click().run()

    shares = (0.1, 0.6, 0.2, 0.1)
    assert proctor.told[-1] == ("submit", 2, 1, None, shares, "It is nearest.")


@pytest.mark.parametrize("may_skip", [True, False])
def test_a_question_can_be_skipped_where_the_study_allows_it(
    monkeypatch: pytest.MonkeyPatch, may_skip: bool
) -> None:
    proctor = FakeProctor(question(2, may_skip=may_skip), on={"skip": lambda *_: question(3)})
    app = open_page(monkeypatch, proctor)

    buttons = [button for button in app.button if button.key == "skip_2"]
    for button in buttons:
        button.click().run()

    assert proctor.told == ([("skip", 2, None)] if may_skip else [])
    assert len(buttons) == may_skip


def test_an_answer_that_comes_too_early_is_told_from_when_on_it_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> Page | None:
        raise Reminder("min_time", n=12)

    app = open_page(monkeypatch, FakeProctor(question(2, min_ms=12_000), on={"submit": refuse}))
    assert '\\"min_ms\\": 12000' in sent(app)

    app.button(key="submit_2").click().run()

    assert "You can submit in 12 seconds." in texts(app)


def test_the_first_answer_has_no_shortest_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert '\\"min_ms\\": 0' in sent(open_page(monkeypatch, FakeProctor(first(min_ms=12_000))))


@pytest.mark.parametrize(("reason", "label"), [("required", "Why do you think so?"), ("none", None)])
def test_a_reason_is_asked_for_where_the_study_wants_one(
    monkeypatch: pytest.MonkeyPatch, reason: str, label: str | None
) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2, reason=reason)))

    assert mounted(app).get("reason", {}).get("label") == label
