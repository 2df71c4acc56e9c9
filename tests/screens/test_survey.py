import pytest

from oversight_app.errors import Reminder
from oversight_app.study.page import Page, SurveyPage
from oversight_app.study.survey import HELP_KEYS, SurveyItem
from tests.screens.fakes import FakeProctor, open_page, texts

ITEMS = (
    SurveyItem(key="hard", kind="likert", text="How hard?", labels=("Not", "So-so", "Very"), required=True),
    SurveyItem(key="age", kind="number", text="How old are you?", minimum=18, maximum=120),
    SurveyItem(key="remarks", kind="text", text="What <else>?"),
)


def test_nothing_is_preselected_and_nothing_said_stays_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(SurveyPage(()))

    open_page(monkeypatch, proctor).button(key="continue").click().run()

    assert proctor.told == [("answer_survey", dict.fromkeys(HELP_KEYS))]


def test_the_questions_about_help_stand_in_every_study_and_change_nothing_about_pay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proctor = FakeProctor(SurveyPage(()))
    app = open_page(monkeypatch, proctor)
    assert "your answers here change nothing about your pay" in texts(app)

    app.radio(key="survey_help_web_search").set_value(0)
    app.radio(key="survey_help_assistant").set_value(1)
    app.button(key="continue").click().run()

    said = {"help_web_search": "no", "help_assistant": "yes", "help_seen_before": None}
    assert proctor.told == [("answer_survey", said)]


def test_points_numbers_and_words_are_handed_over_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    proctor = FakeProctor(SurveyPage(ITEMS))
    app = open_page(monkeypatch, proctor)

    app.radio(key="survey_hard").set_value(2)
    app.number_input(key="survey_age").set_value(37)
    app.text_area(key="survey_remarks").set_value("All was clear.")
    app.button(key="continue").click().run()

    (_, said), *_ = proctor.told
    assert (said["hard"], said["age"], said["remarks"]) == (3, 37.0, "All was clear.")


def test_what_is_needed_says_so_for_eye_and_ear(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, FakeProctor(SurveyPage(ITEMS)))

    assert texts(app).count('<span class="ov-needed">needed</span>') == 1
    assert "needed" in app.radio(key="survey_hard").label
    assert "needed" not in app.text_area(key="survey_remarks").label


def test_a_survey_in_which_nothing_is_needed_does_not_speak_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = texts(open_page(monkeypatch, FakeProctor(SurveyPage(ITEMS[1:]))))

    assert "needed" not in drawn


@pytest.mark.parametrize(
    ("key", "values", "says"),
    [
        ("answer_required", {}, "Please answer the questions that are marked as needed."),
        (
            "number_range",
            {"text": "How old <are> you?"},
            "The number is out of range: How old &lt;are&gt; you?",
        ),
    ],
)
def test_what_keeps_the_answers_back_is_said_and_they_stay(
    monkeypatch: pytest.MonkeyPatch, key: str, values: dict[str, str], says: str
) -> None:
    def refuse(said: object) -> Page | None:
        raise Reminder(key, **values)

    app = open_page(monkeypatch, FakeProctor(SurveyPage(ITEMS), on={"answer_survey": refuse}))
    app.text_area(key="survey_remarks").set_value("A long remark.")

    app.button(key="continue").click().run()

    assert says in texts(app)
    assert app.text_area(key="survey_remarks").value == "A long remark."
