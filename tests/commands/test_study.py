from pathlib import Path

from click.testing import CliRunner

from oversight_app.cli import main
from oversight_app.study_folder import StudyFolder


def test_a_study_can_be_made_in_german_and_says_so_in_its_design(tmp_path: Path) -> None:
    study = tmp_path / "study"

    done = CliRunner().invoke(main, ["init", str(study), "--language", "de"])

    assert done.exit_code == 0, done.output
    folder = StudyFolder.open(study)
    assert 'language = "de"' in folder.design_file.read_text().splitlines()
    assert folder.read_texts()["consent"].startswith("# Teilnahme an dieser Studie")


def test_a_language_that_there_is_not_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["init", str(tmp_path / "study"), "--language", "fr"])

    assert done.exit_code == 1
    assert "There are no texts in 'fr'; there are de, en." in done.output
    assert list(tmp_path.iterdir()) == []
