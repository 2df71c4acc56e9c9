"""Where a report goes that nobody gave a place, and what the command makes of sheets of hand codes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from oversight_app.cli import main
from oversight_app.commands.results import place_of_report
from oversight_app.study_folder import StudyFolder
from tests.analysis.builders import make_row, write_csv
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


def test_a_report_draws_a_sample_to_code_and_refuses_a_bad_sheet_in_one_paragraph(tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    row = make_row(trial_id="t1", condition="human_with_model", n_messages=1)
    write_csv(tmp_path / "e" / "answers.csv", [row])
    (tmp_path / "e" / "messages.csv").write_text("trial_id,seq,speaker,text\nt1,1,participant,Is B right?\n")
    words = ["report", str(tmp_path / "e"), "--out"]

    drawn = CliRunner().invoke(main, [*words, str(tmp_path / "one"), "--coding-sample", "100"])
    sheet = tmp_path / "one" / "coding_sample.csv"
    refused = CliRunner().invoke(main, [*words, str(tmp_path / "two"), "--codes", str(sheet)])

    assert drawn.exit_code == 0, drawn.output
    assert "Wrote 1 trial to code (all there are; 100 were asked for)" in drawn.output
    assert refused.exit_code == 1
    assert "coding_sample.csv has no code yet. Write 1 (yes) or 0 (no)" in refused.output
    assert not (tmp_path / "two").exists()
