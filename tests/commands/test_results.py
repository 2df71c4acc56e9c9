"""Where a report goes that nobody gave a place."""

from pathlib import Path

import pytest

from oversight_app.commands.results import place_of_report
from oversight_app.study_folder import StudyFolder
from tests.builders import START


def test_a_report_on_an_export_of_a_study_goes_among_the_studys_reports(tmp_path: Path) -> None:
    folder = StudyFolder.create(tmp_path / "study", "demo", at=START)
    export = folder.exports / "20260105T120000Z"
    export.mkdir(parents=True)

    assert place_of_report(export, "20260106T080000Z") == folder.reports / "20260106T080000Z"


def test_a_report_on_an_export_from_anywhere_goes_beside_it_and_takes_no_place_that_is_taken(
    tmp_path: Path,
) -> None:
    (tmp_path / "exported.v2").mkdir()
    (tmp_path / "mine.csv").touch()
    (tmp_path / "mine-report").mkdir()

    assert place_of_report(tmp_path / "exported.v2", "now") == tmp_path / "exported.v2-report"
    assert place_of_report(tmp_path / "mine.csv", "now") == tmp_path / "mine-report-2"


def test_the_folder_that_one_stands_in_has_a_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exported").mkdir()
    monkeypatch.chdir(tmp_path / "exported")

    assert place_of_report(Path(), "now") == tmp_path.resolve() / "exported-report"
