"""`python -m analysis.power`, as somebody without the application uses it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.power_command import main

FEW = ["--participants", "10,20", "--runs", "100"]


def test_the_table_has_a_line_for_each_size_and_says_what_was_assumed() -> None:
    done = CliRunner().invoke(main, [*FEW, "--questions", "20,40", "--pay", "5"])

    assert done.exit_code == 0, done.output
    assert "Assumed: people alone 47.1% right, with the assistant 64.0%." in done.output
    sizes = [
        line.split()[:2] for line in done.output.splitlines() if line.strip()[:1].isdigit() and "USD" in line
    ]
    assert sizes == [["10", "20"], ["20", "20"], ["10", "40"], ["20", "40"]]


def test_json_holds_the_same_numbers_unrounded() -> None:
    done = CliRunner().invoke(main, [*FEW, "--tests", "4", "--power", "0.9", "--json"])

    (table,) = json.loads(done.output)
    assert [point["participants"] for point in table["points"]] == [10, 20]
    assert table["points"][0]["simulated_strictest"] < table["points"][0]["simulated"]
    assert table["needed"]["participants"] >= 20


@pytest.mark.parametrize("name", ["power.svg", "power.png"])
def test_the_figure_is_written_as_its_name_ends(tmp_path: Path, name: str) -> None:
    done = CliRunner().invoke(main, [*FEW, "--figure", str(tmp_path / name)])

    assert done.exit_code == 0, done.output
    assert (tmp_path / name).read_bytes()[:4] in (b"<svg", b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--participants", "10,x"], "--participants: found '10,x', allowed are whole numbers"),
        (["--difference", "0.7"], "accuracy with the assistant: found 1.171"),
        (["--participants", "1"], "participants: found 1"),
        (["--figure", "power.pdf"], "--figure: found a name that ends in '.pdf', allowed are .svg and .png"),
    ],
)
def test_wrong_input_is_one_calm_sentence(options: list[str], said: str) -> None:
    done = CliRunner().invoke(main, [*FEW, *options])

    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
