"""The sample that people code by hand, from the command to kappa."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.__main__ import main
from analysis.coding_sample import LONGEST_REPLY
from analysis.strategies import STRATEGIES
from tests.analysis.builders import make_row, write_csv


def export(folder: Path, n: int = 12, *, reverse: bool = False) -> Path:
    """Assisted trials; in every third nothing was asked, in every other one the answer is right."""
    folder.mkdir()
    rows = [
        make_row(
            trial_id=f"t{i:02}",
            participant_id=f"p{i % 4}",
            question_id=f"q{i // 4}",
            condition="human_with_model",
            n_messages=2 if i % 3 else 0,
            right=i % 2,
        )
        for i in range(n)
    ]
    write_csv(folder / "answers.csv", rows[::-1] if reverse else rows)
    said = [("trial_id", "seq", "speaker", "context", "text")]
    for i in range(n):
        if i % 3:
            said += [
                (f"t{i:02}", "1", "participant", "0", "=Quote it?" if i % 4 else "Help"),
                (f"t{i:02}", "2", "assistant", "0", "x" * 3000),
                (f"t{i:02}", "3", "participant", "1", "Is B right?"),
            ]
    with (folder / "messages.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(said)
    return folder


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(arg) for arg in args])
    return done.exit_code, done.output


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def fill(path: Path, to: Path, code: str = "1") -> Path:
    rows = read(path)
    with to.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for n, row in enumerate(rows):
            writer.writerow(row | dict.fromkeys(STRATEGIES, code if n % 2 else "0"))
    return to


def test_the_sheet_has_the_conversations_and_neither_codes_nor_answers(tmp_path: Path) -> None:
    status, said = run(export(tmp_path / "e"), "--out", tmp_path / "out", "--coding-sample", 5)

    assert status == 0, said
    assert "Wrote 5 trials to code to" in said
    rows = read(tmp_path / "out" / "coding_sample.csv")
    assert len(rows) == 5
    assert list(rows[0]) == ["trial_id", "task", "conversation", *STRATEGIES, "remark", "rule"]
    assert all(row[name] == "" for row in rows for name in STRATEGIES)
    told = rows[0]["conversation"].splitlines()
    assert told[0].startswith("[1] participant: ")
    assert len(told[1]) < LONGEST_REPLY + 50
    assert told[2:] == [
        "--- reset: the assistant forgot what stands above ---",
        "[3] participant: Is B right?",
    ]
    assert "asks_quote" in (tmp_path / "out" / "coding_guide.txt").read_text(encoding="utf-8")


def test_a_larger_sample_holds_the_smaller_and_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    one, other = export(tmp_path / "one"), export(tmp_path / "other", reverse=True)
    run(one, "--out", tmp_path / "few", "--coding-sample", 3)
    status, said = run(other, "--out", tmp_path / "all", "--coding-sample", 100)

    few, everything = (read(tmp_path / name / "coding_sample.csv") for name in ("few", "all"))
    assert status == 0, said
    assert "8 trials to code (all there are; 100 were asked for)" in said
    assert [row["trial_id"] for row in everything[:3]] == [row["trial_id"] for row in few]


def test_filled_sheets_give_kappa_on_the_terminal_in_the_results_and_in_the_report(tmp_path: Path) -> None:
    folder = export(tmp_path / "e")
    run(folder, "--out", tmp_path / "out", "--coding-sample", 8)
    sheet = tmp_path / "out" / "coding_sample.csv"
    first, second = fill(sheet, tmp_path / "ann.csv"), fill(sheet, tmp_path / "ben.csv")

    status, said = run(folder, "--out", tmp_path / "again", "--codes", first, "--codes", second)

    assert status == 0, said
    assert "Cohen's kappa, asks_quote, rule and coder 1: " in said
    assert "Cohen's kappa, asks_quote, coder 1 and coder 2: 1.00, 8 trials. No interval" in said
    results = json.loads((tmp_path / "again" / "results.json").read_text(encoding="utf-8"))
    kappas = [row for row in results["estimates"] if row["metric"] == "kappa"]
    assert len(kappas) == 9
    assert {row["role"] for row in kappas} == {"exploratory"}


def test_a_sheet_that_somebody_may_have_filled_is_never_written_over(tmp_path: Path) -> None:
    folder, out = export(tmp_path / "e"), tmp_path / "out"
    run(folder, "--out", out, "--coding-sample", 8)
    sheet = out / "coding_sample.csv"
    fill(sheet, sheet)
    before = sheet.read_bytes()

    status, said = run(folder, "--out", out, "--coding-sample", 8)

    assert status != 0
    assert "somebody may have coded in it" in said
    assert sheet.read_bytes() == before


@pytest.mark.parametrize("what", ["a bare table", "nothing asked"])
def test_a_sample_without_messages_is_refused_before_anything_is_written(tmp_path: Path, what: str) -> None:
    source = export(tmp_path / "e", 1) if what == "nothing asked" else export(tmp_path / "e") / "answers.csv"

    status, said = run(source, "--out", tmp_path / "out", "--coding-sample", 8)

    assert status != 0
    assert "there is no trial to code" in said
    assert not (tmp_path / "out").exists()


def test_a_bad_code_is_one_paragraph_and_writes_nothing(tmp_path: Path) -> None:
    folder = export(tmp_path / "e")
    run(folder, "--out", tmp_path / "out", "--coding-sample", 8)
    bad = fill(tmp_path / "out" / "coding_sample.csv", tmp_path / "ann.csv", "maybe")

    status, said = run(folder, "--out", tmp_path / "again", "--codes", bad)

    assert status != 0
    assert "ann.csv, row 3, column asks_quote: found 'maybe'" in said
    assert not (tmp_path / "again").exists()
