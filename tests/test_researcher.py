"""The researcher's acts on a running study, beside the participants' own."""

import json
from pathlib import Path

import pytest

from analysis.report import write_report
from oversight_app.errors import BadInput, Reminder, StoreError
from oversight_app.export import export_study
from oversight_app.proctor import Proctor
from oversight_app.projections import rebuild
from oversight_app.registration import register
from oversight_app.researcher import Researcher
from oversight_app.study.design import Outcome
from oversight_app.study.enrolment import EnrolmentState
from oversight_app.study.events import STUDY_STREAM, TargetRaised, kind_of
from oversight_app.study.page import BeginPage, ConsentPage, EndPage, QuestionPage
from oversight_app.study.sitting import Stage
from tests.builders import finish, make_clock, make_design, make_plan, make_proctor, seat
from tests.store.test_overview import answer_all


@pytest.fixture
def proctor(tmp_path: Path) -> Proctor:
    return make_proctor(tmp_path, make_plan(make_design(sitting={"max_participants": 2})), clock=make_clock())


@pytest.fixture
def researcher(proctor: Proctor) -> Researcher:
    return Researcher(proctor.store, proctor.clock)


def test_a_pause_asks_newcomers_to_wait_and_leaves_everybody_else_alone(
    proctor: Proctor, researcher: Researcher
) -> None:
    seat(proctor, "p1")

    researcher.put_enrolment(EnrolmentState.PAUSED, "Ada")

    with pytest.raises(Reminder, match="enrolment paused"):
        proctor.give_consent("p2", agreed=True)
    assert isinstance(proctor.page("p2"), ConsentPage)
    proctor.go_on("p1")
    assert isinstance(proctor.page("p1"), QuestionPage)
    researcher.put_enrolment(EnrolmentState.OPEN, "Ada")
    seat(proctor, "p2")
    assert proctor.sitting("p2").cell


def test_a_pause_between_consent_and_begin_keeps_the_page(proctor: Proctor, researcher: Researcher) -> None:
    proctor.give_consent("p1", agreed=True)
    proctor.finish_instructions("p1")
    proctor.answer_comprehension("p1", (1,))
    researcher.put_enrolment(EnrolmentState.PAUSED, "Ada")

    with pytest.raises(Reminder):
        proctor.begin("p1", pledged=True)

    assert isinstance(proctor.page("p1"), BeginPage)


def test_a_closed_study_tells_newcomers_that_it_is_full(proctor: Proctor, researcher: Researcher) -> None:
    researcher.put_enrolment(EnrolmentState.CLOSED, "Ada")

    proctor.give_consent("p1", agreed=True)

    page = proctor.page("p1")
    assert isinstance(page, EndPage)
    assert page.outcome == Outcome.STUDY_FULL


def test_a_raised_target_makes_room(proctor: Proctor, researcher: Researcher) -> None:
    seat(proctor, "p1")
    seat(proctor, "p2")
    proctor.give_consent("p3", agreed=True)
    assert proctor.sitting("p3").outcome == Outcome.STUDY_FULL

    researcher.raise_target(3, "Ada")

    seat(proctor, "p4")
    assert proctor.sitting("p4").cell


@pytest.mark.parametrize("looks", [True, False])
def test_the_report_names_a_target_raised_after_a_look_at_accuracy_as_a_departure(
    tmp_path: Path, looks: bool
) -> None:
    plan = make_plan(make_design(sitting={"max_participants": 1}))
    proctor = make_proctor(tmp_path, plan, clock=make_clock())
    researcher = Researcher(proctor.store, proctor.clock)
    register(proctor.store, lambda *_: [], at=proctor.clock.now())
    seat(proctor, "p1")
    answer_all(proctor, "p1")
    finish(proctor, "p1")
    if looks:
        researcher.look("console", "Ada")
    researcher.raise_target(5, "Ada")

    paths = export_study(proctor.store, at=proctor.clock.now())
    report = write_report(paths.folder, tmp_path / "report")

    raised = [
        (row["registered"], row["found"].rpartition(" at ")[0])
        for row in json.loads(report.results.read_text(encoding="utf-8"))["departures"]
        if row["kind"] == "places_raised"
    ]
    assert raised == [("1", f"5,{' after' if looks else ' before'} accuracy could be seen,")]
    assert "Places raised" in report.page.read_text(encoding="utf-8")


def test_what_concerns_people_does_not_keep_simulated_ones_out(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, kind="simulated")
    Researcher(proctor.store, proctor.clock).put_enrolment(EnrolmentState.CLOSED, "Ada")

    seat(proctor, "s1")

    assert proctor.sitting("s1").cell


def test_acts_on_the_study_are_events_of_its_stream_once_each(
    proctor: Proctor, researcher: Researcher
) -> None:
    for _ in range(2):
        researcher.look("console", "Ada")
        researcher.raise_target(5, "Ada")
        researcher.put_enrolment(EnrolmentState.PAUSED, "Ada")

    kinds = [kind_of(item.event) for item in proctor.store.events_of(STUDY_STREAM)]
    assert kinds == ["AccuracyShown", "TargetRaised", "EnrolmentSet"]
    raised = [item.event for item in proctor.store.by_researchers("TargetRaised")]
    assert raised == [TargetRaised(2, 5, "Ada", True)]


def test_an_ended_sitting_keeps_its_answers_and_gives_its_place_back(
    proctor: Proctor, researcher: Researcher
) -> None:
    seat(proctor, "p1")
    proctor.go_on("p1")
    proctor.page("p1")

    for _ in range(2):
        researcher.stop("p1", Outcome.TECHNICAL_ERROR, "power cut", "Ada")

    sitting = proctor.sitting("p1")
    assert (sitting.stage, sitting.outcome) == (Stage.ENDED, "technical_error")
    assert sitting.trials[0].status == "abandoned"
    assert proctor.store.n_places_taken() == 0
    assert [kind_of(item.event) for item in proctor.store.events_of("p1")].count("SittingEnded") == 1


def test_a_message_is_on_the_sitting_and_is_no_sign_of_its_participant(
    proctor: Proctor, researcher: Researcher
) -> None:
    seat(proctor, "p1")
    before = proctor.sitting("p1").last_sign_at
    proctor.clock.sleep(60)

    researcher.tell("p1", "We are back.", "Ada")

    assert (proctor.sitting("p1").told, proctor.sitting("p1").last_sign_at) == ("We are back.", before)


def test_what_cannot_be_done_changes_nothing(proctor: Proctor, researcher: Researcher) -> None:
    for act in (
        lambda: researcher.tell("nobody", "Hello", "Ada"),
        lambda: researcher.compensate("nobody", "k", "1", "USD", "", "Ada"),
        lambda: researcher.stop("nobody", Outcome.TIMED_OUT, "", "Ada"),
        lambda: researcher.raise_target(1, "Ada"),
    ):
        with pytest.raises(BadInput):
            act()

    assert list(proctor.store.rows("events")) == []


def test_projections_made_again_know_nothing_else(
    proctor: Proctor, researcher: Researcher, tmp_path: Path
) -> None:
    seat(proctor, "p1")
    researcher.tell("p1", "Hello", "Ada")
    researcher.compensate("p1", "k", "2.50", "USD", "late", "Ada")
    researcher.stop("p1", Outcome.TIMED_OUT, "", "Ada")
    before = [list(proctor.store.rows(table)) for table in ("sittings", "trials")]

    rebuild(proctor.store)

    assert [list(proctor.store.rows(table)) for table in ("sittings", "trials")] == before


def test_a_reader_can_change_nothing(proctor: Proctor) -> None:
    reader = proctor.store.for_reading()
    try:
        assert reader.study_id() == proctor.plan.study_id
        with pytest.raises(StoreError), reader.write() as record:
            record.see(["p1"], proctor.clock.now())
    finally:
        reader.close()
