"""Making a study of answers to the choices of a design, and freezing it: one way for the terminal and the console."""

from datetime import datetime
from pathlib import Path

from oversight_app import planning
from oversight_app.clock import Clock
from oversight_app.errors import BadInput
from oversight_app.study.choices import CHOICES, Answers, asked, misfits, study_toml
from oversight_app.study.design import Design, read_design
from oversight_app.study.plan import Plan
from oversight_app.study_folder import StudyFolder

_SEED = 2022
"""That of the recommended design; it stands in the file with a line on how to change it."""


def design_of(answers: Answers) -> tuple[str, Design]:
    """The study.toml of these answers, the rest as suggested, and the design it holds; nothing is written.

    Raises BadInput with the sentence of every two answers that do not fit.
    """
    known = asked(answers)
    if found := misfits(known):
        raise BadInput(" ".join(misfit.sentence for misfit in found))
    toml = study_toml(CHOICES, known, seed=_SEED)
    return toml, read_design(toml)


def make_study(path: Path, answers: Answers, *, at: datetime) -> StudyFolder:
    """Make the study folder of these answers, with the texts in its language; a study that is there stays as it is."""
    toml, design = design_of(answers)
    return StudyFolder.create(path, "recommended", at=at, language=design.language, toml=toml)


def freeze_study(folder: StudyFolder, *, clock: Clock, by: str = "") -> Plan:
    """Freeze the plan of what the folder's files say now; `by` is the name given at the console."""
    design = folder.read_design()
    with folder.open_store() as store:
        planning.must_be_unplanned(store)
        return planning.freeze(
            store,
            design,
            folder.read_materials(design.language),
            clock=clock,
            selection=folder.read_selection(),
            by=by,
        )
