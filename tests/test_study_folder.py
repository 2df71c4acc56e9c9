import stat
from pathlib import Path

import pytest

from oversight_app import banks, planning
from oversight_app.clock import SimulatedClock
from oversight_app.errors import BadInput, DesignError, StoreFull, StudyStateError
from oversight_app.store import Store
from oversight_app.study.design import Protocol
from oversight_app.study_folder import DESIGNS, StudyFolder
from tests.builders import START


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("design", DESIGNS)
def test_a_new_study_has_a_design_texts_and_an_empty_record(tmp_path: Path, design: str) -> None:
    folder = StudyFolder.create(tmp_path / "deep" / "My Study", design, at=START)

    assert folder.read_design().design == design
    assert {"consent", "instructions", "debrief"} <= folder.read_texts().keys()
    assert folder.read_materials("en").comprehension
    with StudyFolder.open(folder.path).open_store() as store:
        assert store.study_id().startswith("my_study_")
        assert store.questions() == []


def test_the_id_of_a_study_keeps_the_letters_under_their_accents(tmp_path: Path) -> None:
    folder = StudyFolder.create(tmp_path / "Studie für Übung 1", "demo", at=START)

    with folder.open_store() as store:
        assert store.study_id().startswith("studie_fur_ubung_1_")


def test_two_studies_of_one_name_have_different_ids(tmp_path: Path) -> None:
    folders = [StudyFolder.create(tmp_path / place / "pilot", "demo", at=START) for place in ("a", "b")]

    with folders[0].open_store() as one, folders[1].open_store() as other:
        assert one.study_id() != other.study_id()


def test_an_existing_study_is_never_overwritten(tmp_path: Path) -> None:
    StudyFolder.create(tmp_path / "study", "demo", at=START)
    before = files_in(tmp_path)

    with pytest.raises(StudyStateError, match="nothing was changed"):
        StudyFolder.create(tmp_path / "study", "recommended", at=START)

    assert files_in(tmp_path) == before


def test_a_folder_with_other_files_may_become_a_study(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    StudyFolder.create(tmp_path, "demo", at=START)

    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(BadInput, match=r"study cannot be made: .*Not a directory"):
        StudyFolder.create(tmp_path / "file" / "study", "demo", at=START)

    assert files_in(tmp_path) == {"file": b"not a folder"}


def test_a_file_of_that_name_is_said_and_stays(tmp_path: Path) -> None:
    (tmp_path / "study").write_text("not a folder")

    with pytest.raises(BadInput, match="study is a file"):
        StudyFolder.create(tmp_path / "study", "demo", at=START)

    assert files_in(tmp_path) == {"study": b"not a folder"}


def test_an_empty_record_is_said_and_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "study.db").touch()

    with pytest.raises(BadInput, match=r"study\.db is empty"):
        StudyFolder.open(tmp_path)

    assert files_in(tmp_path) == {"study.db": b""}


def test_an_unknown_design_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="recommended, bowman2022, demo"):
        StudyFolder.create(tmp_path / "study", "reccomended", at=START)

    assert list(tmp_path.iterdir()) == []


def test_a_failed_attempt_takes_away_only_what_it_had_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> Store:
        path.write_bytes(b"half a record")
        raise StoreFull("study.db cannot grow")

    (tmp_path / "notes.txt").write_text("mine")
    monkeypatch.setattr(Store, "open", full)

    with pytest.raises(StoreFull):
        StudyFolder.create(tmp_path, "demo", at=START)

    assert files_in(tmp_path) == {"notes.txt": b"mine"}
    assert not (tmp_path / "texts").exists()


def test_a_folder_that_is_no_study_is_said_and_gets_no_record(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a study folder"):
        StudyFolder.open(tmp_path)
    with pytest.raises(BadInput, match="There is no folder"):
        StudyFolder.open(tmp_path / "nowhere")

    assert list(tmp_path.iterdir()) == []


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    folder = StudyFolder.create(tmp_path / "study", "demo", at=START)
    (folder.texts / "consent.md").write_bytes("Einverständnis".encode("latin-1"))

    with pytest.raises(BadInput, match=r"consent\.md is not UTF-8 text \(byte 8\)"):
        folder.read_texts()


def test_a_design_that_is_gone_is_named(tmp_path: Path) -> None:
    folder = StudyFolder.create(tmp_path / "study", "demo", at=START)
    folder.design_file.unlink()

    with pytest.raises(BadInput, match=r"study\.toml cannot be read: No such file or directory\. Nothing"):
        folder.read_design()


def test_the_copied_files_can_be_edited(tmp_path: Path) -> None:
    """An installed wheel may be read-only; its files' modes must not travel into the study."""
    folder = StudyFolder.create(tmp_path / "study", "demo", at=START)

    assert all(path.stat().st_mode & stat.S_IWUSR for path in (folder.design_file, *folder.texts.iterdir()))


@pytest.mark.parametrize("design", ["recommended", "demo"])
def test_a_study_is_made_with_the_protocol_asked_for(tmp_path: Path, design: str) -> None:
    folder = StudyFolder.create(tmp_path / "study", design, at=START, protocol="debate")

    assert folder.read_design().assistant.protocol is Protocol.DEBATE


def test_the_papers_design_is_a_free_chat(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="bowman2022"):
        StudyFolder.create(tmp_path / "study", "bowman2022", at=START, protocol="debate")


def test_a_study_may_say_something_else_to_a_model_and_a_hole_that_nothing_fills_is_named(
    tmp_path: Path,
) -> None:
    folder = StudyFolder.create(tmp_path / "study", "demo", at=START)
    (folder.path / "prompts").mkdir()
    (folder.path / "prompts" / "chat_assigned.md").write_text("{passage}\n\nSay {letter}.", encoding="utf-8")

    assert folder.read_prompts()["chat_assigned"].endswith("Say {letter}.")
    assert "helpful" in folder.read_prompts()["chat"]
    with folder.open_store() as store:
        banks.import_bank(store, "builtin", at=START)
        with pytest.raises(DesignError, match=r"prompts/chat_assigned\.md: nothing fills \{letter\}"):
            planning.freeze(
                store, folder.read_design(), folder.read_materials("en"), clock=SimulatedClock(START)
            )
