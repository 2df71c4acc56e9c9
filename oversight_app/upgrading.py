"""Upgrading on demand: what any command does on the way to an older record, said and proven."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oversight_app.errors import StoreError
from oversight_app.projections import rebuild
from oversight_app.store.upgrading import missing_steps, upgrade
from oversight_app.study_folder import StudyFolder
from oversight_app.verification import verify_record


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Which migrations ran, and where the record as it was is kept; none where there was nothing to do."""

    steps: tuple[str, ...]
    kept: Path | None

    def describe(self) -> str:
        """A sentence or two."""
        if self.kept is None:
            return "The record is of this release; there is nothing to do."
        return (
            f"Upgraded by {len(self.steps)} steps, {self.steps[0]} to {self.steps[-1]}; no event was touched. "
            f"The record as it was is {self.kept}; to go back to the earlier release, put it in the record's place."
        )


def upgrade_study(folder: StudyFolder, *, at: datetime) -> Upgrade:
    """Copy a record of an earlier release, upgrade it, and prove it; raises StoreError where that fails."""
    steps = missing_steps(folder.record)
    kept = upgrade(folder.record, at)
    if kept is not None:
        with folder.open_store() as store:
            if store.is_planned():
                rebuild(store)  # columns that are new are filled from what the events have said all along
    found = verify_record(folder.record)
    if not found.is_sound:
        where = f" The record as it was is {kept}." if kept else ""
        raise StoreError(f"The record is not sound: {found.findings[0]}.{where} See `oversight verify`.")
    return Upgrade(tuple(steps), kept)
