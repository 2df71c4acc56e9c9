"""The pages in another language than English."""

import pytest

from oversight_app.errors import Reminder
from oversight_app.screens.wording import duration, percent, say_html
from oversight_app.study.page import ConsentPage, EndPage, Page, RestPage
from tests.screens.fakes import FakeProctor, mounted, open_page, question, sent, texts


def test_a_german_study_speaks_german_and_says_so_to_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(ConsentPage("Eine Studie", "Willkommen."), language="de"))

    assert app.button(key="refuse").label == "Ich willige nicht ein"
    assert 'aria-label="Fortschritt"' in texts(app)
    assert mounted(app)["top"]["language"] == "de"


def test_what_the_browser_reads_out_comes_from_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    carried = sent(open_page(monkeypatch, FakeProctor(question(2), language="de")))

    assert all(f"Noch {seconds} Sekunden" in carried for seconds in (60, 30, 10))
    assert "Frage 2 von 12" in carried


def test_a_reminder_is_read_in_the_studys_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Page | None:
        raise Reminder("choose_answer")

    app = open_page(monkeypatch, FakeProctor(question(2), on={"submit": refuse}, language="de"))

    app.button(key="submit_2").click().run()

    assert "Bitte wählen Sie eine Antwort, bevor Sie abgeben." in texts(app)


def test_numbers_and_times_are_said_as_the_language_says_them(monkeypatch: pytest.MonkeyPatch) -> None:
    open_page(monkeypatch, FakeProctor(EndPage("completed", "", ""), language="de"))
    assert (percent(0.42), percent(0.285)) == ("42\u00a0%", "28\u00a0%")
    assert (duration(150), duration(61.2), duration(59.6)) == (
        "2 Minuten 30 Sekunden",
        "1 Minute 1 Sekunde",
        "1 Minute",
    )

    open_page(monkeypatch, FakeProctor(EndPage("completed", "", "")))
    assert percent(1) == "100%"
    assert (duration(45), duration(120)) == ("45 seconds", "2 minutes")


def test_stars_are_bold_and_what_fills_a_hole_is_only_text(monkeypatch: pytest.MonkeyPatch) -> None:
    open_page(monkeypatch, FakeProctor(RestPage("", False, False, "human_alone", "mmlu", 2, 1, 20, None)))

    assert "up to <strong>&lt;b&gt; 5</strong> for it" in say_html("rest.limit", n=1, time="<b> 5")
