"""The whole road without a browser: bank, design, plan, simulated sittings, model alone, export, analysis.

Twice on the built-in bank, plain and with the protocols around the trial, and once on the real MMLU and QuALITY files
where they are there. No command may ask
anything, the real record must stay as it was, and what is left must be what the contracts promise.
"""

import csv
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner
from frictionless import Package, system

from analysis.columns import Table, ordered
from oversight_app.cli import main

_ROOT = Path(__file__).resolve().parent.parent


def oversight(*words: str | Path) -> str:
    # An empty input: a command that asked something would end in an error.
    result = CliRunner().invoke(main, [str(word) for word in words], input="")
    assert result.exit_code == 0, result.output
    return result.stdout


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Road:
    """Where everything is after the walk; the hashes are the real record's, before and after the rehearsal."""

    study: Path
    rehearsed: Path
    exported: Path
    report: Path
    record_before: str
    record_after: str

    def table(self, table: Table) -> list[dict[str, str]]:
        return rows_of(self.exported / f"{table.value}.csv")

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.exported / "manifest.json").read_text())
        return found

    def results(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.report / "results.json").read_text())
        return found


PROTOCOLS = {
    'confidence = "five_points"': """
sequence = "answer_first"
confidence = "distribution"
scoring_rule = "quadratic"
prize = 10
belief_after_reply = true
reason = "required"
skip = true
""",
    "[sitting]": """
[sitting]
attention_checks = 2
attention_failures = 2
limit_s = 36000
""",
}
"""What the second road has in the place of these lines."""


def walk(
    top: Path,
    design: str,
    banks: list[tuple[str | Path, ...]],
    participants: int,
    changes: Mapping[str, str] = MappingProxyType({}),
) -> Road:
    study, rehearsed = top / "study", top / "rehearsed"
    oversight("init", study, "--design", design)
    toml = (study / "study.toml").read_text()
    for line, instead in changes.items():
        assert line in toml
        toml = toml.replace(line, instead)
    (study / "study.toml").write_text(toml)
    for bank in banks:
        oversight("bank", "import", study, *bank)
    oversight("plan", study)
    before = hash_of(study)
    oversight("rehearse", study, "--participants", str(participants), "--seed", "1", "--into", rehearsed)
    after = hash_of(study)
    oversight("model-alone", rehearsed, "--model", "scripted:demo")
    oversight("export", rehearsed, "--out", top / "exported")
    subprocess.run(
        [sys.executable, "-m", "analysis", str(top / "exported"), "--out", str(top / "report")],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
    )
    return Road(study, rehearsed, top / "exported", top / "report", before, after)


def hash_of(study: Path) -> str:
    """Over every byte of the record, and of what SQLite keeps beside it."""
    files = sorted(study.glob("study.db*"))
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


@pytest.fixture(scope="module", params=["builtin", "protocols", "real"])
def road(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Road:
    top = tmp_path_factory.mktemp(f"road-{request.param}")
    if request.param == "builtin":
        return walk(top, "demo", [("builtin",)], participants=8)
    if request.param == "protocols":
        return walk(top, "demo", [("builtin",)], participants=8, changes=PROTOCOLS)
    data: Path = request.getfixturevalue("shared_data")
    banks: list[tuple[str | Path, ...]] = [
        ("mmlu", data / "mmlu" / "data", "--split", "val"),
        ("quality", data / "quality_50_stories"),
    ]
    return walk(top, "recommended", banks, participants=8)


def test_the_real_record_stays_byte_for_byte(road: Road) -> None:
    assert road.record_after == road.record_before


def test_every_table_has_the_columns_of_the_contract(road: Road) -> None:
    for table in Table:
        with (road.exported / f"{table.value}.csv").open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == tuple(ordered(table)), table


def test_the_datapackage_is_valid_for_an_outsider(road: Road) -> None:
    with system.use_context(trusted=True):
        report = Package(str(road.exported / "datapackage.json")).validate()

    assert report.valid, report.flatten(["fieldName", "rowNumber", "type", "note"])


def test_the_manifest_knows_every_file_and_that_nobody_was_there(road: Road) -> None:
    manifest = road.manifest()

    assert manifest["is_rehearsal"] is True
    assert manifest["is_demo"] is (json.loads(oversight("status", road.study, "--json"))["pilot_only"])
    for name, sha256 in manifest["files"].items():
        assert hashlib.sha256((road.exported / name).read_bytes()).hexdigest() == sha256


def test_the_answers_are_of_all_three_conditions_and_add_up(road: Road) -> None:
    everything = [row for row in road.table(Table.ANSWERS) if row["is_practice"] == "0"]
    answers = [row for row in everything if row["is_attention_check"] == "0"]

    kinds = Counter((row["participant_kind"], row["condition"]) for row in answers)
    assert kinds.keys() == {
        ("simulated", "human_alone"),
        ("simulated", "human_with_model"),
        ("model", "model_alone"),
    }
    keys = [(row["participant_id"], row["condition"], row["question_id"], row["sample"]) for row in answers]
    assert len(set(keys)) == len(keys)
    questions = [row for row in road.table(Table.QUESTIONS) if row["form"]]
    assert kinds["model", "model_alone"] == len(questions)
    assert {row["question_id"] for row in answers} <= {row["question_id"] for row in questions}


def test_what_people_said_before_and_after_help_stands_where_the_manifest_says(road: Road) -> None:
    answer, rows = road.manifest()["answer"], road.table(Table.ANSWERS)
    people = [row for row in rows if row["participant_kind"] == "simulated" and row["status"] == "answered"]
    assisted = [row for row in people if row["protocol"] == "chat"]

    is_first, is_distribution = (
        answer["sequence"] == "answer_first",
        answer["confidence_scale"] == "distribution",
    )
    assert all(bool(row["initial_choice"]) == is_first for row in assisted)
    assert all(row["p_source"] == ("elicited" if is_distribution else "") for row in people)
    for row in people:
        if is_distribution:
            assert sum(float(row[f"p_{letter}"]) for letter in "abcd") == pytest.approx(1)
            assert row["confidence"] == row[f"p_{row['choice'].lower()}"]
    assert bool(road.table(Table.BELIEFS)) == answer["belief_after_reply"]
    assert all(bool(row["reason"]) == (answer["reason"] == "required") for row in people)


def test_a_displayed_letter_and_a_right_answer_are_never_confused(road: Road) -> None:
    keys = {row["question_id"]: row for row in road.table(Table.QUESTIONS)}

    for row in road.table(Table.ANSWERS):
        if row["choice"]:
            assert row["correct"] == str(int(row["choice"] == row["correct_choice"]))
        assert row["question_id"] in keys


def test_the_report_has_the_files_and_the_numbers_of_the_contract(road: Road) -> None:
    results = road.results()

    assert (road.report / "report.html").stat().st_size > 10_000
    assert "http://" not in (road.report / "report.html").read_text().replace("http://www.w3.org", "")
    assert {path.suffix for path in (road.report / "figures").iterdir()} == {".svg", ".png"}
    assert list((road.report / "tables").glob("*.csv"))
    assert results["schema"] == 1
    measured = {row["condition"] for row in results["estimates"] if row["metric"] == "accuracy"}
    assert measured == {"human_alone", "human_with_model", "model_alone"}
    contrasts = {row["contrast"] for row in results["contrasts"]}
    assert {"human_with_model - human_alone", "human_with_model - model_alone"} <= contrasts


def test_the_accuracy_in_the_report_is_the_share_in_the_table(road: Road) -> None:
    answers = [
        row
        for row in road.table(Table.ANSWERS)
        if row["is_practice"] == row["is_attention_check"] == "0"
        and row["condition"] == "human_alone"
        and row["task"] == "mmlu"
        and row["status"] not in ("abandoned", "void")
    ]

    (estimate,) = (
        row
        for row in road.results()["estimates"]
        if (row["task"], row["condition"], row["metric"]) == ("mmlu", "human_alone", "accuracy")
        and row["rows"] == "all"
        and row["subgroup"] is None
    )
    assert estimate["estimate"] == pytest.approx(sum(row["correct"] == "1" for row in answers) / len(answers))
    assert estimate["n_answers"] == len(answers)


def test_the_command_line_reads_what_was_rehearsed(road: Road) -> None:
    status = json.loads(oversight("status", road.rehearsed, "--json"))
    trial_id = next(row["trial_id"] for row in road.table(Table.MESSAGES))

    assert sum(status["by_stage"]["simulated"].values()) == 8
    assert trial_id in oversight("transcript", road.rehearsed, trial_id)
    assert "report.html" in oversight("report", road.rehearsed)
