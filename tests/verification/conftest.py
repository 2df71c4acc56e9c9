"""A small study that some simulated people have walked through, with an export; each test spoils a copy of its own."""

import shutil
from pathlib import Path

import pytest

from oversight_app import banks, planning
from oversight_app.clock import SimulatedClock
from oversight_app.export import export_study
from oversight_app.rehearsal import rehearse
from oversight_app.study_folder import StudyFolder
from tests.builders import START


def make_rehearsed(parent: Path, n_participants: int = 3) -> Path:
    """A demo study as its commands make it, rehearsed; the rehearsal's folder."""
    clock = SimulatedClock(START)
    folder = StudyFolder.create(parent / "plain", "demo", at=START)
    design = folder.read_design()
    with folder.open_store() as store:
        banks.import_bank(store, "builtin", at=START)
        planning.freeze(store, design, folder.read_materials(design.language), clock=clock)
    return rehearse(folder.path, n_participants, 1, parent / "study", clock=clock).folder


@pytest.fixture(scope="session")
def rehearsed_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = make_rehearsed(tmp_path_factory.mktemp("verified"))
    with StudyFolder.open(study).open_store() as store:
        export_study(store, study / "exports" / "first", at=START)
    return study


@pytest.fixture
def study(rehearsed_study: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(rehearsed_study, tmp_path / "study"))
