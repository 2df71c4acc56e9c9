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


def test_folders_made_on_the_way_vanish_with_a_failure_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()

    def write() -> None:
        with new_folder(tmp_path / "mine" / "deep" / "out"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()

    assert list(tmp_path.rglob("*")) == [tmp_path / "mine"]


def test_a_file_in_the_way_is_called_a_file_and_stays(tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_text("mine")

    with pytest.raises(BadInput, match=r"links\.csv is a file"), new_folder(tmp_path / "links.csv"):
        pass

    assert (tmp_path / "links.csv").read_text() == "mine"
