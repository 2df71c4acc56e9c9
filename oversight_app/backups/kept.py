"""The backups that there are, and what stands beside each."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from oversight_app.errors import BadInput
from oversight_app.store.audit import audit
from oversight_app.store.upgrading import beside

AUTO = "auto-"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup and what the file beside it says: study, moment, sum, schema, and the last hash of each stream."""

    path: Path
    study_id: str
    made_at: datetime
    sha256: str
    schema: str
    n_events: int
    stream_heads: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_automatic(self) -> bool:
        """Whether a server made it, and will take it away again."""
        return self.path.name.startswith(AUTO)

    @property
    def beside(self) -> Path:
        """The file beside it."""
        return beside(self.path)


def backup_at(path: Path) -> Backup:
    """The backup in a file; raises BadInput where there is none, or nothing beside it says what it is of."""
    if not path.is_file():
        raise BadInput(f"There is no backup {path}. `oversight backup STUDY` makes one, in STUDY/backups.")
    about = beside(path)
    try:
        values = json.loads(about.read_text(encoding="utf-8"))
        return Backup(
            path,
            str(values["study_id"]),
            datetime.fromisoformat(values["made_at"]),
            str(values["sha256"]),
            str(values["schema"]),
            int(values["n_events"]),
            dict(values["stream_heads"]),
        )
    except OSError as error:
        raise BadInput(
            f"{about} cannot be read: {error.strerror or error}. It came with the backup and says of which study it "
            "is and what its sha256 is; keep the two together."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{about} is not the file that came with the backup ({type(error).__name__}: {error})."
        ) from None


def backups_of(study: Path) -> list[Backup]:
    """The backups in a study's own folder, the latest first; files that are none are left out."""
    found = []
    for path in (study / "backups").glob("*.db"):
        try:
            found.append(backup_at(path))
        except BadInput:
            continue
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def holding(paths: Iterable[Path], stream: str) -> list[Path]:
    """Which of these copies of a record hold somebody's stream."""
    found = []
    for path in paths:
        with audit(path) as record:
            if any(name == stream for name, _ in record.names()):
                found.append(path)
    return found
