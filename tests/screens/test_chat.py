"""The assistant's pane."""

import pytest

from oversight_app.errors import Reminder
from oversight_app.study.page import Page
from tests.screens.fakes import FakeProctor, open_page, question, said, texts


def test_there_is_no_pane_where_there_is_no_assistant(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2)))

    assert not app.chat_input
    assert "Assistant" not in texts(app)


def test_what_was_said_is_shown_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = said("is $5 > $3?", "**Yes** <b>&amp;</b>\n  - $5 -> `more`\n![p](https://example.org/p.png)")

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=chat))))

    assert "is $5 &gt; $3?" in drawn
    assert (
        "**Yes** &lt;b&gt;&amp;amp;&lt;/b&gt;\n  - $5 -&gt; `more`\n![p](https://example.org/p.png)" in drawn
    )


def test_a_message_goes_to_the_assistant_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, chat=said()))
    app = open_page(monkeypatch, proctor)

    app.chat_input(key="chat_input_2").set_value("  Why $5?\n").run()

    assert proctor.told == [("ask", 2, "  Why $5?\n")]


def test_a_message_that_cannot_be_sent_now_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(n: int, text: str) -> Page | None:
        raise Reminder("still_writing")

    app = open_page(monkeypatch, FakeProctor(question(2, chat=said()), on={"ask": refuse}))

    app.chat_input(key="chat_input_2").set_value("And then?").run()

    assert 'role="alert">The assistant is still writing.' in texts(app)
    assert app.chat_input(key="chat_input_2").value == "And then?"


def test_while_a_reply_is_written_one_can_stop_it_and_still_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, chat=said("Why?", "Because", status="running")))
    app = open_page(monkeypatch, proctor)
    assert app.button(key="reset_2").disabled

    app.button(key="stop_2").click().run()
    app.radio(key="answer_2").set_value(1).run()

    assert proctor.told == [("stop", 2), ("save_draft", 2, 1, None)]


@pytest.mark.parametrize("status", ["interrupted", "failed"])
def test_a_broken_reply_can_be_asked_for_again(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    proctor = FakeProctor(question(2, chat=said("Why?", "Bec", status=status)))
    app = open_page(monkeypatch, proctor)

    app.button(key="ask_again_2").click().run()

    assert proctor.told == [("ask_again", 2)]


@pytest.mark.parametrize("status", ["complete", "stopped"])
def test_a_whole_reply_offers_no_second_one(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2, chat=said("Why?", "Because.", status=status))))

    assert "ask_again_2" not in [button.key for button in app.button]
    assert ("You stopped this reply." in texts(app)) == (status == "stopped")


def test_after_a_reset_the_history_stays_and_a_line_says_what_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat = said("one", "two", "three", "four", forgotten=2)

    drawn = texts(open_page(monkeypatch, FakeProctor(question(2, chat=chat))))

    assert (
        drawn.index("two") < drawn.index("The assistant no longer sees what is above") < drawn.index("three")
    )
    assert drawn.count("is-forgotten") == 2


def test_reset_tells_the_assistant_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(question(2, chat=said("one", "two")))
    app = open_page(monkeypatch, proctor)

    app.button(key="reset_2").click().run()

    assert proctor.told == [("reset_context", 2)]


def test_there_is_nothing_to_reset_before_anything_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(question(2, chat=said())))

    assert app.button(key="reset_2").disabled
