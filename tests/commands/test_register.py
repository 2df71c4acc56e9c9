"""`oversight register` on a terminal."""

from pathlib import Path

from click.testing import CliRunner

from oversight_app.cli import main
from tests.commands.test_power import demo


def test_an_unplanned_study_is_refused_with_what_to_do_and_a_planned_one_is_registered_with_its_power(
    tmp_path: Path,
) -> None:
    study = demo(tmp_path)

    too_early = CliRunner().invoke(main, ["register", study])
    assert CliRunner().invoke(main, ["plan", study]).exit_code == 0
    done = CliRunner().invoke(main, ["register", study, "--difference", "0.2"])
    again = CliRunner().invoke(main, ["register", study])

    assert too_early.exit_code == 1
    assert "oversight plan" in too_early.output
    assert done.exit_code == 0, done.output
    text = Path(study, "registration.md").read_text()
    assert "For a true difference of 20.0 points" in text
    assert again.exit_code == 0
    assert "that registration stands" in again.output


def test_power_that_cannot_be_is_one_calm_sentence_and_nothing_is_noted(tmp_path: Path) -> None:
    study = demo(tmp_path)
    assert CliRunner().invoke(main, ["plan", study]).exit_code == 0

    done = CliRunner().invoke(main, ["register", study, "--difference", "0.9"])

    assert done.exit_code == 1
    assert "accuracy with the assistant: found 1.371" in done.output
    assert not Path(study, "registration.md").exists()
