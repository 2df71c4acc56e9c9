"""A folder is there whole, or not at all."""

import errno
from pathlib import Path

import pytest

from oversight_app.errors import BadInput, StoreFull
from oversight_app.whole_folder import new_folder


def test_a_folder_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "out") as folder:
        (folder / "a").write_text("1")
        assert not (tmp_path / "deep" / "out").exists()

    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    assert (tmp_path / "deep" / "out" / "a").read_text() == "1"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    def write() -> None:
        with new_folder(tmp_path / "out") as folder:
            (folder / "a").write_text("1")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreFull, match="the disk is full"):
        write()

    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "out"):
        raise KeyboardInterrupt

    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    with new_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("1")

    assert (tmp_path / "out" / "a").exists()


def test_a_folder_filled_by_somebody_else_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    def write() -> None:
        with new_folder(tmp_path / "out"):
            (tmp_path / "out").mkdir()
            (tmp_path / "out" / "theirs").write_text("2")

    with pytest.raises(BadInput, match="not empty"):
        write()

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
