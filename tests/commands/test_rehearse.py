"""`oversight rehearse` on a terminal: what it says of the study to come, and what it leaves."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from oversight_app.cli import main
from oversight_app.store import Store
from oversight_app.study.events import STUDY_STREAM, ExportWritten
from tests.commands.test_power import demo


def rehearsed(study: str, into: Path, *words: str) -> Result:
    done = CliRunner().invoke(main, ["rehearse", study, "--participants", "24", "--into", str(into), *words])
    assert done.exit_code == 0, done.output
    return done


def summary(into: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((into / "rehearsal.json").read_text())["summary"]
    return found


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A planned demo study."""
    folder = demo(tmp_path_factory.mktemp("rehearse"))
    assert CliRunner().invoke(main, ["plan", folder]).exit_code == 0
    return folder


def test_everything_is_said_and_stands_in_both_files_beside_the_copy(study: str, tmp_path: Path) -> None:
    done = rehearsed(study, tmp_path / "copy", "--pay-per-hour", "12")

    text, values = (tmp_path / "copy" / "rehearsal.md").read_text(), summary(tmp_path / "copy")
    for title in ("Duration of a sitting", "Cost", "Power", "Does the analysis find the truth?"):
        assert f"\n{title}\n" in done.output
        assert f"\n## {title}\n" in text
    assert f"{values['duration']['median_min']:.0f} minutes" in done.output
    assert values["cost"]["people"] == pytest.approx(12 * values["duration"]["median_min"] / 60 * 12)
    assert {entry["task"] for entry in values["power"]} == {"mmlu", "quality"}
    assert len(values["recovery"]) == 6
    assert "the interval holds it: yes" in done.output


def test_the_truth_in_the_summary_is_the_one_that_the_people_were_given(study: str, tmp_path: Path) -> None:
    rehearsed(study, tmp_path / "copy")

    said = json.loads((tmp_path / "copy" / "rehearsal.json").read_text())
    found = {(row["task"], row["what"]): row["truth"] for row in said["summary"]["recovery"]}
    for task, by_condition in said["truth"]["accuracy"].items():
        for condition, truth in by_condition.items():
            assert found[task, f"accuracy of {condition}"] == truth


def test_more_dropout_means_fewer_who_complete_and_more_who_have_to_begin(study: str, tmp_path: Path) -> None:
    rehearsed(study, tmp_path / "none", "--dropout", "0")
    done = rehearsed(study, tmp_path / "many", "--dropout", "0.5")

    none, many = (summary(tmp_path / name) for name in ("none", "many"))
    assert none["balance"]["n_left"] == 0
    assert none["cost"]["completing_share"] == 1.0
    assert 5 < many["balance"]["n_left"] < 19
    assert "Dropout (50% leave half-way) and balance" in done.output
    shares = json.loads((tmp_path / "many" / "rehearsal.json").read_text())["shares"]
    assert shares["leaving"] == 0.5
    assert sum(shares.values()) == pytest.approx(1.0)


def test_several_rehearsals_give_the_share_of_intervals_that_held_and_leave_one_copy(
    study: str, tmp_path: Path
) -> None:
    done = rehearsed(study, tmp_path / "copy", "--repeat", "3")

    repeated = summary(tmp_path / "copy")["repeated"]
    assert repeated["n_rehearsals"] == 3
    assert all(0 <= row["n_held"] <= row["n_intervals"] <= 3 for row in repeated["held"])
    assert "In 3 rehearsals, each with other people" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_summing_up_leaves_no_export_in_the_record_of_the_copy(study: str, tmp_path: Path) -> None:
    rehearsed(study, tmp_path / "copy")

    with Store.open(tmp_path / "copy" / "study.db") as store:
        assert not [it for it in store.events_of(STUDY_STREAM) if isinstance(it.event, ExportWritten)]
    assert not (tmp_path / "copy" / "exports").exists()


def test_the_difference_for_power_is_the_one_that_was_asked_for(study: str, tmp_path: Path) -> None:
    done = rehearsed(study, tmp_path / "copy", "--difference", "0.3")
    impossible = rehearsed(study, tmp_path / "other", "--difference", "0.9")

    assert "for a true difference of 30.0 points" in done.output
    assert "It cannot be said: accuracy with the assistant" in impossible.output


def test_points_are_never_added_to_money(tmp_path: Path) -> None:
    study = demo(tmp_path)
    file = Path(study, "study.toml")
    file.write_text(f"{file.read_text()}\n[bonus]\nper_correct = 2\n")
    assert CliRunner().invoke(main, ["plan", study]).exit_code == 0

    done = rehearsed(study, tmp_path / "copy", "--pay", "5")

    cost = summary(tmp_path / "copy")["cost"]
    assert "points on average for who completed" in done.output
    assert (cost["people"], cost["currency"], cost["earned_unit"]) == (60.0, "USD", "points")
    assert cost["earned"] > 0
