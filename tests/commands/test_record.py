"""The commands about the record, as somebody types them: right, wrong, and twice."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oversight_app.cli import main
from tests.verification.conftest import rehearsed_study, study
from tests.verification.spoiling import by_hand, somebody

__all__ = ["rehearsed_study", "study"]


def run(*words: str | Path, said: str = "") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=said)


def test_verify_says_that_all_is_well_and_prints_the_head(study: Path) -> None:
    done = run("verify", study, "--export", study / "exports" / "first")

    assert done.exit_code == 0, done.output
    assert "Nothing was altered, and nothing is missing." in done.output
    assert re.search(r"Head of the record: [0-9a-f]{64} ", done.output)


def test_verify_ends_with_1_and_names_what_it_found_on_stderr(study: Path) -> None:
    who = somebody(study)
    with by_hand(study) as connection:
        connection.execute("DELETE FROM events WHERE stream = ? AND seq = 3", (who,))

    done = run("verify", study)

    assert done.exit_code == 1
    assert done.stderr == f"Found: stream {who}, seq 3: missing\n"
    assert "Nothing was altered" not in done.output


def test_verify_prints_json_for_a_program(study: Path) -> None:
    done = run("verify", study, "--json")

    found = json.loads(done.stdout)
    assert found["sound"] is True
    assert found["findings"] == []
    assert (found["streams"], found["events_since_last_note"]) == (4, 0)


def test_verify_takes_a_head_that_was_written_down(study: Path) -> None:
    head = json.loads(run("verify", study, "--json").stdout)["head"]["hash"]

    assert run("verify", study, "--against", head).exit_code == 0
    assert run("verify", study, "--against", "0" * 64).exit_code == 1


@pytest.mark.parametrize("words", [["--against", "no-such-file"], ["--export", "no-such-folder"]])
def test_verify_calmly_refuses_what_is_not_there(study: Path, words: list[str]) -> None:
    done = run("verify", study, *words)

    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert "No such file" in done.output


def test_a_backup_goes_out_and_comes_back(study: Path, tmp_path: Path) -> None:
    made = run("backup", study, "--to", tmp_path / "kept.db")
    refused = run("restore", study, tmp_path / "kept.db", said="n\n")
    kept = list(study.glob("study.db.replaced-*"))
    restored = run("restore", study, tmp_path / "kept.db", said="y\n")

    assert made.exit_code == 0, made.output
    assert "proven; kept.json belongs to it." in made.output
    assert (refused.exit_code, kept) == (1, [])
    assert "Nothing was changed." in refused.output
    assert restored.exit_code == 0, restored.output
    assert len(list(study.glob("study.db.replaced-*"))) == 1


def test_nobody_there_to_ask_does_not_agree(study: Path, tmp_path: Path) -> None:
    run("backup", study, "--to", tmp_path / "kept.db")

    done = run("restore", study, tmp_path / "kept.db")

    assert done.exit_code == 1
    assert list(study.glob("study.db.replaced-*")) == []


def test_restore_names_a_backup_that_is_not_there(study: Path, tmp_path: Path) -> None:
    done = run("restore", study, tmp_path / "nothing.db")

    assert done.exit_code == 1
    assert "There is no backup" in done.output


def test_a_scheduled_backup_is_made_once(study: Path) -> None:
    outputs = [run("backup", study, "--every", "30").output for _ in range(2)]

    assert outputs[0].startswith("Wrote ")
    assert outputs[1] == "No backup is due.\n"


def test_delete_asks_first_and_names_what_still_holds_the_person(study: Path) -> None:
    who = somebody(study)

    refused = run("delete", study, who, said="n\n")
    done = run("delete", study, who, said="y\n")
    again = run("delete", study, who, "--yes")

    assert refused.exit_code == 1
    assert done.exit_code == 0, done.output
    assert f"Note: {study / 'exports' / 'first'} still holds them" in done.stderr
    assert again.exit_code == 1
    assert f"There is nobody {who}" in again.output
    assert "deleted from the record: 1" in run("status", study).output
    assert run("verify", study).exit_code == 0


@pytest.mark.parametrize("words", [[], ["p1", "--withdrawn"], ["--withdrawn", "--wipe"]])
def test_delete_wants_to_know_whom(study: Path, words: list[str]) -> None:
    done = run("delete", study, *words)

    assert done.exit_code == 2
    assert "Name one participant, or give --withdrawn, or --wipe." in done.output


def test_merge_joins_and_refuses_the_same_record_twice(study: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(study, tmp_path / "copy"))

    done = run("merge", tmp_path / "out", study, copy)

    assert done.exit_code == 1
    assert "is on record at study and at copy" in done.output
    assert not (tmp_path / "out").exists()


def test_upgrade_of_a_record_of_this_release_has_nothing_to_do(study: Path) -> None:
    done = run("upgrade", study)

    assert (done.exit_code, done.output) == (0, "The record is of this release; there is nothing to do.\n")
