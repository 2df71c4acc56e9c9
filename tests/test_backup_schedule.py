"""A server makes backups on the way, and nothing comes of a failure but a line in the log."""

import logging
import sys
import threading
from pathlib import Path

import pytest

from oversight_app import backup_schedule
from oversight_app.backups import backups_of
from oversight_app.study_folder import StudyFolder
from tests.builders import START


def test_the_command_that_it_runs_makes_a_backup(tmp_path: Path) -> None:
    StudyFolder.create(tmp_path / "study", "demo", at=START)

    assert backup_schedule.run_once(backup_schedule.backup_command(tmp_path / "study", every_min=30, keep=3))

    (made,) = backups_of(tmp_path / "study")
    assert made.is_automatic


def test_a_failure_is_a_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="oversight"):
        is_done = backup_schedule.run_once(backup_schedule.backup_command(tmp_path, every_min=30, keep=3))

    assert not is_done
    assert "no backup could be made: Error: " in caplog.text
    assert "Traceback" not in caplog.text


def test_it_goes_on_until_it_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = threading.Event()
    asked: list[list[str]] = []

    def run(command: list[str]) -> bool:
        asked.append(command)
        ran.set()
        return True

    monkeypatch.setattr(backup_schedule, "run_once", run)

    backup_schedule.start(
        tmp_path, {"OVERSIGHT_BACKUP_EVERY": "30", "OVERSIGHT_BACKUPS_KEPT": "48"}, first_after_s=0.01
    )

    assert ran.wait(10)
    backup_schedule.stop()
    assert asked == [
        [sys.executable, "-m", "oversight_app.cli", "backup", str(tmp_path), "--every", "30", "--keep", "48"]
    ]


def test_a_server_that_is_told_not_to_makes_none(tmp_path: Path) -> None:
    for environment in ({}, {"OVERSIGHT_BACKUP_EVERY": "0"}, {"OVERSIGHT_BACKUP_EVERY": "often"}):
        backup_schedule.start(tmp_path, environment, first_after_s=0.0)

        assert backup_schedule._thread is None
