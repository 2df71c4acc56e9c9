"""Reports that the console makes: in a process of their own, one at a time, on record before enrolment is closed."""

from pathlib import Path

import pytest

from oversight_app.clock import SystemClock
from oversight_app.reporting import Progress, Reporting
from oversight_app.researcher import Researcher
from oversight_app.study.enrolment import EnrolmentState
from oversight_app.study.events import AccuracyShown
from oversight_app.study_folder import StudyFolder
from tests.builders import make_clock, make_proctor


@pytest.fixture
def researcher(tmp_path: Path) -> Researcher:
    proctor = make_proctor(tmp_path, clock=make_clock())
    return Researcher(proctor.store, proctor.clock)


def ended(reporting: Reporting) -> Progress:
    while (made := reporting.progress()) is None or not made.is_over:
        SystemClock().sleep(0.05)
    return made


def test_a_report_made_before_enrolment_is_closed_is_a_look_on_record(
    researcher: Researcher, tmp_path: Path
) -> None:
    reporting = Reporting()
    assert reporting.progress() is None

    reporting.start(StudyFolder(tmp_path), researcher, "Ada")

    made = ended(reporting)
    assert made.error == ""
    assert (tmp_path / "reports" / made.name / "report.html").is_file()
    assert [item.event for item in researcher.store.by_researchers("AccuracyShown")] == [
        AccuracyShown("report", "open", "Ada")
    ]
    reporting.close()


def test_what_keeps_the_analysis_from_writing_is_told(researcher: Researcher, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    reporting = Reporting()

    reporting.start(StudyFolder(tmp_path), researcher, "Ada")

    assert str(tmp_path / "reports") in ended(reporting).error
    reporting.close()


def test_two_clicks_make_one_report_and_the_next_has_a_name_of_its_own(
    researcher: Researcher, tmp_path: Path
) -> None:
    reporting, folder = Reporting(), StudyFolder(tmp_path)
    researcher.put_enrolment(EnrolmentState.CLOSED, "Ada")

    reporting.start(folder, researcher, "Ada")
    reporting.start(folder, researcher, "Ada")
    first = ended(reporting)
    assert len(list(folder.exports.iterdir())) == 1
    reporting.start(folder, researcher, "Ada")

    assert ended(reporting).name == f"{first.name}-2"
    assert researcher.store.by_researchers("AccuracyShown") == []
    reporting.close()


def test_closing_the_console_ends_what_is_being_made(researcher: Researcher, tmp_path: Path) -> None:
    reporting = Reporting()
    reporting.start(StudyFolder(tmp_path), researcher, "Ada")

    reporting.close()

    assert reporting.progress() is None
