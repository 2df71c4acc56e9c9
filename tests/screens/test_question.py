"""The question page: marking, saving, submitting, and the texts as they are."""

import html
from dataclasses import replace

import pytest

from oversight_app.errors import Reminder
from oversight_app.screens import timer
from oversight_app.study.design import ConfidenceScale
from oversight_app.study.page import Page, QuestionPage, RestPage
from tests.screens.fakes import FakeProctor, open_page, question, sent, texts

NASTY = (
    "$5 and $10 or $x^2$",
    "a*(c + d)* + b(c + d)* and _ad nauseam_ ~~F",
    "  leading\n\n    code: if (x < y) -> <MISSING CONDITION> &epsiv;",
    ":red[no] :smile: [link](http://x) `tick` | 1. # > \\( \\frac{1}{2} \\)",
)
REST = RestPage("time_out", False, False, "human_alone", "mmlu", 2, 1, 20, 90.0)


def test_question_and_options_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, question=NASTY[2], options=NASTY))))

    assert f'id="question_2">{html.escape(NASTY[2])}</div>' in drawn
    for i, option in enumerate(NASTY):
        assert f'id="option_2_{i}">{html.escape(option)}</span>' in drawn


def test_the_passage_is_exact_and_can_be_reached_by_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    page = question(2, passage=NASTY, passage_title="A <title>")

    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    assert '<h2 class="ov-title">A &lt;title&gt;</h2>' in drawn
    assert all(f"<p>{html.escape(paragraph)}</p>" in drawn for paragraph in NASTY)
    assert 'tabindex="0" role="region" aria-label="Passage"' in drawn


def test_nothing_is_preselected(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2))

    app = open_page(monkeypatch, proctor)

    assert app.radio(key="answer_2").value is None
    assert app.radio(key="confidence_2").value is None
    assert proctor.told == []


def test_each_mark_is_saved_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2))
    app = open_page(monkeypatch, proctor)

    app.radio(key="answer_2").set_value(1).run()
    app.radio(key="confidence_2").set_value(0.8).run()
    app.run()

    assert proctor.told == [("save_draft", 2, 1, None), ("save_draft", 2, 1, 0.8)]


def test_a_draft_is_shown_again_after_a_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, draft_choice=3, draft_confidence=0.42))

    app = open_page(monkeypatch, proctor)

    assert (app.radio(key="answer_2").value, app.radio(key="confidence_2").value) == (3, 0.42)
    assert proctor.told == []


def test_a_mark_that_came_without_its_event_is_saved_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a server's restart the browser's values arrive with a run that calls nothing."""
    proctor = FakeProctor(question(2))
    app = open_page(monkeypatch, proctor)

    app.session_state["answer_2"] = 2
    app.run()

    assert proctor.told == [("save_draft", 2, 2, None)]


def test_an_idle_tab_takes_over_what_another_tab_marked_and_never_writes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(question(2))
    app = open_page(monkeypatch, proctor)
    app.radio(key="answer_2").set_value(1).run()
    proctor.told.clear()

    assert isinstance(proctor.current, QuestionPage)
    proctor.current = replace(proctor.current, draft_choice=3)
    app.run()

    assert app.radio(key="answer_2").value == 3
    assert proctor.told == []


@pytest.mark.parametrize("forged", ["FORGED'); drop table", "E. Pluto", "0", ""])
@pytest.mark.parametrize("widget", ["answer_2", "confidence_2"])
def test_a_forged_mark_is_as_if_it_had_not_come(
    monkeypatch: pytest.MonkeyPatch, widget: str, forged: str
) -> None:
    """Streamlit passes a label that the page never had on as it came."""
    proctor = FakeProctor(question(2))
    app = open_page(monkeypatch, proctor)
    app.radio(key="answer_2").set_value(1).run()
    app.radio(key="confidence_2").set_value(0.6).run()
    proctor.told.clear()

    states = app._tree.get_widget_states()
    for state in states.widgets:
        if state.id == app.radio(key=widget).id:
            state.string_value = forged
    app._run(states)

    assert not app.exception
    assert proctor.told == []
    assert (app.radio(key="answer_2").value, app.radio(key="confidence_2").value) == (1, 0.6)


def test_submit_hands_over_what_is_marked_and_shows_the_next_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(question(2), on={"submit": lambda *_: question(3)})
    app = open_page(monkeypatch, proctor)
    app.radio(key="answer_2").set_value(0)
    app.radio(key="confidence_2").set_value(1.0)

    app.button(key="submit_2").click().run()

    assert proctor.told[-1] == ("submit", 2, 0, 1.0)
    assert app.radio(key="answer_3").value is None


def test_a_reminder_stands_beside_the_button_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Page | None:
        raise Reminder("choose_answer")

    proctor = FakeProctor(question(2), on={"submit": refuse})
    app = open_page(monkeypatch, proctor)

    app.button(key="submit_2").click().run()

    assert 'role="alert">Please choose an answer' in texts(app)
    assert proctor.verbs() == ["submit"]
    assert "Please choose an answer" not in texts(app.run())


def test_a_click_on_a_page_that_is_over_only_shows_the_present_one(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2))
    app = open_page(monkeypatch, proctor)

    proctor.current = question(3)
    app.button(key="submit_2").click().run()

    assert proctor.told == []
    assert app.radio(key="answer_3").value is None


def test_a_run_after_the_deadline_shows_what_is_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2))
    app = open_page(monkeypatch, proctor)

    proctor.current = REST
    app.run()

    assert "The time for that question is over" in texts(app)


def test_a_study_without_confidence_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, confidence_scale=ConfidenceScale.NONE, confidence_levels=()))

    app = open_page(monkeypatch, proctor)

    assert "answer_2" in [radio.key for radio in app.radio]
    assert "confidence_2" not in app.session_state


def test_the_countdown_gets_what_remains_and_never_a_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    carried = sent(open_page(monkeypatch, FakeProctor(question(2, remaining_ms=12_345, total_ms=90_000))))

    assert '\\"remaining_ms\\": 12345' in carried
    assert '\\"total_ms\\": 90000' in carried


def test_an_untimed_question_has_no_countdown(monkeypatch: pytest.MonkeyPatch) -> None:
    carried = sent(open_page(monkeypatch, FakeProctor(question(2, remaining_ms=None, total_ms=None))))

    assert '\\"remaining_ms\\": null' in carried


def test_a_pause_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2), on={"pause_after": lambda n: question(2, pause_after=True)})
    app = open_page(monkeypatch, proctor)

    app.button(key="pause").click().run()

    assert proctor.told == [("pause_after", 2)]
    assert app.button(key="pause").disabled


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        ({"submitted": {"n": 2, "by": "submit", "ms": 12_345}}, 12.345),
        ({"submitted": {"n": 2, "ms": 12_345}}, 12.345),
        ({"submitted": {"n": 2, "by": "initial_submit", "ms": 12_345}}, None),
        ({"submitted": {"n": 1, "by": "submit", "ms": 12_345}}, None),
        ({"submitted": {"n": 2, "by": "submit", "ms": -1}}, None),
        ({"submitted": {"n": 2, "by": "submit", "ms": None}}, None),
        ({"submitted": {"n": 2, "by": "submit", "ms": "12"}}, None),
        ({"submitted": "12"}, None),
        ("forged", None),
        (None, None),
    ],
)
def test_the_browsers_clock_is_believed_only_where_it_makes_sense(
    monkeypatch: pytest.MonkeyPatch, state: object, seconds: float | None
) -> None:
    monkeypatch.setattr("streamlit.session_state", {"timer": state})

    assert timer.response_time_s(2, "submit") == seconds
