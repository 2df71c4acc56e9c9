"""Each page of the way: what a participant sees, and what a click hands to the proctor."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from oversight_app.errors import Reminder
from oversight_app.proctor import Proctor
from oversight_app.study.page import (
    BeginPage,
    ComprehensionPage,
    ConsentPage,
    DebriefPage,
    EndPage,
    FeedbackPage,
    InstructionsPage,
    Page,
    RestPage,
)
from tests.builders import make_proctor, seat
from tests.screens.fakes import PERSON, FakeProctor, open_page, question, sent, texts

CONSENT = ConsentPage("A study", "You get $5 and then $10.\n\n- *one* thing")
CHECK = ComprehensionPage((("Is it timed?", ("Yes", "No")), ("Is it right?", ("Always", "Not always"))), 1, 3)
REST = RestPage("", True, True, "human_with_model", "quality", 2, 0, 20, 150.0)


def test_a_visitor_without_a_link_is_told_to_open_one(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(CONSENT), cookie="")

    assert "Please open your personal link" in texts(app)
    assert not app.button


def test_the_consent_page_shows_the_text_as_written_and_records_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(CONSENT)

    app = open_page(monkeypatch, proctor)

    assert "<p>You get $5 and then $10.</p>" in texts(app)
    assert "<li><em>one</em> thing</li>" in texts(app)
    assert proctor.told == []


@pytest.mark.parametrize(("key", "agreed"), [("consent", True), ("refuse", False)])
def test_each_consent_button_says_which(monkeypatch: pytest.MonkeyPatch, key: str, agreed: bool) -> None:
    proctor = FakeProctor(CONSENT)

    open_page(monkeypatch, proctor).button(key=key).click().run()

    assert proctor.told == [("give_consent", agreed)]


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

    assert app.radio(key="comprehension_1").label == "Is it timed?"
    assert proctor.verbs() == ["finish_instructions"]


def test_the_check_starts_empty_and_hands_over_what_was_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(CHECK)
    app = open_page(monkeypatch, proctor)
    assert [radio.value for radio in app.radio] == [None, None]

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


def test_begin_says_how_many_questions_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(BeginPage(24, 41))
    app = open_page(monkeypatch, proctor)
    assert "24 questions" in texts(app)
    assert "41 minutes" in texts(app)

    app.button(key="begin").click().run()

    assert proctor.told == [("begin",)]


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


@pytest.mark.parametrize(("marked", "told"), [(None, None), (False, False), (True, True)])
def test_the_last_question_may_stay_unanswered(
    monkeypatch: pytest.MonkeyPatch, marked: bool | None, told: bool | None
) -> None:
    proctor = FakeProctor(DebriefPage("We compared *things*."))
    app = open_page(monkeypatch, proctor)

    if marked is not None:
        app.radio(key="survey_external_help").set_value(marked)
    app.button(key="continue").click().run()

    assert proctor.told == [("finish", told)]


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        ("completed", "K7QX-2M9A", "You have finished"),
        ("no_consent", "", "You are not taking part"),
        ("failed_checks", "", "The study ends here for you"),
        ("withdrew", "", "You have left the study"),
    ],
)
def test_the_end_shows_the_code_only_where_one_is_due(
    monkeypatch: pytest.MonkeyPatch, outcome: str, code: str, words: str
) -> None:
    app = open_page(monkeypatch, FakeProctor(EndPage(outcome, code, "")))

    assert words in texts(app)
    assert ("ov-code" in texts(app)) == bool(code)
    assert code in texts(app)
    assert not app.button


def test_leaving_is_possible_from_every_page_after_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    for page in (CHECK, BeginPage(2, 1), REST, question(), DebriefPage("Thanks")):
        proctor = FakeProctor(page)

        open_page(monkeypatch, proctor).button(key="withdraw").click().run()

        assert proctor.told == [("withdraw",)]


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
