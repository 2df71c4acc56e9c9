"""Each page of the way: what a participant sees, and what a click hands to the proctor."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from oversight_app.proctor import Proctor
from oversight_app.study.page import (
    ComprehensionPage,
    ConsentPage,
    DebriefPage,
    FeedbackPage,
    InstructionsPage,
    Page,
    RestPage,
)
from tests.builders import make_proctor, seat
from tests.screens.fakes import PERSON, FakeProctor, open_page, sent, texts

CONSENT = ConsentPage("A study", "You get $5 and then $10.\n\n- *one* thing")
CHECK = ComprehensionPage((("Is it timed?", ("Yes", "No")), ("Is it right?", ("Always", "Not always"))), 1, 3)
REST = RestPage("", True, True, "human_with_model", "quality", 2, 0, 20, 150.0)


def test_a_visitor_without_a_link_is_told_to_open_one(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(CONSENT), cookie="")

    assert "Please open your personal link" in texts(app)
    assert not app.button


def test_a_researchers_markdown_cannot_bring_html_or_remote_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(ConsentPage("A <b>title</b>", "<script>x</script>![p](https://example.org/p.png)"))

    drawn = texts(open_page(monkeypatch, proctor))

    assert "<script>" not in drawn
    assert "<img" not in drawn
    assert "A &lt;b&gt;title&lt;/b&gt;" in drawn


@pytest.mark.parametrize(
    ("page", "headings"),
    [
        (ConsentPage("A study", "# Taking part\n\nWelcome."), ["Taking part"]),
        (ConsentPage("A study", "Welcome."), ["A study"]),
        (InstructionsPage("A study", ("# The rules\n\nRead.", "## More\n\nRead on.")), ["The rules"]),
        (DebriefPage("# Our thanks\n\nBye."), ["Our thanks"]),
        (DebriefPage("Bye."), ["Thank you"]),
    ],
)
def test_a_text_brings_its_own_heading_and_is_not_given_a_second_one(
    monkeypatch: pytest.MonkeyPatch, page: Page, headings: list[str]
) -> None:
    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    assert re.findall(r"<h1[^>]*>(.*?)</h1>", drawn) == headings


def test_one_click_takes_a_participant_to_the_next_page_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(
        InstructionsPage("A study", ("First part", "Second part")), on={"finish_instructions": lambda: CHECK}
    )
    app = open_page(monkeypatch, proctor)
    assert "First part" in texts(app)
    assert "Second part" in texts(app)

    app.button(key="continue").click().run()

    assert "Is it timed?" in texts(app)
    assert proctor.verbs() == ["finish_instructions"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            REST,
            ["First, some practice", "2 practice questions", "with the assistant", "2 minutes 30 seconds"],
        ),
        (
            replace(REST, is_practice=False, n_in_block=1, n_answered=4, has_passage=True),
            ["The next part", "1 question</strong> about a longer text", "seconds</strong> for it."],
        ),
        (
            replace(REST, shows_feedback=True),
            ["Practice does not count. After each of them you see the right"],
        ),
        (
            replace(REST, is_practice=False, n_in_block=1, shows_feedback=True),
            ["<p>After it you see the right"],
        ),
        (replace(REST, time_limit_s=None, condition="human_alone"), ["no time limit", "on your own"]),
        (
            replace(REST, reason="time_out", is_practice=False, n_answered=4),
            ["The next part", "The time for that question is over. What you had marked"],
        ),
        (
            replace(REST, reason="time_out", is_block_start=False),
            ["The time for that question is over</h1>", "What you had marked by then"],
        ),
        (
            replace(REST, reason="time_out_no_answer", is_block_start=False),
            ["The time for that question is over</h1>", "Nothing was marked by then"],
        ),
        (replace(REST, reason="void", is_block_start=False), ["does not count", "not your fault"]),
        (replace(REST, reason="pause", is_block_start=False, n_answered=7), ["You are pausing", "7 of 20"]),
    ],
)
def test_a_rest_says_why_it_is_there_and_what_comes_next(
    monkeypatch: pytest.MonkeyPatch, page: RestPage, words: list[str]
) -> None:
    proctor = FakeProctor(page)

    app = open_page(monkeypatch, proctor)

    assert [word for word in words if word not in texts(app)] == []
    app.button(key="continue").click().run()
    assert proctor.told == [("go_on",)]


def test_feedback_marks_the_right_answer_and_the_participants_own(monkeypatch: pytest.MonkeyPatch) -> None:
    page = FeedbackPage(3, True, "Which?", ("a", "b", "c", "d"), 1, 2, False, "Because 1 < 2.")
    proctor = FakeProctor(page)

    app = open_page(monkeypatch, proctor)

    assert "Your answer was not right" in texts(app)
    assert texts(app).count("is-right") == 1
    assert texts(app).count("is-wrong") == 1
    assert "Because 1 &lt; 2." in texts(app)
    app.button(key="next").click().run()
    assert proctor.told == [("read_feedback", 3)]


def test_feedback_on_a_question_without_an_answer_blames_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    page = FeedbackPage(3, True, "Which?", ("a", "b", "c", "d"), 1, None, True, "")

    drawn = texts(open_page(monkeypatch, FakeProctor(page)))

    assert "You gave no answer" in drawn
    assert "is-wrong" not in drawn


def test_what_a_question_page_sends_holds_no_key_and_no_stance(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a real proctor over a real plan: nothing from which the key could be read is in anything that is sent."""
    proctor = make_proctor(tmp_path)
    seat(proctor, PERSON)
    proctor.go_on(PERSON)
    monkeypatch.setattr(Proctor, "participant_of", lambda self, token: PERSON)

    carried = sent(open_page(monkeypatch, proctor))

    trial = proctor.sitting(PERSON).trial.plan
    question_at_hand = proctor.questions[trial.question_id]
    assert question_at_hand.options[0] in carried
    assert trial.option_order not in carried
    assert question_at_hand.explanation not in carried
    assert not any(argument in carried for argument in question_at_hand.arguments or ())
    assert "Argue for" not in carried
    proctor.store.close()
