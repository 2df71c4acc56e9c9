"""The console's page, drawn over a real record in a temporary folder."""

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

import oversight_app.screens.console
from oversight_app import watching
from oversight_app.clock import SystemClock
from oversight_app.gate import Gate
from oversight_app.proctor import Proctor
from oversight_app.prompts import load_prompts
from oversight_app.replies import Replies
from oversight_app.researcher import Researcher
from oversight_app.screens.console import visitor
from oversight_app.study.enrolment import EnrolmentState
from oversight_app.study.events import AccuracyShown, CompensationGranted, ParticipantsInvited, TargetRaised
from oversight_app.study.page import SurveyPage
from oversight_app.study.samples import samples
from oversight_app.study.sitting import Stage
from oversight_app.study.submissions import Submission, SubmissionStatus
from oversight_app.study.survey import HELP_KEYS, NO, SurveyItem
from oversight_app.study_folder import StudyFolder
from oversight_app.submissions import note_statuses
from oversight_app.watching import Watching
from tests.builders import make_clock, make_design, make_plan, make_proctor, make_questions, seat
from tests.screens.fakes import sent, texts
from tests.test_transcripts import ASSISTED, QUALITY, Moody

SCRIPT = Path(oversight_app.screens.console.__file__).with_name("main.py")
PASSWORD = "correct-horse-battery"
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def proctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proctor]:
    plan = make_plan(
        make_design(title=f"Title {NASTY}", sitting={"max_participants": 40, "reward": 9.0}),
        survey=(SurveyItem(key="words", kind="text", text=f"Anything else? {NASTY}"),),
    )
    made = make_proctor(tmp_path, plan, clock=make_clock())
    gate = Gate(PASSWORD, made.clock)
    token = gate.enter(PASSWORD, "Ada")
    monkeypatch.setattr(visitor, "_cookie", lambda: token)
    researcher = Researcher(made.store, made.clock)
    watching.install(Watching(StudyFolder(tmp_path), researcher, made.store.for_reading(), gate))
    yield made
    watching.close()


def look(**address: str) -> AppTest:
    app = AppTest.from_file(str(SCRIPT), default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def answer_all(proctor: Proctor, who: str) -> None:
    """Every question of a sitting, five seconds each."""
    while (sitting := proctor.sitting(who)).stage is not Stage.SURVEY:
        match sitting.stage:
            case Stage.REST:
                proctor.go_on(who)
            case Stage.FEEDBACK:
                proctor.read_feedback(who, sitting.trial.plan.n)
            case _:
                proctor.page(who)
                proctor.clock.sleep(5)
                proctor.submit(who, sitting.trial.plan.n, 0, 0.6)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_who_has_no_session_sees_nothing_of_the_study(
    proctor: Proctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat(proctor, "p1")
    monkeypatch.setattr(visitor, "_cookie", lambda: "somebody else's")

    for address in ({}, {"who": "p1"}, {"view": "take"}, {"sample": "consent"}):
        said = texts(look(**address))
        assert "signed out" in said
        assert "p1" not in said
        assert "Title" not in said


def test_signing_out_takes_the_page_away(proctor: Proctor) -> None:
    assert "signed out" in texts(press(look(), "leave_console"))


def test_an_act_after_the_session_is_over_does_nothing(proctor: Proctor) -> None:
    app = look()
    visitor.leave()

    assert "signed out" in texts(press(app, "enrolment_close"))
    assert proctor.store.by_researchers() == []


def test_the_page_lists_people_and_counts_them(proctor: Proctor) -> None:
    for who in ("p1", "p2"):
        seat(proctor, who)
    proctor.clock.sleep(90)

    said = texts(look())

    assert 'Places taken</dt><dd>2</dd><dd class="oc-more">of 40</dd>' in said
    assert '<a href="?who=p1" target="_self">p1</a>' in said
    assert "0 of 10" in said
    assert ">1.5</td>" in said, "minutes on the page"
    assert "Enrolment is open." in said


def test_the_table_has_what_the_platform_said_of_people_once_it_said_anything(proctor: Proctor) -> None:
    code = proctor.participant_from_platform({"PROLIFIC_PID": "ann", "STUDY_ID": "s", "SESSION_ID": "x"})
    assert code is not None
    for who in (code, "p2"):
        seat(proctor, who)
    before = texts(look())

    note_statuses(
        proctor.store, [Submission("ann", "x", SubmissionStatus.TIMED_OUT, "")], clock=proctor.clock
    )

    said = texts(look())
    assert "at their platform" not in before
    assert '<td class="is-bad" data-head="at their platform">timed-out</td>' in said
    assert '<td class="is-soft" data-head="at their platform">–</td>' in said


def test_an_empty_study_is_no_error(proctor: Proctor) -> None:
    said = texts(look())

    assert "Nobody yet." in said
    assert 'Completed</dt><dd>0</dd><dd class="oc-more">nobody yet</dd>' in said


def test_the_table_is_narrowed_by_status_and_name(proctor: Proctor) -> None:
    for who in ("p1", "q2"):
        seat(proctor, who)
    proctor.withdraw("q2")
    app = look()

    app.selectbox(key="people_status").select("withdrew").run()
    assert "?who=q2" in texts(app)
    assert "?who=p1" not in texts(app)

    app.selectbox(key="people_status").select("all").run()
    app.text_input(key="people_search").set_value("p").run()
    assert "?who=p1" in texts(app)
    assert "?who=q2" not in texts(app)


def test_a_long_table_has_pages(proctor: Proctor) -> None:
    for i in range(30):
        proctor.give_consent(f"p{i:02d}", agreed=True)
    app = look()

    assert "30 people, page 1 of 2" in texts(app)
    assert texts(app).count("?who=") == 25
    press(app, "people_after")
    assert "page 2 of 2" in texts(app)
    assert texts(app).count("?who=") == 5


def test_enrolment_is_paused_reopened_and_closed_under_ones_name(proctor: Proctor) -> None:
    app = press(look(), "enrolment_pause")
    assert "Enrolment is paused." in texts(app)
    app = press(app, "enrolment_open")
    assert "Enrolment is open." in texts(app)
    app = press(app, "enrolment_close")
    assert "Enrolment is closed." in texts(app)

    told = proctor.store.by_researchers("EnrolmentSet")
    assert [(cast(Any, item.event).state, cast(Any, item.event).by) for item in told] == [
        ("paused", "Ada"),
        ("open", "Ada"),
        ("closed", "Ada"),
    ]


def test_a_raised_target_is_on_record(proctor: Proctor) -> None:
    app = look()
    app.number_input(key="target_places").set_value(50).run()
    app = press(app, "target_raise")

    assert "of 50" in texts(app)
    assert [item.event for item in proctor.store.by_researchers()] == [TargetRaised(40, 50, "Ada", False)]


def test_accuracy_is_not_in_anything_that_is_sent_until_it_is_asked_for(proctor: Proctor) -> None:
    seat(proctor, "p1")
    answer_all(proctor, "p1")
    app = look()

    assert "Accuracy by task and condition" not in texts(app)
    app = press(app, "accuracy_show")

    assert "Accuracy by task and condition" in texts(app)
    assert [item.event for item in proctor.store.by_researchers()] == [
        AccuracyShown("console", "open", "Ada")
    ]


def test_accuracy_is_there_when_enrolment_is_closed_and_nothing_is_noted_of_looking(proctor: Proctor) -> None:
    watching.here().researcher.put_enrolment(EnrolmentState.CLOSED, "Ada")

    assert "No answer counts yet." in texts(look())
    assert proctor.store.by_researchers("AccuracyShown") == []


# -- invitations and reports ----------------------------------------------------------------------------


def test_links_are_made_on_record_and_stand_there_to_copy(proctor: Proctor) -> None:
    app = look(view="invite")
    app.number_input(key="invite_count").set_value(3).run()
    app = press(app, "invite_make")

    tokens = list(proctor.store.invitations())
    assert sorted(app.code[0].value.split("\n")) == sorted(tokens)
    assert len(tokens) == 3
    assert "3 invitations so far" in texts(app)
    assert [item.event for item in proctor.store.events_of()] == [ParticipantsInvited(3, "Ada")]


def test_a_report_that_cannot_be_made_says_why(proctor: Proctor, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    app = press(look(view="take"), "report_make")
    reporting = watching.here().reporting
    while not (made := reporting.progress()) or not made.is_over:
        SystemClock().sleep(0.05)

    said = texts(app.run())
    assert "No report was made." in said
    assert made.error
    assert escape(made.error) in said


# -- one participant ------------------------------------------------------------------------------------


def test_a_participant_is_messaged_compensated_and_ended(proctor: Proctor) -> None:
    seat(proctor, "p1")
    app = look(who="p1")

    app.text_area(key="tell_text").set_value("We are back.").run()
    app = press(app, "tell_send")
    assert proctor.sitting("p1").told == "We are back."

    app.text_input(key="pay_amount").set_value("2.50").run()
    app = press(app, "pay_promise")
    assert [
        cast(CompensationGranted, e.event).amount for e in proctor.store.by_researchers("CompensationGranted")
    ] == ["2.50"]

    press(app, "stop_now")
    assert proctor.sitting("p1").outcome == "technical_error"


def test_what_is_refused_is_said(proctor: Proctor) -> None:
    seat(proctor, "p1")
    app = look(who="p1")

    app.text_input(key="pay_amount").set_value("much").run()

    assert "like 2.50; found &#x27;much&#x27;" in texts(press(app, "pay_promise"))
    assert proctor.store.by_researchers() == []


def test_the_key_of_a_question_is_shown_only_on_record(proctor: Proctor) -> None:
    seat(proctor, "p1")
    proctor.go_on("p1")
    proctor.page("p1")
    app = look(who="p1")

    assert "<em>right</em>" not in texts(app)
    app = press(app, "keys_show")

    assert texts(app).count("<em>right</em>") == 1
    assert [item.event for item in proctor.store.by_researchers()] == [
        AccuracyShown("transcript", "open", "Ada")
    ]


@pytest.mark.parametrize("who", ["nobody", NASTY, "", "../x"])
def test_an_unknown_or_forged_name_is_harmless(who: str, proctor: Proctor) -> None:
    assert "<script>" not in texts(look(who=who))


def test_what_anybody_wrote_is_shown_as_text(proctor: Proctor) -> None:
    seat(proctor, "p1")
    watching.here().researcher.tell("p1", NASTY, NASTY)

    for address in ({}, {"who": "p1"}, {"view": "preview"}, {"view": "take"}):
        said = texts(look(**address))
        assert "<script" not in said
        assert "<img" not in said
    assert "&lt;script&gt;" in texts(look(who="p1"))


def test_what_a_bank_a_participant_and_a_model_wrote_is_text_in_the_conversation_too(
    proctor: Proctor, tmp_path: Path
) -> None:
    questions = []
    for question in make_questions():
        a, b, c, d = (f"{option} {NASTY}" for option in question.options)
        questions.append(replace(question, text=f"{question.text} {NASTY}", options=(a, b, c, d)))
    plan = make_plan(make_design(tasks=QUALITY, conditions=ASSISTED), questions, prompts=load_prompts())
    (tmp_path / "nasty").mkdir()
    made = make_proctor(tmp_path / "nasty", plan, questions, clock=make_clock())
    seat(made, "p1")
    made.go_on("p1")
    made.page("p1")
    Replies(made, Moody(f"It is A. {NASTY}"), inline=True).ask("p1", 1, f"Why? {NASTY}")
    here = watching.here()
    here.reader.close()
    watching.install(
        replace(here, researcher=Researcher(made.store, made.clock), reader=made.store.for_reading())
    )

    said = texts(look(who="p1"))

    for words in ("Why? ", "It is A. "):
        assert f"{words}&lt;script&gt;" in said
    assert said.count("&lt;img src=x") >= 7, "question, four options, message and reply"
    assert "<script" not in said
    assert "<img" not in said


def test_a_questionnaire_is_text_and_what_was_written_into_it_is_on_no_page(proctor: Proctor) -> None:
    (shown,) = (
        sample.key
        for sample in samples(proctor.plan, proctor.questions, proctor.clock.now())
        if isinstance(sample.page, SurveyPage)
    )
    drawn = texts(look(sample=shown))
    assert "Anything else? &lt;script&gt;" in drawn
    assert "<script" not in drawn

    seat(proctor, "p1")
    answer_all(proctor, "p1")
    proctor.answer_survey("p1", {"words": f"Private words {NASTY}", **dict.fromkeys(HELP_KEYS, NO)})
    for address in ({}, {"who": "p1"}, {"view": "take"}):
        assert "Private words" not in sent(look(**address)), "words are for the export"


# -- screens and downloads ----------------------------------------------------------------------------------


def test_every_screen_is_drawn_by_the_participants_own_code_and_nothing_is_recorded(proctor: Proctor) -> None:
    made = samples(proctor.plan, proctor.questions, proctor.clock.now())
    listed = texts(look(view="preview"))
    assert len(made) == 24

    for sample in made:
        assert f'href="?sample={sample.key}"' in listed
        app = look(sample=sample.key)
        assert "Preview: nothing is recorded" in texts(app)
        assert "ov-heading" in texts(app) or "ov-question" in texts(app), sample.key

    assert list(proctor.store.rows("events")) == []


def test_pressing_on_a_preview_does_nothing(proctor: Proctor) -> None:
    press(look(sample="consent"), "consent")

    assert list(proctor.store.rows("events")) == []


def test_an_export_made_early_is_a_look_at_accuracy(proctor: Proctor) -> None:
    seat(proctor, "p1")
    app = press(look(view="take"), "export_make")

    assert "/download/exports/20260105T090000Z.zip" in texts(app)
    assert [item.event for item in proctor.store.by_researchers()] == [AccuracyShown("export", "open", "Ada")]
