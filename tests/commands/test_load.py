"""`oversight load` with a real server: one sentence, every answer on record, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from oversight_app.cli import main
from oversight_app.study_folder import StudyFolder
from tests.browser.served import wait_for
from tests.builders import START
from tests.commands.test_power import demo

ROOT = Path(__file__).resolve().parent.parent.parent
_LOAD = "import sys; from oversight_app.cli import main; main(sys.argv[1:], prog_name='oversight')"


def servers_of(study: str) -> list[str]:
    """Processes of this machine that serve something in the study's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"OVERSIGHT_STUDY={study}".encode() in environment:
            found.append(process.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes as Linux shows them")
def test_a_study_is_measured_by_a_real_server_and_nothing_is_left_behind(tmp_path: Path) -> None:
    study = demo(tmp_path)
    assert CliRunner().invoke(main, ["plan", study]).exit_code == 0
    before = {path.name: path.read_bytes() for path in Path(study).iterdir() if path.is_file()}

    words = ["load", study, "--seconds", "30", "--pace", "2", "--most", "6", "--bound", "20", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, *words],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["sentence"].startswith("This machine serves at least 6 participants at once")
    # A machine that is busy otherwise may need all of its time for the one step.
    assert found["why_ended"] in ("places", "time")
    assert (found["participants"], found["is_limit"]) == (6, False)
    (step,) = found["steps"]
    assert step["answers"] > 0
    assert 0 < step["p50_s"] <= step["p95_s"] < 20
    assert found["answers_on_record"] >= step["answers"]
    assert {path.name: path.read_bytes() for path in Path(study).iterdir() if path.is_file()} == before
    assert [path.name for path in Path(study).iterdir() if path.name.startswith(".load")] == []
    assert servers_of(f"{study}/.load-") == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes as Linux shows them")
def test_ended_in_the_middle_it_takes_the_copy_and_the_server_with_it(tmp_path: Path) -> None:
    study = demo(tmp_path)
    assert CliRunner().invoke(main, ["plan", study]).exit_code == 0
    command = [sys.executable, "-c", _LOAD, "load", study]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        (copy,) = wait_for(lambda: list(Path(study).glob(".load-*")), seconds=60)
        wait_for(lambda: servers_of(str(copy)), seconds=60)

        running.terminate()
        said, _ = running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait()

    assert running.returncode == 128 + signal.SIGTERM
    assert b"Traceback" not in said
    assert not copy.exists()
    # It was told to end before the command did; ending takes a server a moment.
    wait_for(lambda: servers_of(str(copy)) == [])


def test_a_study_without_a_plan_is_refused_with_what_to_do(tmp_path: Path) -> None:
    study = StudyFolder.create(tmp_path / "study", "demo", at=START)

    done = CliRunner().invoke(main, ["load", str(study.path)])

    assert done.exit_code == 1
    assert "oversight plan" in done.output
    assert "Traceback" not in done.output


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["load", str(tmp_path)])

    assert done.exit_code == 1
    assert list(tmp_path.iterdir()) == []
