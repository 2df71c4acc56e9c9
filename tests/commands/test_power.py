"""`oversight power`: the numbers of `python -m analysis.power`, with a study's own design."""

import json
from pathlib import Path

from click.testing import CliRunner

from analysis.power_command import main as bare
from oversight_app.cli import main


def demo(tmp_path: Path) -> str:
    study = str(tmp_path / "study")
    for words in (["init", study, "--design", "demo"], ["bank", "import", study, "builtin"]):
        assert CliRunner().invoke(main, words).exit_code == 0
    return study


def test_without_a_study_it_says_what_the_analysis_says() -> None:
    words = ["--participants", "10", "--runs", "100"]

    ours, theirs = CliRunner().invoke(main, ["power", *words]), CliRunner().invoke(bare, words)

    assert ours.exit_code == 0, ours.output
    assert ours.output == theirs.output


def test_a_study_gives_its_own_design_before_it_is_frozen_and_the_same_afterwards(tmp_path: Path) -> None:
    study = demo(tmp_path)
    words = ["power", study, "--runs", "100", "--json"]

    before = CliRunner().invoke(main, words)
    assert CliRunner().invoke(main, ["plan", study]).exit_code == 0
    after = CliRunner().invoke(main, words)

    assert before.exit_code == 0, before.output
    assert before.output == after.output
    tables = json.loads(before.output)
    assert {table["task"] for table in tables} == {"mmlu", "quality"}
    assert {table["tests"] for table in tables} == {6}  # three contrasts in two tasks
    assert all(table["budget"]["model"] == 0 for table in tables)  # the scripted assistant is free


def test_options_go_before_what_the_study_says(tmp_path: Path) -> None:
    words = [
        "power",
        demo(tmp_path),
        "--participants",
        "12",
        "--questions",
        "40",
        "--tests",
        "1",
        "--design",
        "between",
    ]

    done = CliRunner().invoke(main, [*words, "--runs", "100", "--json"])

    assert done.exit_code == 0, done.output
    table = json.loads(done.output)[0]
    assert (table["questions"], table["tests"], table["design"]) == (40, 1, "between")
    assert [point["participants"] for point in table["points"]] == [12]


def test_wrong_input_is_one_calm_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["power", str(tmp_path / "nowhere")])

    assert done.exit_code == 1
    assert "Traceback" not in done.output


def test_the_difference_and_the_goal_of_the_design_are_taken_where_no_option_says_otherwise(
    tmp_path: Path,
) -> None:
    study = demo(tmp_path)
    file = Path(study, "study.toml")
    declared = "target_n = 12\nsmallest_difference = 0.12\npower_goal = 0.7"
    file.write_text(file.read_text().replace("target_n = 12", declared))
    words = ["power", study, "--participants", "40", "--runs", "100", "--json"]

    own = json.loads(CliRunner().invoke(main, words).output)
    given = json.loads(CliRunner().invoke(main, [*words, "--difference", "0.2"]).output)

    assert {table["difference"] for table in own} == {0.12}
    assert {table["difference"] for table in given} == {0.2}
    assert {table["wanted_power"] for table in own} == {0.7}
    assert all(table["needed"]["wanted"] == 0.7 for table in own)
