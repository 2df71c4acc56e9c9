"""Witnesses: heads of the record that were kept elsewhere, and must still be found in it.

A chain proves that what stands there hangs together. It cannot prove that nobody wrote all of it anew, or cut off the
end: for that somebody must have kept a head. Manifests of exports and the files beside backups are such witnesses, and
so is a hash that was printed and written down.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oversight_app.errors import BadInput
from oversight_app.store.audit import Audit
from oversight_app.study.events import STUDY_STREAM
from oversight_app.verification.finding import Finding

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Witness:
    """Heads by stream, of one study, as they stood at some moment; `name` says where this was kept."""

    name: str
    study_id: str
    heads: dict[str, str]


def read_witness(given: str) -> Witness:
    """A manifest, an export's folder, the file beside a backup, or a head of 64 hex digits; raises BadInput."""
    if _HASH.fullmatch(given.strip().lower()):
        return Witness("the given head", "", {STUDY_STREAM: given.strip().lower()})
    path = Path(given)
    path = (
        path / "manifest.json"
        if path.is_dir()
        else path.with_suffix(".json")
        if path.suffix == ".db"
        else path
    )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        heads = {str(stream): str(link) for stream, link in values["stream_heads"].items()}
        return Witness(str(path), str(values["study_id"]), heads)
    except OSError as error:
        raise BadInput(
            f"{given} is no witness: {error.strerror or error}. Give a manifest.json, the folder of an export, "
            "a backup, or a head of 64 hex digits."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path} names no stream heads ({type(error).__name__}: {error}); it is no witness."
        ) from None


def witnesses_in(study: Path) -> Iterator[Witness]:
    """Those in the study's own folder: manifests of exports, files beside backups; broken ones are left out."""
    for path in sorted((*study.glob("exports/*/manifest.json"), *study.glob("backups/*.json"))):
        try:
            yield read_witness(str(path))
        except BadInput:
            continue


def check_witnesses(record: Audit, witnesses: Iterable[Witness]) -> Iterator[Finding]:
    """Heads that somebody kept and the record does not hold."""
    removed = record.removed()
    for witness in witnesses:
        if witness.study_id and witness.study_id != record.study_id():
            yield Finding(
                witness.name, f"is of study {witness.study_id}, this record is of {record.study_id()}"
            )
            continue
        for stream, link in sorted(witness.heads.items()):
            if stream not in removed and not record.has(stream, link):
                yield Finding(
                    f"stream {stream}",
                    f"its event {link[:12]} is gone, which {witness.name} has on record: its end was cut off, or "
                    "it was written anew",
                )
