import json
from pathlib import Path

from click.testing import CliRunner

from oversight_app.cli import main
from oversight_app.overview import overview_of
from oversight_app.researcher import Researcher
from oversight_app.study_folder import StudyFolder
from tests.builders import make_design, make_plan, make_proctor, seat


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


def test_status_has_the_same_counts_as_the_console(tmp_path: Path) -> None:
    proctor = make_proctor(tmp_path, make_plan(make_design(sitting={"max_participants": 9, "reward": 6.0})))
    seat(proctor, "p1")
    Researcher(proctor.store, proctor.clock).raise_target(12, "Ada")
    proctor.store.close()

    done = CliRunner().invoke(main, ["status", str(tmp_path), "--json"])

    said = json.loads(done.output)
    with StudyFolder.open(tmp_path).open_store() as store:
        seen = overview_of(store, proctor.plan, proctor.clock.now()).to_json()
    there = {name: value for name, value in said["overview"].items() if not name.endswith("_bytes")}
    assert there == {name: value for name, value in seen.items() if not name.endswith("_bytes")}
    assert said["places"] == {"taken": 1, "of": 12}
    plain = CliRunner().invoke(main, ["status", str(tmp_path)])
    assert "places: 1 of 12 taken" in plain.output
    assert "enrolment: open; page open: 0" in plain.output
